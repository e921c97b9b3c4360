// SPDX-License-Identifier: Apache-2.0
//
// `find`, `match`, `gmatch`, `gsub` and `rep` of the string library, with the pattern language of Lua 5.4, in a form that can
// be stopped. Lua's own run for as long as a pattern asks, which can be years, and no hook sees them.
//
// A pattern is read once into items, which a backtracking matcher then walks. Every failure looks at the world's alarm; a raised
// alarm asks the engine whether the script may go on, now or when others have had their turns.
#define _GNU_SOURCE
#include <ctype.h>
#include <string.h>

#include "patterns.h"

// MARK: Captures

/// The octets of capture `number`; the whole match counts as the first where the pattern has none. A position is pushed,
/// and the answer is POSITION_CAPTURE. [-0, +(0|1), e]
static ptrdiff_t one_capture(match *m, int number, const char *s, const char *e, const char **start) {
    if (number >= m->level) {
        if (number != 0) luaL_error(m->L, "invalid capture index %%%d", number + 1);
        *start = s;
        return e - s;
    }
    ptrdiff_t length = m->captures[number].length;
    *start = m->captures[number].start;
    if (length == OPEN_CAPTURE) luaL_error(m->L, "unfinished capture");
    if (length == POSITION_CAPTURE) lua_pushinteger(m->L, *start - m->subject + 1);
    return length;
}

static void push_capture(match *m, int number, const char *s, const char *e) {
    const char *start = NULL;
    ptrdiff_t length = one_capture(m, number, s, e, &start);
    if (length != POSITION_CAPTURE) lua_pushlstring(m->L, start, (size_t)length);
}

/// Pushes all captures; without any the whole match, unless `s` is NULL. [-0, +n, e]
static int push_captures(match *m, const char *s, const char *e) {
    int count = m->level == 0 && s != NULL ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int number = 0; number < count; number++) push_capture(m, number, s, e);
    return count;
}

// MARK: find and match

/// Where a search begins, from 0, or past the end.
static size_t start_of(lua_Integer start, size_t length) {
    if (start > 0) return (size_t)start - 1;
    if (start == 0 || start < -(lua_Integer)length) return 0;
    return length + (size_t)start;
}

static int is_plain(const char *p, size_t length) {
    for (size_t index = 0; index < length; index++) {
        switch (p[index]) {
        case '^': case '$': case '*': case '+': case '?': case '.': case '(': case '[': case '%': case '-': return 0;
        default: break;
        }
    }
    return 1;
}

static void begin(match *m, lua_State *L, const char *s, size_t length, const item *items, int count) {
    m->L = L;
    m->world = sonde_lua_world_of(L);
    m->subject = s;
    m->end = s + length;
    m->items = items;
    m->count = count;
    m->is_left = 0;
}

/// How a search goes through a subject.
typedef struct {
    enum { FIND, MATCH, GMATCH } kind;
    const char *at, *last;
    int anchored;
    /// What an iterator keeps from one match to the next.
    struct iterator *iterator;
} search_state;

/// A search that was left: it lies in a userdata, with the items of its pattern behind it.
typedef struct {
    match m;
    search_state state;
    item items[];
} left_search;

/// The next place where the pattern matches, NULL, or `sonde_lua_left_match`; `*to` is where the match ends.
static const char *next_match(match *m, search_state *state, const char **to) {
    for (;; state->at++) {
        const char *end = sonde_lua_match_at(m, state->at);
        if (end == sonde_lua_left_match) return sonde_lua_left_match;
        // An empty match where an iterator's last one ended is the same match again.
        if (end != NULL && (state->kind != GMATCH || end != state->last)) {
            *to = end;
            return state->at;
        }
        if (state->anchored || state->at >= m->end) return NULL;
    }
}

static int finish_search(match *m, const search_state *state, const char *start, const char *end);

/// Goes on with a search that was left. [-0, +n, e]
static int go_on_searching(lua_State *L, int status, lua_KContext place) {
    (void)status;
    left_search *search = lua_touserdata(L, (int)place);
    search->m.L = L;
    const char *end = NULL, *start;
    while ((start = next_match(&search->m, &search->state, &end)) == sonde_lua_left_match)
        if (sonde_lua_pause(L)) return lua_yieldk(L, 0, place, go_on_searching);
    return finish_search(&search->m, &search->state, start, end);
}

/// Searches; where that lasts long, others have their turns in between. [-0, +n, e]
static int search_from(match *m, search_state *state) {
    lua_State *L = m->L;
    const char *end = NULL;
    const char *start = next_match(m, state, &end);
    if (start != sonde_lua_left_match) return finish_search(m, state, start, end);
    luaL_checkstack(L, 4, "too deep");
    size_t size = (size_t)m->count * sizeof(item);
    left_search *search = lua_newuserdatauv(L, sizeof *search + size, 0);
    search->m = *m;
    search->state = *state;
    memcpy(search->items, m->items, size);
    search->m.items = search->items;
    int place = lua_gettop(L);
    if (sonde_lua_pause(L)) return lua_yieldk(L, 0, place, go_on_searching);
    return go_on_searching(L, LUA_OK, place);
}

