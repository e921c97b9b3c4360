// SPDX-License-Identifier: Apache-2.0
//
// The functions of the table library that loop, in a form that can be stopped: with metamethods, or a length that lies, Lua's own
// can run for ever without an instruction that a hook would see.
#include <string.h>

#include "CLuaShim.h"
#include "internal.h"

enum { READS = 1, WRITES = 2, MEASURES = 4 };

static inline void look(lua_State *L, const sonde_lua_world *world) {
    if (world->alarm) sonde_lua_poll(L);
}

static int has_field(lua_State *L, const char *name, int depth) {
    lua_pushstring(L, name);
    return lua_rawget(L, -depth) != LUA_TNIL;
}

/// Accepts a table, or anything whose metatable can do what is needed. [-0, +0, e]
static void check(lua_State *L, int index, int needs) {
    if (lua_type(L, index) == LUA_TTABLE) return;
    int depth = 1;
    if (lua_getmetatable(L, index) && (!(needs & READS) || has_field(L, "__index", ++depth)) &&
        (!(needs & WRITES) || has_field(L, "__newindex", ++depth)) &&
        (!(needs & MEASURES) || has_field(L, "__len", ++depth))) {
        lua_pop(L, depth);
    } else {
        luaL_checktype(L, index, LUA_TTABLE);
    }
}

static lua_Integer length_of(lua_State *L, int needs) {
    check(L, 1, needs | MEASURES);
    return luaL_len(L, 1);
}

static int table_insert(lua_State *L) {
    const sonde_lua_world *world = sonde_lua_world_of(L);
    lua_Integer end = (lua_Integer)((lua_Unsigned)length_of(L, READS | WRITES) + 1), at = end;
    switch (lua_gettop(L)) {
    case 2: break;
    case 3:
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)at - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer place = end; place > at; place--) {
            look(L, world);
            lua_geti(L, 1, place - 1);
            lua_seti(L, 1, place);
        }
        break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, at);
    return 0;
}

static int table_remove(lua_State *L) {
    const sonde_lua_world *world = sonde_lua_world_of(L);
    lua_Integer size = length_of(L, READS | WRITES);
    lua_Integer at = luaL_optinteger(L, 2, size);
    if (at != size)
        luaL_argcheck(L, (lua_Unsigned)at - 1u <= (lua_Unsigned)size, 1, "position out of bounds");
    lua_geti(L, 1, at);
    for (; at < size; at++) {
        look(L, world);
        lua_geti(L, 1, at + 1);
        lua_seti(L, 1, at);
    }
    lua_pushnil(L);
    lua_seti(L, 1, at);
    return 1;
}

static int table_move(lua_State *L) {
    const sonde_lua_world *world = sonde_lua_world_of(L);
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    check(L, 1, READS);
    check(L, target, WRITES);
    if (last >= first) {
        luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
        lua_Integer count = last - first + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        // Where the ranges overlap upward, the last goes first.
        int forward = to > last || to <= first || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ));
        for (lua_Integer step = 0; step < count; step++) {
            look(L, world);
            lua_Integer offset = forward ? step : count - 1 - step;
            lua_geti(L, 1, first + offset);
            lua_seti(L, target, to + offset);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static void add_element(lua_State *L, luaL_Buffer *buffer, lua_Integer place) {
    lua_geti(L, 1, place);
    if (!lua_isstring(L, -1))
        luaL_error(
            L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)place);
    luaL_addvalue(buffer);
}

static int table_concat(lua_State *L) {
    const sonde_lua_world *world = sonde_lua_world_of(L);
    lua_Integer last = length_of(L, READS);
    size_t length = 0;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    lua_Integer place = luaL_optinteger(L, 3, 1);
    last = luaL_optinteger(L, 4, last);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; place < last; place++) {
        look(L, world);
        add_element(L, &buffer, place);
        luaL_addlstring(&buffer, separator, length);
    }
    if (place == last) add_element(L, &buffer, place);
    luaL_pushresult(&buffer);
    return 1;
}

// MARK: Sorting: quicksort with the median of three as its pivot, so that equal elements come out as scripts know it.

enum { RANDOM_ABOVE = 100 };

