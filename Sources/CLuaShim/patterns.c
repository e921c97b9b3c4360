// SPDX-License-Identifier: Apache-2.0
//
// `find`, `match`, `gmatch`, `gsub` and `rep` of the string library, with the pattern language of Lua 5.4, in a form that can
// be stopped. Lua's own run for as long as a pattern asks, which can be years, and no hook sees them.
//
// A pattern is read once into items, which a backtracking matcher then walks. Every choice point looks at the world's alarm;
// a raised alarm asks the engine whether the script may go on.
#define _GNU_SOURCE
#include <ctype.h>
#include <setjmp.h>
#include <string.h>
#include <ucontext.h>

#include "CLuaShim.h"
#include "internal.h"

enum { MOST_CAPTURES = 32, MOST_DEPTH = 200, ITEMS_ON_STACK = 48 };
enum { OPEN_CAPTURE = -1, POSITION_CAPTURE = -2 };

typedef enum { ONE, SET, ANY, BALANCED, FRONTIER, BACK, OPEN, POSITION, CLOSE, END, FAULT } kind;
typedef enum { ONCE, MANY, MANY_LAZY, AT_LEAST_ONE, MAYBE } repeat;

/// One element of a pattern.
typedef struct {
    unsigned char kind, repeat, a, b;
    /// Members of a set, one bit for each octet.
    uint32_t bits[8];
    /// What is wrong with the pattern from here on.
    const char *fault;
} item;

typedef struct {
    const char *start;
    ptrdiff_t length;
} capture;

typedef struct fiber fiber;

/// One match under way.
typedef struct {
    /// Where to go on when the match is to be begun anew as a fiber, and whether that is possible.
    jmp_buf escape;
    int can_leave;
    fiber *fiber;
    lua_State *L;
    sonde_lua_world *world;
    const char *subject, *end;
    const item *items;
    int count, level, depth;
    capture captures[MOST_CAPTURES];
} match;

/// How a search goes through a subject.
typedef struct {
    enum { FIND, MATCH, GMATCH } kind;
    const char *at, *last;
    int anchored;
    /// What an iterator keeps from one match to the next.
    struct iterator *iterator;
} search_state;

static void look(match *m);
static void fail(match *m, const char *format, int number);
static int search_from(match *m, search_state *state);

// MARK: Reading patterns

static int has(const item *item, unsigned char octet) { return item->bits[octet >> 5] >> (octet & 31) & 1; }
static void include(item *item, unsigned char octet) { item->bits[octet >> 5] |= 1u << (octet & 31); }

/// The members of a class letter; 0 if the letter names none.
static int in_class(int letter, int octet) {
    switch (tolower(letter)) {
    case 'a': return isalpha(octet) != 0;
    case 'c': return iscntrl(octet) != 0;
    case 'd': return isdigit(octet) != 0;
    case 'g': return isgraph(octet) != 0;
    case 'l': return islower(octet) != 0;
    case 'p': return ispunct(octet) != 0;
    case 's': return isspace(octet) != 0;
    case 'u': return isupper(octet) != 0;
    case 'w': return isalnum(octet) != 0;
    case 'x': return isxdigit(octet) != 0;
    default: return -1;
    }
}

static void include_class(item *item, const sonde_lua_world *world, unsigned char letter) {
    static const char letters[] = "acdglpsuwx";
    const char *found = letter == 0 ? NULL : strchr(letters, tolower(letter));
    if (found == NULL) {
        include(item, letter);
        return;
    }
    const uint32_t *members = world->classes[found - letters];
    uint32_t flip = isupper(letter) ? 0xFFFFFFFFu : 0;
    for (int word = 0; word < 8; word++) item->bits[word] |= members[word] ^ flip;
}

void sonde_lua_prepare_classes(sonde_lua_world *world) {
    static const char letters[] = "acdglpsuwx";
    for (int number = 0; letters[number] != 0; number++)
        for (int octet = 0; octet < 256; octet++)
            if (in_class(letters[number], octet) == 1) world->classes[number][octet >> 5] |= 1u << (octet & 31);
}

