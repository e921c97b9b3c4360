// SPDX-License-Identifier: Apache-2.0
//
// What keeps scripts from changing what they share: views, which are tables that show another one and cannot be changed, and
// the functions of the base library that would look through them.
#include <string.h>

#include "CLuaShim.h"
#include "internal.h"

/// The key under which a view's metatable holds the table that it shows.
static const char shown_key = 0;

/// Pushes what the view at `index` shows; answers 0, and pushes nothing, for other values. [-0, +(0|1), -]
static int push_shown(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TTABLE || !lua_getmetatable(L, index)) return 0;
    if (lua_rawgetp(L, -1, &shown_key) == LUA_TTABLE) {
        lua_remove(L, -2);
        return 1;
    }
    lua_pop(L, 2);
    return 0;
}

static int refuse_change(lua_State *L) {
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L, "'%s' is shared by all scripts and cannot be changed", key);
}

/// `__newindex` of a view that takes new fields: they are the scripts', the library does not see them. [-3, +0, e]
static int add_field(lua_State *L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return refuse_change(L);
    lua_pop(L, 1);
    lua_rawset(L, 1);
    return 0;
}

/// The step of `pairs` over a view: the fields of the table shown. [-2, +n, e]
static int next_shown(lua_State *L) {
    lua_settop(L, 2);
    if (lua_next(L, lua_upvalueindex(1))) return 2;
    lua_pushnil(L);
    return 1;
}

static int view_pairs(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, next_shown, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int view_length(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

/// `view(table, takes_new_fields)`. [-2, +1, e]
static int make_view(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_newtable(L);
    lua_createtable(L, 0, 8);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, -2, &shown_key);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, lua_toboolean(L, 2) ? add_field : refuse_change, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, view_pairs, 1);
    lua_setfield(L, -2, "__pairs");
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, view_length, 1);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    return 1;
}

static int is_view(lua_State *L) {
    lua_pushboolean(L, push_shown(L, 1));
    return 1;
}

/// Hides a metatable from `getmetatable` and protects it: `hide(object, shown_instead)`. [-2, +0, e]
static int hide_metatable(lua_State *L) {
    if (!lua_getmetatable(L, 1)) return 0;
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "__metatable");
    return 0;
}

// MARK: Raw access

static int raw_get(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 1) != LUA_TNIL || !push_shown(L, 1)) return 1;
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

static int raw_set(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (push_shown(L, 1)) return refuse_change(L);
    lua_rawset(L, 1);
    return 1;
}

static int raw_length(lua_State *L) {
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    int index = push_shown(L, 1) ? lua_gettop(L) : 1;
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, index));
    return 1;
}

static int next(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    int index = 1;
    if (push_shown(L, 1)) {
        lua_insert(L, 1);
        lua_remove(L, 2);
    }
    if (lua_next(L, index)) return 2;
    lua_pushnil(L);
    return 1;
}

/// `setmetatable` without finalizers: hooks do not run in them, so one that loops could not be stopped. [-2, +1, e]
static int set_metatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) {
            // Lua asks for it only now; the field is there again for whoever reads it.
            lua_pushliteral(L, "__gc");
            lua_pushnil(L);
            lua_rawset(L, 2);
            lua_pushvalue(L, 2);
            lua_setmetatable(L, 1);
            lua_pushliteral(L, "__gc");
            lua_insert(L, -2);
            lua_rawset(L, 2);
            lua_settop(L, 1);
            return 1;
        }
        lua_settop(L, 2);
    }
    lua_setmetatable(L, 1);
    return 1;
}

/// `collectgarbage`: what changes how all scripts' garbage is collected does nothing. [-n, +1, e]
static int collect(lua_State *L) {
    static const char *const options[] = {"collect", "count",      "step",         "isrunning",   "stop",
                                          "restart", "setpause",   "setstepmul",   "generational", "incremental", NULL};
    int option = luaL_checkoption(L, 1, "collect", options);
    switch (option) {
    case 0: lua_gc(L, LUA_GCCOLLECT); lua_pushinteger(L, 0); return 1;
    case 1: lua_pushnumber(L, (lua_Number)sonde_lua_world_of(L)->bytes / 1024); return 1;
    case 2: lua_pushboolean(L, lua_gc(L, LUA_GCSTEP, 0)); return 1;
    case 3: lua_pushboolean(L, 1); return 1;
    case 8:
    case 9: lua_pushliteral(L, "incremental"); return 1;
    default: lua_pushinteger(L, 0); return 1;
    }
}

