// SPDX-License-Identifier: Apache-2.0
//
// States, and everything that may raise, behind protected calls.
#include <stdio.h>
#include <stdlib.h>

#include "CLuaShim.h"
#include "internal.h"

/// Runs a protected call as Lua's frame: memory limits bite again while it lasts. [-(n + 1), +r, -]
static int protected_call(lua_State *L, int arguments, int results, int handler) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    int depth = world->host_depth;
    int fences = world->fences;
    lua_State *running = world->running;
    world->host_depth = 0;
    world->running = L;
    // Scripts run here, too: while they load, and where the engine asks their functions and metamethods.
    sonde_lua_world *outer = sonde_lua_begin_step(world);
    int status = lua_pcall(L, arguments, results, handler);
    sonde_lua_end_step(outer);
    world->running = running;
    world->host_depth = depth;
    world->fences = fences;
    return status;
}

/// A helper of this file fails only by memory or by a script's metamethod: pushes the helper below what
/// it works on and calls it. [-arguments, +results | +1, -]
static int run(lua_State *L, lua_CFunction helper, int arguments, int results) {
    lua_pushcfunction(L, helper);
    lua_insert(L, -(arguments + 1));
    return protected_call(L, arguments, results, 0);
}

// MARK: States

static int panic(lua_State *L) {
    const char *text = lua_tostring(L, -1);
    fprintf(stderr, "sonde: unprotected Lua error: %s\n", text == NULL ? "(no text)" : text);
    return 0;
}

lua_State *sonde_lua_new_state(sonde_lua_world *world) {
    world->host_depth = 1;
    if (!sonde_lua_prepare_accounts(world)) return NULL;
    sonde_lua_prepare_classes(world);
    lua_State *L = lua_newstate(sonde_lua_allocate, world);
    if (L == NULL) return NULL;
    *(sonde_lua_world **)lua_getextraspace(L) = world;
    world->running = L;
    lua_atpanic(L, panic);
    return L;
}

void sonde_lua_close_state(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    world->step_length = 0;
    world->running = NULL;
    world->account = 0;
    lua_close(L);
    free(world->accounts);
    world->accounts = NULL;
}

/// The lowest bit of a coroutine's extra space says that it belongs to the engine and not to a script.
enum { BASE_BIT = 1 };

sonde_lua_world *sonde_lua_world_of(lua_State *L) {
    return (sonde_lua_world *)(*(uintptr_t *)lua_getextraspace(L) & ~(uintptr_t)BASE_BIT);
}

void sonde_lua_mark_base(lua_State *co) { *(uintptr_t *)lua_getextraspace(co) |= BASE_BIT; }
int sonde_lua_is_base(lua_State *co) { return *(uintptr_t *)lua_getextraspace(co) & BASE_BIT; }

static int open_libraries(lua_State *L) {
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, LUA_COLIBNAME);
    sonde_lua_replace_coroutine_functions(L);
    lua_getfield(L, -2, LUA_STRLIBNAME);
    sonde_lua_replace_string_functions(L);
    lua_getfield(L, -3, LUA_TABLIBNAME);
    sonde_lua_replace_table_functions(L);
    return 0;
}

int sonde_lua_open_libraries(lua_State *L) { return run(L, open_libraries, 0, 0); }

static int open_one(lua_State *L) {
    luaL_requiref(L, lua_touserdata(L, 2), (lua_CFunction)(uintptr_t)lua_touserdata(L, 1), 0);
    return 1;
}

int sonde_lua_open(lua_State *L, lua_CFunction opener, const char *name) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)opener);
    lua_pushlightuserdata(L, (void *)name);
    return run(L, open_one, 2, 1);
}

// MARK: Running

static int add_traceback(lua_State *L) {
    const char *text = lua_tostring(L, 1);
    if (text == NULL) return 1;
    luaL_traceback(L, L, text, 1);
    return 1;
}

int sonde_lua_call(lua_State *L, int arguments, int results, int trace) {
    if (!trace) return protected_call(L, arguments, results, 0);
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, add_traceback);
    lua_insert(L, base);
    int status = protected_call(L, arguments, results, base);
    lua_remove(L, base);
    return status;
}

int sonde_lua_load(lua_State *L, const char *text, size_t length, const char *name) {
    return luaL_loadbufferx(L, text, length, name, "t");
}

void sonde_lua_traceback(lua_State *L, lua_State *co, const char *message) {
    luaL_traceback(L, co, message, 0);
}

// MARK: Access that honours metamethods

static int get_field(lua_State *L) {
    lua_getfield(L, 1, lua_touserdata(L, 2));
    return 1;
}

int sonde_lua_get_field(lua_State *L, int index, const char *name) {
    index = lua_absindex(L, index);
    if (lua_type(L, index) == LUA_TTABLE && !lua_getmetatable(L, index)) {
        sonde_lua_raw_get_field(L, index, name);
        return LUA_OK;
    }
    if (lua_type(L, index) == LUA_TTABLE) lua_pop(L, 1);
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, (void *)name);
    return run(L, get_field, 2, 1);
}

static int get(lua_State *L) {
    lua_gettable(L, 1);
    return 1;
}

int sonde_lua_get(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_insert(L, -2);
    return run(L, get, 2, 1);
}

static int set_field(lua_State *L) {
    lua_setfield(L, 1, lua_touserdata(L, 2));
    return 0;
}

int sonde_lua_set_field(lua_State *L, int index, const char *name) {
    lua_pushvalue(L, index);
    lua_pushlightuserdata(L, (void *)name);
    lua_rotate(L, -3, 2);
    return run(L, set_field, 3, 0);
}

static int to_text(lua_State *L) {
    luaL_tolstring(L, 1, NULL);
    return 1;
}

int sonde_lua_to_text(lua_State *L, int index) {
    lua_pushvalue(L, index);
    return run(L, to_text, 1, 1);
}

// MARK: Raw access

void sonde_lua_raw_get_field(lua_State *L, int index, const char *name) {
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    lua_rawget(L, index);
}

void sonde_lua_raw_set_field(lua_State *L, int index, const char *name) {
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, index);
}