/// Reads `[...]` from behind the bracket; answers what follows it, or NULL if it does not end.
static const char *read_set(item *item, const sonde_lua_world *world, const char *p, const char *end) {
    memset(item->bits, 0, sizeof item->bits);
    int negated = p < end && *p == '^';
    if (negated) p++;
    int first = 1;
    for (;; first = 0) {
        if (p >= end) return NULL;
        if (*p == ']' && !first) break;
        unsigned char octet = (unsigned char)*p++;
        if (octet == '%') {
            if (p >= end) return NULL;
            include_class(item, world, (unsigned char)*p++);
        } else if (p + 1 < end && *p == '-' && p[1] != ']') {
            for (int member = octet; member <= (unsigned char)p[1]; member++) include(item, (unsigned char)member);
            p += 2;
        } else {
            include(item, octet);
        }
    }
    if (negated)
        for (int word = 0; word < 8; word++) item->bits[word] = ~item->bits[word];
    return p + 1;
}

static const char *fault(item *item, const char *text, const char *end) {
    item->kind = FAULT;
    item->fault = text;
    return end;
}

/// Reads what may follow a single-octet item.
static const char *read_repeat(item *item, const char *p, const char *end) {
    item->repeat = ONCE;
    if (p >= end) return p;
    switch (*p) {
    case '*': item->repeat = MANY; return p + 1;
    case '+': item->repeat = AT_LEAST_ONE; return p + 1;
    case '-': item->repeat = MANY_LAZY; return p + 1;
    case '?': item->repeat = MAYBE; return p + 1;
    default: return p;
    }
}

static const char *read_set_item(item *item, const sonde_lua_world *world, const char *p, const char *end) {
    const char *next = read_set(item, world, p, end);
    return next != NULL ? next : fault(item, "malformed pattern (missing ']')", end);
}

/// Reads an item that begins with `%`, from behind it.
static const char *read_escaped(item *item, const sonde_lua_world *world, const char *p, const char *end) {
    if (p >= end) return fault(item, "malformed pattern (ends with '%%')", end);
    unsigned char letter = (unsigned char)*p++;
    if (letter == 'b') {
        if (end - p < 2) return fault(item, "malformed pattern (missing arguments to '%%b')", end);
        item->kind = BALANCED;
        item->a = (unsigned char)p[0];
        item->b = (unsigned char)p[1];
        return p + 2;
    }
    if (letter == 'f') {
        if (p >= end || *p != '[') return fault(item, "missing '[' after '%%f' in pattern", end);
        item->kind = FRONTIER;
        return read_set_item(item, world, p + 1, end);
    }
    if (isdigit(letter)) {
        item->kind = BACK;
        item->a = letter;
        return p;
    }
    if (isalpha(letter)) {
        item->kind = SET;
        memset(item->bits, 0, sizeof item->bits);
        include_class(item, world, letter);
    } else {
        item->kind = ONE;
        item->a = letter;
    }
    return read_repeat(item, p, end);
}

/// Reads one item; answers where the next begins.
static const char *read_item(item *item, const sonde_lua_world *world, const char *p, const char *end) {
    unsigned char octet = (unsigned char)*p++;
    item->repeat = ONCE;
    switch (octet) {
    case '(':
        item->kind = p < end && *p == ')' ? POSITION : OPEN;
        return item->kind == POSITION ? p + 1 : p;
    case ')': item->kind = CLOSE; return p;
    case '$':
        if (p == end) {
            item->kind = END;
            return p;
        }
        break;
    case '%': return read_escaped(item, world, p, end);
    case '.': item->kind = ANY; return read_repeat(item, p, end);
    case '[':
        item->kind = SET;
        p = read_set_item(item, world, p, end);
        return item->kind == FAULT ? p : read_repeat(item, p, end);
    default: break;
    }
    item->kind = ONE;
    item->a = octet;
    return read_repeat(item, p, end);
}