/// Reads a pattern. Items that do not fit the room go to a userdata left on the stack. [-0, +(0|1), m]
static int read_pattern(lua_State *L, const char *p, size_t length, item **items) {
    if (length > ITEMS_ON_STACK) *items = lua_newuserdatauv(L, length * sizeof(item), 0);
    return sonde_lua_read_items(sonde_lua_world_of(L), p, length, *items);
}

static int find_plain(lua_State *L, const char *s, size_t ls, const char *p, size_t lp, size_t start) {
    const char *found = lp == 0 ? s + start : memmem(s + start, ls - start, p, lp);
    if (found == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - s + 1);
    lua_pushinteger(L, found - s + (lua_Integer)lp);
    return 2;
}

static int search(lua_State *L, int is_find) {
    size_t ls = 0, lp = 0;
    const char *s = luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    size_t start = start_of(luaL_optinteger(L, 3, 1), ls);
    if (start > ls) {
        lua_pushnil(L);
        return 1;
    }
    if (is_find && (lua_toboolean(L, 4) || is_plain(p, lp))) return find_plain(L, s, ls, p, lp, start);
    int anchored = lp > 0 && *p == '^';
    item room[ITEMS_ON_STACK], *items = room;
    int count = read_pattern(L, p + anchored, lp - (size_t)anchored, &items);
    match m;
    begin(&m, L, s, ls, items, count);
    search_state state = {is_find ? FIND : MATCH, s + start, NULL, anchored, NULL};
    return search_from(&m, &state);
}

static int string_find(lua_State *L) { return search(L, 1); }
static int string_match(lua_State *L) { return search(L, 0); }

// MARK: gmatch

/// What an iterator keeps: upvalues are the subject, the pattern and this.
typedef struct iterator {
    size_t next, last;
    int count;
    item items[];
} iterator;

static int gmatch_next(lua_State *L) {
    size_t length = 0;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &length);
    iterator *kept = lua_touserdata(L, lua_upvalueindex(3));
    if (kept->next > length) return 0;
    match m;
    begin(&m, L, s, length, kept->items, kept->count);
    search_state state = {GMATCH, s + kept->next, kept->last == 0 ? NULL : s + kept->last - 1, 0, kept};
    return search_from(&m, &state);
}

static int string_gmatch(lua_State *L) {
    size_t ls = 0, lp = 0;
    luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    size_t start = start_of(luaL_optinteger(L, 3, 1), ls);
    lua_settop(L, 2);
    iterator *state = lua_newuserdatauv(L, sizeof *state + (lp + 1) * sizeof(item), 0);
    memset(state, 0, sizeof *state);
    state->next = start > ls ? ls + 1 : start;
    state->count = sonde_lua_read_items(sonde_lua_world_of(L), p, lp, state->items);
    lua_pushcclosure(L, gmatch_next, 3);
    return 1;
}

/// Pushes what a search found. [-0, +n, e]
static int finish_search(match *m, const search_state *state, const char *start, const char *end) {
    if (state->kind == GMATCH) {
        size_t length = (size_t)(m->end - m->subject);
        state->iterator->next = start == NULL ? length + 1 : (size_t)(end - m->subject);
        state->iterator->last = start == NULL ? 0 : state->iterator->next + 1;
        return start == NULL ? 0 : push_captures(m, start, end);
    }
    if (start == NULL) {
        lua_pushnil(m->L);
        return 1;
    }
    if (state->kind == MATCH) return push_captures(m, start, end);
    lua_pushinteger(m->L, start - m->subject + 1);
    lua_pushinteger(m->L, end - m->subject);
    return push_captures(m, NULL, NULL) + 2;
}

// MARK: gsub

static void add_text(match *m, luaL_Buffer *buffer, const char *s, const char *e) {
    size_t length = 0;
    const char *text = lua_tolstring(m->L, 3, &length);
    const char *end = text + length;
    while (text < end) {
        const char *escape = memchr(text, '%', (size_t)(end - text));
        if (escape == NULL) break;
        luaL_addlstring(buffer, text, (size_t)(escape - text));
        char letter = escape + 1 < end ? escape[1] : 0;
        if (letter == '%') {
            luaL_addchar(buffer, '%');
        } else if (letter == '0') {
            luaL_addlstring(buffer, s, (size_t)(e - s));
        } else if (isdigit((unsigned char)letter)) {
            const char *start = NULL;
            ptrdiff_t held = one_capture(m, letter - '1', s, e, &start);
            if (held == POSITION_CAPTURE) luaL_addvalue(buffer);
            else luaL_addlstring(buffer, start, (size_t)held);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
        text = escape + 2;
    }
    if (text < end) luaL_addlstring(buffer, text, (size_t)(end - text));
}

/// Adds what a match is replaced by; answers whether it changed. [-0, +0, e]
static int add_replacement(match *m, luaL_Buffer *buffer, const char *s, const char *e, int type) {
    lua_State *L = m->L;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, e), 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, e);
        lua_gettable(L, 3);
    } else {
        add_text(m, buffer, s, e);
        return 1;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(buffer, s, (size_t)(e - s));
        return 0;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(buffer);
    return 1;
}

