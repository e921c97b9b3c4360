// SPDX-License-Identifier: Apache-2.0
//
// Asking Swift whether a script may go on: every so many instructions, and as soon as possible once the watchdog has raised the
// world's alarm.
#include "CLuaShim.h"
#include "internal.h"

static int ask(lua_State *L, sonde_lua_world *world) {
    world->alarm = 0;
    if (world->tick == NULL) return SONDE_LUA_GO_ON;
    world->host_depth++;
    int verdict = world->tick(L, world->owner);
    world->host_depth--;
    return verdict;
}

/// Acts on the answer of `tick`. A yield from a hook carries no values, and only Lua functions get here.
void sonde_lua_hook(lua_State *L, lua_Debug *activation) {
    (void)activation;
    sonde_lua_world *world = sonde_lua_world_of(L);
    int verdict = ask(L, world);
    // The watchdog asks for a look at the next instruction; that was this one.
    if (lua_gethookcount(L) != world->tick_count) lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, world->tick_count);
    if (verdict == SONDE_LUA_GO_ON) return;
    if (sonde_lua_can_suspend(L)) {
        // Whether the coroutine is to go on is for whoever resumed it to decide.
        world->suspended = SONDE_LUA_TURN_ENDED;
        if (verdict == SONDE_LUA_STOP) lua_pop(L, 1);
        lua_yield(L, 0);
    } else if (verdict == SONDE_LUA_STOP) {
        // From now on at every instruction, so that no pcall can swallow it for long.
        lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, 1);
        lua_error(L);
    }
}

void sonde_lua_poll(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    luaL_checkstack(L, 4, "stopped");
    if (ask(L, world) != SONDE_LUA_STOP) return;
    // The next instruction stops it for good, whoever catches this error.
    world->alarm = 1;
    lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, 1);
    lua_error(L);
}

int sonde_lua_pause(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    luaL_checkstack(L, 4, "stopped");
    int verdict = ask(L, world);
    if (verdict == SONDE_LUA_GO_ON) return 0;
    if (!sonde_lua_can_suspend(L)) {
        if (verdict == SONDE_LUA_END_TURN) return 0;
        lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, 1);
        return lua_error(L);
    }
    if (verdict == SONDE_LUA_STOP) lua_pop(L, 1);
    world->suspended = SONDE_LUA_TURN_ENDED;
    return 1;
}

void sonde_lua_set_tick(lua_State *L, int count) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    world->tick_count = count;
    if (count > 0) {
        lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, count);
    } else {
        lua_sethook(L, NULL, 0, 0);
    }
}
