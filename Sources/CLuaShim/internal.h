// SPDX-License-Identifier: Apache-2.0
//
// What the files of this target share.
#pragma once

#include "CLuaShim.h"

/// Lua's allocator, with accounting and a limit; `context` is the world.
void *sonde_lua_allocate(void *context, void *old, size_t old_size, size_t new_size);
/// Puts our `resume` and `wrap` into the table on top. [-0, +0, m]
void sonde_lua_replace_coroutine_functions(lua_State *L);
/// Puts our pattern functions into the string library on top. [-0, +0, m]
void sonde_lua_replace_string_functions(lua_State *L);
/// Puts our loops into the table library on top. [-0, +0, m]
void sonde_lua_replace_table_functions(lua_State *L);
/// Looks whether what a host function took is too much for its script once all garbage is gone. [-0, +0, e]
void sonde_lua_settle(lua_State *L);
/// Fills in which octets belong to the classes of patterns.
void sonde_lua_prepare_classes(sonde_lua_world *world);
/// Makes room for accounts; 0 when there is no memory.
int sonde_lua_prepare_accounts(sonde_lua_world *world);
/// Has `tick` asked as soon as possible.
void sonde_lua_raise_alarm(sonde_lua_world *world);
/// Raises an error from a signal handler that found the thread in code of others whose time is over. [-0, +0, e]
void sonde_lua_stop_foreign(sonde_lua_world *world, const void *context);
/// Called where the alarm is raised: asks `tick`, and raises its error where the script must stop. [-0, +0, e]
void sonde_lua_poll(lua_State *L);
/// Asks `tick` in a C function that can be gone on with: answers whether it is to yield with no values now. [-0, +0, e]
int sonde_lua_pause(lua_State *L);
/// Notes that a world begins a step on this thread; answers the one that took one before, for the other function.
sonde_lua_world *sonde_lua_begin_step(sonde_lua_world *world);
/// Notes that a step has ended.
void sonde_lua_end_step(sonde_lua_world *outer);
