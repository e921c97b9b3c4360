// SPDX-License-Identifier: Apache-2.0
//
// The one C entry of all host functions. Swift returns an integer first; only then, with no Swift frame left
// on the stack, this file raises or yields.
#include "CLuaShim.h"
#include "internal.h"

static int resumed(lua_State *L, int status, lua_KContext context);

/// Acts on what Swift answered. [-?, +?, e]
static int finish(lua_State *L, sonde_lua_world *world, int code) {
    if (world->overdrawn) sonde_lua_settle(L);
    if (code >= 0) return code;
    switch (code) {
    case SONDE_LUA_SUSPEND:
        world->suspended = SONDE_LUA_OPERATION;
        return lua_yieldk(L, 0, 0, resumed);
    case SONDE_LUA_RAISE_HERE:
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
        return lua_error(L);
    case SONDE_LUA_BAD_ARGUMENT:
        return luaL_argerror(L, world->argument, lua_tostring(L, -1));
    case SONDE_LUA_BAD_TYPE:
        // The expected type's name on top must not be taken for an argument that was not given.
        if (world->argument >= lua_gettop(L)) {
            const char *expected = lua_tostring(L, -1);
            return luaL_argerror(
                L, world->argument, lua_pushfstring(L, "%s expected, got no value", expected));
        }
        return luaL_typeerror(L, world->argument, lua_tostring(L, -1));
    default:
        return lua_error(L);
    }
}

/// Goes on after the operation that a host function waited for. [-?, +?, e]
static int resumed(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    sonde_lua_world *world = sonde_lua_world_of(L);
    world->host_depth++;
    int code = world->resumed(L, world->owner);
    world->host_depth--;
    return finish(L, world, code);
}

/// Every host function; upvalue 1 names which. [-?, +?, e]
static int host_function(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    // A script with the debug library can change upvalues.
    uint64_t number = (uint64_t)lua_tointeger(L, lua_upvalueindex(1));
    if (number >= world->function_count) return 0;
    world->host_depth++;
    int code = world->invoke(L, world->functions[number]);
    world->host_depth--;
    return finish(L, world, code);
}

void sonde_lua_push_host_function(lua_State *L, int64_t number) {
    lua_pushinteger(L, number);
    lua_pushcclosure(L, host_function, 1);
}

void sonde_lua_push_keeping_function(lua_State *L, int64_t number) {
    lua_pushinteger(L, number);
    lua_insert(L, -2);
    lua_pushcclosure(L, host_function, 2);
}

void sonde_lua_push_kept(lua_State *L) { lua_pushvalue(L, lua_upvalueindex(2)); }

int sonde_lua_can_suspend(lua_State *L) {
    return lua_isyieldable(L) && sonde_lua_world_of(L)->fences == 0;
}

// MARK: Userdata

/// `__gc` of our userdata. [-0, +0, -]
static int collect(lua_State *L) {
    sonde_lua_box *box = lua_touserdata(L, 1);
    sonde_lua_world *world = sonde_lua_world_of(L);
    if (box == NULL || lua_rawlen(L, 1) != sizeof *box || box->world != world) return 0;
    void *object = box->object;
    box->object = NULL;
    if (object != NULL) {
        world->host_depth++;
        world->release(object);
        world->host_depth--;
    }
    return 0;
}

void sonde_lua_push_collector(lua_State *L) { lua_pushcfunction(L, collect); }

void sonde_lua_push_object(lua_State *L, int64_t type, void *object, int metatable) {
    sonde_lua_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->world = sonde_lua_world_of(L);
    box->type = type;
    box->object = object;
    lua_rawgeti(L, LUA_REGISTRYINDEX, metatable);
    lua_setmetatable(L, -2);
}

void *sonde_lua_object(lua_State *L, int index, int64_t type) {
    if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(sonde_lua_box)) return NULL;
    sonde_lua_box *box = lua_touserdata(L, index);
    if (box->world != sonde_lua_world_of(L) || box->type != type) return NULL;
    return box->object;
}