/// Reads a whole pattern. Items that do not fit `room` go to a userdata left on the stack. [-0, +(0|1), m]
static int read_pattern(lua_State *L, const char *p, size_t length, item **items) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    const char *end = p + length;
    if (length > ITEMS_ON_STACK) *items = lua_newuserdatauv(L, (length + 1) * sizeof(item), 0);
    int count = 0;
    while (p < end) p = read_item(&(*items)[count++], world, p, end);
    return count;
}

// MARK: Matching

static const char *walk(match *m, const char *s, int index);
static int *choices_of(fiber *fiber);

/// A choice point.
static inline void choose(match *m) {
    if (m->world->alarm || (m->fiber != NULL && ++*choices_of(m->fiber) > 1 << 14)) look(m);
}

static int fits(const match *m, const item *item, const char *s) {
    if (s >= m->end) return 0;
    switch (item->kind) {
    case ONE: return (unsigned char)*s == item->a;
    case ANY: return 1;
    default: return has(item, (unsigned char)*s);
    }
}

static const char *walk_many(match *m, const char *s, int index, ptrdiff_t least) {
    const item *item = &m->items[index];
    ptrdiff_t count = 0;
    if (item->kind == ANY) {
        count = m->end - s;
    } else {
        while (fits(m, item, s + count)) count++;
    }
    // What must follow an octet of its own kind is looked for before the rest is tried.
    int literal = index + 1 < m->count && m->items[index + 1].kind == ONE && m->items[index + 1].repeat <= ONCE;
    unsigned char next = literal ? m->items[index + 1].a : 0;
    for (; count >= least; count--) {
        choose(m);
        if (literal && (s + count >= m->end || (unsigned char)s[count] != next)) continue;
        const char *end = walk(m, s + count, index + 1);
        if (end != NULL) return end;
    }
    return NULL;
}

static const char *walk_lazy(match *m, const char *s, int index) {
    for (;;) {
        choose(m);
        const char *end = walk(m, s, index + 1);
        if (end != NULL) return end;
        if (!fits(m, &m->items[index], s)) return NULL;
        s++;
    }
}

static const char *walk_open(match *m, const char *s, int index, ptrdiff_t length) {
    if (m->level >= MOST_CAPTURES) fail(m, "too many captures", 0);
    m->captures[m->level].start = s;
    m->captures[m->level].length = length;
    m->level++;
    const char *end = walk(m, s, index + 1);
    if (end == NULL) m->level--;
    return end;
}

static const char *walk_close(match *m, const char *s, int index) {
    int level = m->level - 1;
    while (level >= 0 && m->captures[level].length != OPEN_CAPTURE) level--;
    if (level < 0) fail(m, "invalid pattern capture", 0);
    m->captures[level].length = s - m->captures[level].start;
    const char *end = walk(m, s, index + 1);
    if (end == NULL) m->captures[level].length = OPEN_CAPTURE;
    return end;
}

/// The end of a balanced run that begins at `s`, or NULL.
static const char *balanced(match *m, const item *item, const char *s) {
    if (s >= m->end || (unsigned char)*s != item->a) return NULL;
    int open = 1;
    while (++s < m->end) {
        unsigned char octet = (unsigned char)*s;
        if (octet == item->b) {
            if (--open == 0) return s + 1;
        } else if (octet == item->a) {
            open++;
        }
    }
    return NULL;
}

static const char *repeated(match *m, const item *item, const char *s) {
    int level = item->a - '1';
    if (level < 0 || level >= m->level || m->captures[level].length == OPEN_CAPTURE)
        fail(m, "invalid capture index %%%d", level + 1);
    // A position has no octets to compare; as a length it is too large for any subject.
    size_t length = (size_t)m->captures[level].length;
    if ((size_t)(m->end - s) < length || memcmp(m->captures[level].start, s, length) != 0) return NULL;
    return s + length;
}