/// Whether the value at `a` comes before that at `b`. [-0, +0, e]
static int before(lua_State *L, int a, int b) {
    look(L, sonde_lua_world_of(L));
    if (lua_isnil(L, 2)) return lua_compare(L, a, b, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a < 0 ? a - 1 : a);
    lua_pushvalue(L, b < 0 ? b - 2 : b);
    lua_call(L, 2, 1);
    int result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

/// Puts the top two values at two places: the top one at `first`. [-2, +0, e]
static void put_two(lua_State *L, lua_Unsigned first, lua_Unsigned second) {
    lua_seti(L, 1, (lua_Integer)first);
    lua_seti(L, 1, (lua_Integer)second);
}

static void get_two(lua_State *L, lua_Unsigned first, lua_Unsigned second) {
    lua_geti(L, 1, (lua_Integer)first);
    lua_geti(L, 1, (lua_Integer)second);
}

/// Brings the elements at two places into order. [-0, +0, e]
static void order_two(lua_State *L, lua_Unsigned low, lua_Unsigned high) {
    get_two(L, low, high);
    if (before(L, -1, -2)) {
        put_two(L, low, high);
    } else {
        lua_pop(L, 2);
    }
}

/// Parts the range around the pivot, which is on top and at `high - 1`; answers where it ends up. [-1, +0, e]
static lua_Unsigned part(lua_State *L, lua_Unsigned low, lua_Unsigned high) {
    lua_Unsigned left = low, right = high - 1;
    for (;;) {
        while (lua_geti(L, 1, (lua_Integer)++left), before(L, -1, -2)) {
            if (left == high - 1) luaL_error(L, "invalid order function for sorting");
            lua_pop(L, 1);
        }
        while (lua_geti(L, 1, (lua_Integer)--right), before(L, -3, -1)) {
            if (right < left) luaL_error(L, "invalid order function for sorting");
            lua_pop(L, 1);
        }
        if (right < left) {
            lua_pop(L, 1);
            put_two(L, high - 1, left);
            return left;
        }
        put_two(L, left, right);
    }
}

static lua_Unsigned pivot_of(lua_Unsigned low, lua_Unsigned high, unsigned int random) {
    if (high - low <= RANDOM_ABOVE) return low + (high - low) / 2;
    lua_Unsigned quarter = (high - low) / 4;
    return random % (quarter * 2) + low + quarter;
}

static void sort_range(lua_State *L, lua_Unsigned low, lua_Unsigned high, unsigned int random) {
    while (low < high) {
        order_two(L, low, high);
        if (high - low == 1) return;
        lua_Unsigned pivot = pivot_of(low, high, random);
        get_two(L, pivot, low);
        if (before(L, -2, -1)) {
            put_two(L, pivot, low);
        } else {
            lua_pop(L, 1);
            lua_geti(L, 1, (lua_Integer)high);
            if (before(L, -1, -2)) put_two(L, pivot, high);
            else lua_pop(L, 2);
        }
        if (high - low == 2) return;
        lua_geti(L, 1, (lua_Integer)pivot);
        lua_pushvalue(L, -1);
        lua_geti(L, 1, (lua_Integer)(high - 1));
        put_two(L, pivot, high - 1);
        pivot = part(L, low, high);
        // The shorter part by a call, so that calls nest no deeper than the logarithm.
        lua_Unsigned shorter = pivot - low < high - pivot ? pivot - low : high - pivot;
        if (pivot - low < high - pivot) {
            sort_range(L, low, pivot - 1, random);
            low = pivot + 1;
        } else {
            sort_range(L, pivot + 1, high, random);
            high = pivot - 1;
        }
        // Parts this unequal may be meant to cost time: the next pivots are chosen otherwise.
        if ((high - low) / 128 > shorter) random = random * 1664525u + 1013904223u;
    }
}

static int table_sort(lua_State *L) {
    lua_Integer size = length_of(L, READS | WRITES);
    if (size < 2) return 0;
    luaL_argcheck(L, size < 0x7FFFFFFF, 1, "array too big");
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    luaL_checkstack(L, 40 * 4, "too much to sort");
    sort_range(L, 1, (lua_Unsigned)size, 0);
    return 0;
}

void sonde_lua_replace_table_functions(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"insert", table_insert}, {"remove", table_remove}, {"move", table_move},
        {"concat", table_concat}, {"sort", table_sort},     {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
