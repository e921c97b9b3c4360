// SPDX-License-Identifier: Apache-2.0
//
// What the files of this target share.
#pragma once

#include "CLuaShim.h"

/// Lua's allocator, with accounting and a limit; `context` is the world.
void *sonde_lua_allocate(void *context, void *old, size_t old_size, size_t new_size);
/// Puts our `resume` and `wrap` into the table on top. [-0, +0, m]
void sonde_lua_replace_coroutine_functions(lua_State *L);
/// Notes that a world begins a step on this thread; answers the one that took one before, for the other function.
sonde_lua_world *sonde_lua_begin_step(sonde_lua_world *world);
/// Notes that a step has ended.
void sonde_lua_end_step(sonde_lua_world *outer);