static int on_frontier(const match *m, const item *item, const char *s) {
    unsigned char before = s == m->subject ? 0 : (unsigned char)s[-1];
    unsigned char after = s < m->end ? (unsigned char)*s : 0;
    return !has(item, before) && has(item, after);
}

/// Goes on with a single-octet item; sets `*s` and answers 1 where the walk stays on its level.
static int single(match *m, const char **s, int index, const char **result) {
    const item *item = &m->items[index];
    switch ((repeat)item->repeat) {
    case ONCE:
        if (fits(m, item, *s)) {
            ++*s;
            return 1;
        }
        *result = NULL;
        return 0;
    case MAYBE:
        if (fits(m, item, *s)) {
            const char *end = walk(m, *s + 1, index + 1);
            if (end != NULL) {
                *result = end;
                return 0;
            }
        }
        return 1;
    case MANY: *result = walk_many(m, *s, index, 0); return 0;
    case AT_LEAST_ONE: *result = walk_many(m, *s, index, 1); return 0;
    case MANY_LAZY: *result = walk_lazy(m, *s, index); return 0;
    }
    return 0;
}

/// Matches the items from `index` on at `s`; answers where the match ends, or NULL.
static const char *walk(match *m, const char *s, int index) {
    if (++m->depth > MOST_DEPTH) fail(m, "pattern too complex", 0);
    choose(m);
    const char *result = NULL;
    for (; index < m->count; index++) {
        const item *item = &m->items[index];
        switch ((kind)item->kind) {
        case ONE:
        case ANY:
        case SET:
            if (single(m, &s, index, &result)) continue;
            break;
        case BALANCED:
            if ((s = balanced(m, item, s)) != NULL) continue;
            break;
        case FRONTIER:
            if (on_frontier(m, item, s)) continue;
            break;
        case BACK:
            if ((s = repeated(m, item, s)) != NULL) continue;
            break;
        case END: result = s == m->end ? s : NULL; break;
        case OPEN: result = walk_open(m, s, index, OPEN_CAPTURE); break;
        case POSITION: result = walk_open(m, s, index, POSITION_CAPTURE); break;
        case CLOSE: result = walk_close(m, s, index); break;
        case FAULT: fail(m, item->fault, 0);
        }
        m->depth--;
        return result;
    }
    m->depth--;
    return s;
}

/// Tries the pattern at one place.
static const char *match_at(match *m, const char *s) {
    m->level = 0;
    m->depth = 0;
    return walk(m, s, 0);
}

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
    m->can_leave = 0;
    m->fiber = NULL;
}

