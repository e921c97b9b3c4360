// SPDX-License-Identifier: Apache-2.0
//
// The count hook: asks Swift every so many instructions whether the script may go on.
#include "CLuaShim.h"
#include "internal.h"

/// Acts on the answer of `tick`. A yield from a hook carries no values, and only Lua functions get here.
static void hook(lua_State *L, lua_Debug *activation) {
    (void)activation;
    sonde_lua_world *world = sonde_lua_world_of(L);
    if (world->tick == NULL) return;
    world->host_depth++;
    int verdict = world->tick(L, world->owner);
    world->host_depth--;
    if (verdict == SONDE_LUA_GO_ON) return;
    if (sonde_lua_can_suspend(L)) {
        // Whether the coroutine is to go on is for whoever resumed it to decide.
        world->suspended = SONDE_LUA_TURN_ENDED;
        lua_yield(L, 0);
    } else if (verdict == SONDE_LUA_STOP) {
        // From now on at every instruction, so that no pcall can swallow it for long.
        lua_sethook(L, hook, LUA_MASKCOUNT, 1);
        lua_error(L);
    }
}

void sonde_lua_set_tick(lua_State *L, int count) {
    if (count > 0) {
        lua_sethook(L, hook, LUA_MASKCOUNT, count);
    } else {
        lua_sethook(L, NULL, 0, 0);
    }
}
