// SPDX-License-Identifier: Apache-2.0
//
// `coroutine.resume` and `coroutine.wrap` that a suspension passes through: when the engine, and not the script,
// stopped the inner coroutine, the outer one yields too, and resumes the inner one when its turn comes.
// Whoever runs another stack notes it in `running`, which the hook needs.
#include "CLuaShim.h"
#include "internal.h"

/// How a drive of an inner coroutine ended: a count of results on the outer stack, or one of these.
enum { FAILED = -1, PASS_OUTWARD = -2 };

/// Resumes `co` with `count` values from the top of `L`. [-count, +(results | 1), m]
static int drive(lua_State *L, lua_State *co, int count) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    if (sonde_lua_is_base(co)) {
        lua_pop(L, count);
        lua_pushliteral(L, "cannot resume a script's own thread");
        return FAILED;
    }
    if (!lua_checkstack(co, count)) {
        lua_pop(L, count);
        lua_pushliteral(L, "too many arguments to resume");
        return FAILED;
    }
    lua_xmove(L, co, count);
    int fence = !lua_isyieldable(L);
    int results = 0;
    world->fences += fence;
    world->suspended = SONDE_LUA_NOT_SUSPENDED;
    world->running = co;
    int status = lua_resume(co, L, count, &results);
    world->running = L;
    world->fences -= fence;
    if (status == LUA_YIELD && world->suspended != SONDE_LUA_NOT_SUSPENDED) {
        lua_pop(co, results);
        return PASS_OUTWARD;
    }
    world->suspended = SONDE_LUA_NOT_SUSPENDED;
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return FAILED;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return FAILED;
    }
    lua_xmove(co, L, results);
    return results;
}

static lua_State *coroutine_argument(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    return co;
}

static int resume_again(lua_State *L, int status, lua_KContext context);

/// Returns from `resume` as the manual says, or passes a suspension outward. [-?, +?, e]
static int after_resume(lua_State *L, int count) {
    if (count == PASS_OUTWARD) return lua_yieldk(L, 0, 0, resume_again);
    lua_pushboolean(L, count != FAILED);
    int values = count == FAILED ? 1 : count;
    lua_insert(L, -(values + 1));
    return values + 1;
}

static int resume_again(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    return after_resume(L, drive(L, lua_tothread(L, 1), 0));
}

/// `coroutine.resume(co, ...)`. [-?, +?, e]
static int resume(lua_State *L) {
    lua_State *co = coroutine_argument(L);
    return after_resume(L, drive(L, co, lua_gettop(L) - 1));
}

static int wrapped_again(lua_State *L, int status, lua_KContext context);

/// Returns from a wrapped coroutine, raises its error, or passes a suspension outward. [-?, +?, e]
static int after_wrapped(lua_State *L, lua_State *co, int count) {
    if (count == PASS_OUTWARD) return lua_yieldk(L, 0, 0, wrapped_again);
    if (count != FAILED) return count;
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        // Closes what the coroutine left open; the error object may change by that.
        sonde_lua_world *world = sonde_lua_world_of(L);
        world->running = co;
        status = lua_resetthread(co);
        world->running = L;
        if (status != LUA_OK) {
            lua_pop(L, 1);
            lua_xmove(co, L, 1);
        }
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrapped_again(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    return after_wrapped(L, co, drive(L, co, 0));
}

static int wrapped(lua_State *L) {
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    return after_wrapped(L, co, drive(L, co, lua_gettop(L)));
}

/// `coroutine.wrap(f)`. [-1, +1, e]
static int wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

/// `coroutine.close(co)`. [-1, +n, e]
static int close_coroutine(lua_State *L) {
    lua_State *co = coroutine_argument(L);
    lua_Debug activation;
    int status = lua_status(co);
    int is_suspended = status == LUA_YIELD || (lua_getstack(co, 0, &activation) == 0 && co != L);
    if (sonde_lua_is_base(co) || (status == LUA_OK && !is_suspended))
        return luaL_error(L, "cannot close a %s coroutine", co == L ? "running" : "normal");
    sonde_lua_world *world = sonde_lua_world_of(L);
    world->running = co;
    status = lua_resetthread(co);
    world->running = L;
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(co, L, 1);
    return 2;
}

void sonde_lua_replace_coroutine_functions(lua_State *L) {
    lua_pushcfunction(L, close_coroutine);
    lua_setfield(L, -2, "close");
    lua_pushcfunction(L, resume);
    lua_setfield(L, -2, "resume");
    lua_pushcfunction(L, wrap);
    lua_setfield(L, -2, "wrap");
}

int sonde_lua_resume(lua_State *co, int arguments, int *results) {
    sonde_lua_world *world = sonde_lua_world_of(co);
    int depth = world->host_depth;
    int fences = world->fences;
    world->host_depth = 0;
    world->fences = 0;
    world->suspended = SONDE_LUA_NOT_SUSPENDED;
    lua_State *running = world->running;
    world->running = co;
    sonde_lua_world *outer = sonde_lua_begin_step(world);
    int status = lua_resume(co, NULL, arguments, results);
    sonde_lua_end_step(outer);
    world->running = running;
    world->host_depth = depth;
    world->fences = fences;
    return status;
}

void sonde_lua_reset(lua_State *co) {
    sonde_lua_world *world = sonde_lua_world_of(co);
    lua_State *running = world->running;
    world->running = co;
    sonde_lua_world *outer = sonde_lua_begin_step(world);
    (void)lua_resetthread(co);
    sonde_lua_end_step(outer);
    world->running = running;
    lua_settop(co, 0);
}