/// One substitution under way. Stack: the arguments, the items of a long pattern or nil, a substitution that was left or nil,
/// what the buffer needs.
typedef struct {
    match m;
    luaL_Buffer buffer;
    const char *at, *last;
    lua_Integer most, done;
    int anchored, changed, type;
    item items[];
} substitution;

enum { ITEMS_PLACE = 5, LEFT_PLACE = 6 };

/// Replaces until the end, or until the alarm is raised, which it answers by 0. [-0, +0, e]
static int substitute(substitution *work) {
    match *m = &work->m;
    while (work->done < work->most) {
        const char *end = sonde_lua_match_at(m, work->at);
        if (end == sonde_lua_left_match) return 0;
        if (end != NULL && end != work->last) {
            work->done++;
            work->changed |= add_replacement(m, &work->buffer, work->at, end, work->type);
            work->at = work->last = end;
        } else if (work->at < m->end) {
            luaL_addchar(&work->buffer, *work->at++);
        } else {
            break;
        }
        if (work->anchored) break;
    }
    return 1;
}

static int finish_substitution(lua_State *L, substitution *work) {
    if (!work->changed) {
        lua_pushvalue(L, 1);
    } else {
        luaL_addlstring(&work->buffer, work->at, (size_t)(work->m.end - work->at));
        luaL_pushresult(&work->buffer);
    }
    lua_pushinteger(L, work->done);
    return 2;
}

/// Goes on with a substitution that was left. [-0, +2, e]
static int go_on_substituting(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    substitution *work = lua_touserdata(L, LEFT_PLACE);
    work->m.L = work->buffer.L = L;
    while (!substitute(work))
        if (sonde_lua_pause(L)) return lua_yieldk(L, 0, 0, go_on_substituting);
    return finish_substitution(L, work);
}

/// Moves a substitution to where it stays when others have their turns, and goes on with it. [-0, +2, e]
static int leave_substitution(lua_State *L, const substitution *work) {
    size_t size = (size_t)work->m.count * sizeof(item);
    substitution *left = lua_newuserdatauv(L, sizeof *left + size, 0);
    memcpy(left, work, sizeof *left);
    memcpy(left->items, work->m.items, size);
    left->m.items = left->items;
    // Few octets lie in the buffer itself, which has moved.
    if (work->buffer.b == work->buffer.init.b) left->buffer.b = left->buffer.init.b;
    lua_replace(L, LEFT_PLACE);
    if (sonde_lua_pause(L)) return lua_yieldk(L, 0, 0, go_on_substituting);
    return go_on_substituting(L, LUA_OK, 0);
}

static int string_gsub(lua_State *L) {
    size_t ls = 0, lp = 0;
    const char *s = luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    substitution work;
    work.type = lua_type(L, 3);
    luaL_argexpected(
        L,
        work.type == LUA_TNUMBER || work.type == LUA_TSTRING || work.type == LUA_TFUNCTION ||
            work.type == LUA_TTABLE,
        3, "string/function/table");
    work.most = luaL_optinteger(L, 4, (lua_Integer)ls + 1);
    work.anchored = lp > 0 && *p == '^';
    work.done = work.changed = 0;
    work.at = s;
    work.last = NULL;
    lua_settop(L, 4);
    item room[ITEMS_ON_STACK], *items = room;
    int count = read_pattern(L, p + work.anchored, lp - (size_t)work.anchored, &items);
    lua_settop(L, LEFT_PLACE);
    begin(&work.m, L, s, ls, items, count);
    luaL_checkstack(L, MOST_CAPTURES + 8, "too deep");
    luaL_buffinit(L, &work.buffer);
    return substitute(&work) ? finish_substitution(L, &work) : leave_substitution(L, &work);
}

// MARK: rep

static int string_rep(lua_State *L) {
    size_t length = 0, between = 0;
    const char *s = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &between);
    // Lua's own counts to the end even where there is nothing to repeat.
    if (count <= 0 || length + between == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t unit = length + between;
    if (unit < length || unit > (size_t)LUA_MAXINTEGER / (size_t)count)
        return luaL_error(L, "resulting string too large");
    size_t total = unit * (size_t)count - between;
    luaL_Buffer buffer;
    char *into = luaL_buffinitsize(L, &buffer, total);
    for (lua_Integer left = count; left > 0; left--) {
        if ((left & 0xFFFF) == 0 && sonde_lua_world_of(L)->alarm) sonde_lua_poll(L);
        memcpy(into, s, length);
        into += length;
        if (left > 1) {
            memcpy(into, separator, between);
            into += between;
        }
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

void sonde_lua_replace_string_functions(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch},
        {"gsub", string_gsub}, {"rep", string_rep},     {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