/// The next place where the pattern matches, or NULL; `*to` is where the match ends.
static const char *next_match(match *m, search_state *state, const char **to) {
    for (;; state->at++) {
        const char *end = match_at(m, state->at);
        // An empty match where an iterator's last one ended is the same match again.
        if (end != NULL && (state->kind != GMATCH || end != state->last)) {
            *to = end;
            return state->at;
        }
        if (state->anchored || state->at >= m->end) return NULL;
    }
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

static int finish_search(match *m, const search_state *state, const char *start, const char *end);

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
    const char *end = p + lp;
    while (p < end) p = read_item(&state->items[state->count++], sonde_lua_world_of(L), p, end);
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

// MARK: Long searches
//
// A search that the alarm finds at work, where its coroutine can be suspended, is begun anew on a stack of its own. From there
// it can be left and gone on with, so that other scripts have their turns.

enum { FIBER_STACK = 256 << 10 };

struct fiber {
    ucontext_t here, there;
    match m;
    search_state state;
    const char *from, *to;
    enum { WORKING, PAUSED, DONE, FAILED } stage;
    const char *problem;
    int number, choices;
    item *items;
    char stack[FIBER_STACK];
};

static int *choices_of(fiber *fiber) { return &fiber->choices; }

/// Leaves the fiber's stack, to come back where `stage` is PAUSED.
static void leave(fiber *fiber) { swapcontext(&fiber->there, &fiber->here); }

/// Stops a match with an error. [-0, +0, e]
static void fail(match *m, const char *format, int number) {
    if (m->fiber == NULL) luaL_error(m->L, format, number);
    m->fiber->problem = format;
    m->fiber->number = number;
    m->fiber->stage = FAILED;
    leave(m->fiber);
}

/// Looks whether the script may go on; called at choice points.
static void look(match *m) {
    if (m->fiber != NULL) {
        m->fiber->choices = 0;
        m->fiber->stage = PAUSED;
        leave(m->fiber);
        return;
    }
    if (m->can_leave && sonde_lua_can_suspend(m->L)) _longjmp(m->escape, 1);
    sonde_lua_poll(m->L);
}

static void run_fiber(unsigned int high, unsigned int low) {
    fiber *fiber = (struct fiber *)(((uintptr_t)high << 32) | low);
    fiber->from = next_match(&fiber->m, &fiber->state, &fiber->to);
    fiber->stage = DONE;
    // Falls through to `here`, which `uc_link` names.
}

static int go_on(lua_State *L, int status, lua_KContext index) {
    (void)status;
    fiber *fiber = lua_touserdata(L, (int)index);
    fiber->m.L = L;
    for (;;) {
        fiber->stage = WORKING;
        swapcontext(&fiber->here, &fiber->there);
        switch (fiber->stage) {
        case DONE: return finish_search(&fiber->m, &fiber->state, fiber->from, fiber->to);
        case FAILED: return luaL_error(L, fiber->problem, fiber->number);
        default: break;
        }
        if (sonde_lua_pause(L)) return lua_yieldk(L, 0, index, go_on);
    }
}

/// Begins a search anew on a stack of its own. [-0, +n, e]
static int search_long(lua_State *L, const match *m, search_state state) {
    fiber *fiber = lua_newuserdatauv(L, sizeof *fiber + (size_t)m->count * sizeof(item), 0);
    int index = lua_gettop(L);
    fiber->m = *m;
    fiber->state = state;
    fiber->choices = 0;
    fiber->items = (item *)(fiber + 1);
    memcpy(fiber->items, m->items, (size_t)m->count * sizeof(item));
    fiber->m.items = fiber->items;
    fiber->m.fiber = fiber;
    getcontext(&fiber->there);
    fiber->there.uc_stack.ss_sp = fiber->stack;
    fiber->there.uc_stack.ss_size = FIBER_STACK;
    fiber->there.uc_link = &fiber->here;
    uintptr_t address = (uintptr_t)fiber;
    makecontext(
        &fiber->there, (void (*)(void))run_fiber, 2, (unsigned int)(address >> 32), (unsigned int)address);
    return go_on(L, LUA_OK, index);
}

/// Searches, and goes on with a stack of its own where that lasts. [-0, +n, e]
static int search_from(match *m, search_state *state) {
    search_state begun = *state;
    if (_setjmp(m->escape) != 0) return search_long(m->L, m, begun);
    m->can_leave = 1;
    const char *end = NULL;
    const char *start = next_match(m, state, &end);
    return finish_search(m, state, start, end);
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

static int string_gsub(lua_State *L) {
    size_t ls = 0, lp = 0;
    const char *s = luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)ls + 1), done = 0;
    int anchored = lp > 0 && *p == '^', changed = 0;
    item room[ITEMS_ON_STACK], *items = room;
    int count = read_pattern(L, p + anchored, lp - (size_t)anchored, &items);
    match m;
    begin(&m, L, s, ls, items, count);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    const char *at = s, *last = NULL;
    while (done < most) {
        const char *end = match_at(&m, at);
        if (end != NULL && end != last) {
            done++;
            changed |= add_replacement(&m, &buffer, at, end, type);
            at = last = end;
        } else if (at < m.end) {
            luaL_addchar(&buffer, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    if (!changed) {
        lua_pushvalue(L, 1);
    } else {
        luaL_addlstring(&buffer, at, (size_t)(m.end - at));
        luaL_pushresult(&buffer);
    }
    lua_pushinteger(L, done);
    return 2;
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