/// Checks what `__tostring` gave. [-0, +1, e]
static int given_text(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    if (!lua_isstring(L, -1)) return luaL_error(L, "'__tostring' must return a string");
    return 1;
}

/// `tostring` whose metamethod can be suspended, so that one that does not end keeps nobody waiting. [-1, +1, e]
static int to_text(lua_State *L) {
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__tostring") == LUA_TNIL) {
        luaL_tolstring(L, 1, NULL);
        return 1;
    }
    lua_pushvalue(L, 1);
    lua_callk(L, 1, 1, 0, given_text);
    return given_text(L, LUA_OK, 0);
}

// MARK: debug

static void set_text(lua_State *L, const char *name, const char *value) {
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, int value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

/// `debug.getinfo` without what reaches functions of others. [-n, +1, e]
static int get_info(lua_State *L) {
    int shift = lua_isthread(L, 1);
    lua_State *L1 = shift ? lua_tothread(L, 1) : L;
    const char *wanted = luaL_optstring(L, shift + 2, "nSltur");
    luaL_argcheck(L, wanted[0] != '>', shift + 2, "invalid option '>'");
    char options[16] = "";
    size_t count = 0;
    for (const char *p = wanted; *p != 0; p++) {
        luaL_argcheck(L, strchr("nSltufLr", *p) != NULL, shift + 2, "invalid option");
        if (*p != 'f' && *p != 'L' && memchr(options + 1, *p, count) == NULL && count < 10) options[++count] = *p;
    }
    lua_Debug about;
    memset(&about, 0, sizeof about);
    int fine;
    if (lua_isfunction(L, shift + 1)) {
        options[0] = '>';
        lua_pushvalue(L, shift + 1);
        if (L1 != L) lua_xmove(L, L1, 1);
        fine = lua_getinfo(L1, options, &about);
    } else {
        int level = (int)luaL_checkinteger(L, shift + 1);
        if (!lua_getstack(L1, level, &about)) {
            lua_pushnil(L);
            return 1;
        }
        fine = lua_getinfo(L1, options + 1, &about);
    }
    if (!fine) return luaL_argerror(L, shift + 2, "invalid option");
    lua_newtable(L);
    if (strchr(wanted, 'S') != NULL) {
        lua_pushlstring(L, about.source, about.srclen);
        lua_setfield(L, -2, "source");
        set_text(L, "short_src", about.short_src);
        set_number(L, "linedefined", about.linedefined);
        set_number(L, "lastlinedefined", about.lastlinedefined);
        set_text(L, "what", about.what);
    }
    if (strchr(wanted, 'l') != NULL) set_number(L, "currentline", about.currentline);
    if (strchr(wanted, 'u') != NULL) {
        set_number(L, "nups", about.nups);
        set_number(L, "nparams", about.nparams);
        lua_pushboolean(L, about.isvararg);
        lua_setfield(L, -2, "isvararg");
    }
    if (strchr(wanted, 'n') != NULL) {
        set_text(L, "name", about.name);
        set_text(L, "namewhat", about.namewhat);
    }
    if (strchr(wanted, 't') != NULL) {
        lua_pushboolean(L, about.istailcall);
        lua_setfield(L, -2, "istailcall");
    }
    return 1;
}

void sonde_lua_push_sandbox(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"view", make_view},       {"is_view", is_view},       {"hide", hide_metatable}, {"rawget", raw_get},
        {"rawset", raw_set},       {"rawlen", raw_length},     {"next", next},           {"setmetatable", set_metatable},
        {"collectgarbage", collect}, {"getinfo", get_info},    {"tostring", to_text},     {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
