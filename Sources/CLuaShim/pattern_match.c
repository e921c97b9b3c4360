// SPDX-License-Identifier: Apache-2.0
//
// A match walks the items forward and keeps what it could have done otherwise in a list of choices; where it fails it goes back
// to the last of them. There is no recursion, so that it can be left where the alarm finds it.
#include <string.h>

#include "patterns.h"

const char sonde_lua_left_match[1] = {0};

static int fits(const match *m, const item *item, const char *s) {
    if (s >= m->end) return 0;
    switch (item->kind) {
    case ONE: return (unsigned char)*s == item->a;
    case ANY: return 1;
    default: return has(item, (unsigned char)*s);
    }
}

static void keep(match *m, int kind, int index, const char *at, ptrdiff_t count) {
    if (m->choices_made >= MOST_CHOICES) luaL_error(m->L, "pattern too complex");
    choice *made = &m->choices[m->choices_made++];
    made->kind = kind;
    made->index = index;
    made->at = at;
    made->count = count;
}

/// How many octets from `s` on fit a single-octet item.
static ptrdiff_t run_length(const match *m, const item *item, const char *s) {
    const char *p = s;
    switch (item->kind) {
    case ANY: return m->end - s;
    case ONE:
        while (p < m->end && (unsigned char)*p == item->a) p++;
        return p - s;
    default:
        while (p < m->end && has(item, (unsigned char)*p)) p++;
        return p - s;
    }
}

/// The most octets, up to `count`, after which the octet that must follow does follow; -1 where there are none from `least` on.
static ptrdiff_t followed(const match *m, int index, const char *s, ptrdiff_t count, ptrdiff_t least) {
    if (index + 1 >= m->count) return count < least ? -1 : count;
    const item *next = &m->items[index + 1];
    if (next->kind != ONE || next->repeat != ONCE) return count < least ? -1 : count;
    while (count >= least && (s + count >= m->end || (unsigned char)s[count] != next->a)) count--;
    return count < least ? -1 : count;
}

static ptrdiff_t least_of(const item *item) { return item->repeat == AT_LEAST_ONE ? 1 : 0; }

/// Takes as many octets as fit and lets go of some later where that must be; answers where to go on, or NULL.
static const char *take_many(match *m, const char *s, int index) {
    const item *item = &m->items[index];
    ptrdiff_t least = least_of(item);
    ptrdiff_t count = followed(m, index, s, run_length(m, item, s), least);
    if (count < 0) return NULL;
    // At the end of the pattern nothing can fail any more.
    if (count > least && index + 1 < m->count) keep(m, FEWER, index, s, count);
    return s + count;
}

static void open_capture(match *m, const char *s, int index, ptrdiff_t length) {
    if (m->level >= MOST_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].length = length;
    m->level++;
    keep(m, REMOVE, index, s, 0);
}

static void close_capture(match *m, const char *s, int index) {
    int level = m->level - 1;
    while (level >= 0 && m->captures[level].length != OPEN_CAPTURE) level--;
    if (level < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[level].length = s - m->captures[level].start;
    keep(m, REOPEN, index, s, level);
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
        luaL_error(m->L, "invalid capture index %%%d", level + 1);
    // A position has no octets to compare; as a length it is too large for any subject.
    size_t length = (size_t)m->captures[level].length;
    if ((size_t)(m->end - s) < length || memcmp(m->captures[level].start, s, length) != 0) return NULL;
    return s + length;
}

static const char *on_frontier(const match *m, const item *item, const char *s) {
    unsigned char before = s == m->subject ? 0 : (unsigned char)s[-1];
    unsigned char after = s < m->end ? (unsigned char)*s : 0;
    return !has(item, before) && has(item, after) ? s : NULL;
}

/// Goes over a single-octet item; answers where to go on, or NULL.
static inline const char *over_single(match *m, const item *item, const char *s, int index) {
    switch ((repeat)item->repeat) {
    case ONCE: return fits(m, item, s) ? s + 1 : NULL;
    case MAYBE:
        if (!fits(m, item, s)) return s;
        keep(m, WITHOUT, index, s, 0);
        return s + 1;
    case MANY_LAZY: keep(m, MORE, index, s, 0); return s;
    case MANY:
    case AT_LEAST_ONE: return take_many(m, s, index);
    }
    return NULL;
}

/// Goes over an item at `s`; answers where to go on, or NULL.
static inline const char *over(match *m, const char *s, int index) {
    const item *item = &m->items[index];
    switch ((kind)item->kind) {
    case ONE:
    case ANY:
    case SET: return over_single(m, item, s, index);
    case BALANCED: return balanced(m, item, s);
    case FRONTIER: return on_frontier(m, item, s);
    case BACK: return repeated(m, item, s);
    case END: return s == m->end ? s : NULL;
    case OPEN: open_capture(m, s, index, OPEN_CAPTURE); return s;
    case POSITION: open_capture(m, s, index, POSITION_CAPTURE); return s;
    case CLOSE: close_capture(m, s, index); return s;
    case FAULT: luaL_error(m->L, item->fault);
    }
    return NULL;
}

/// Goes back to the last choice that leaves something; answers where to go on behind item `*index`, or NULL.
static const char *back(match *m, int *index) {
    while (m->choices_made > 0) {
        choice *last = &m->choices[m->choices_made - 1];
        *index = last->index;
        switch (last->kind) {
        case REMOVE: m->level--; break;
        case REOPEN: m->captures[last->count].length = OPEN_CAPTURE; break;
        case WITHOUT: m->choices_made--; return last->at;
        case MORE:
            if (!fits(m, &m->items[last->index], last->at)) break;
            return ++last->at;
        case FEWER:
            last->count = followed(m, last->index, last->at, last->count - 1, least_of(&m->items[last->index]));
            if (last->count < 0) break;
            return last->at + last->count;
        }
        m->choices_made--;
    }
    return NULL;
}

const char *sonde_lua_match_at(match *m, const char *s) {
    int index = 0;
    if (m->is_left) {
        m->is_left = 0;
        s = back(m, &index);
        if (s == NULL) return NULL;
        index++;
    } else {
        m->level = 0;
        m->choices_made = 0;
    }
    while (index < m->count) {
        s = over(m, s, index);
        if (s == NULL) {
            if (m->world->alarm) {
                m->is_left = 1;
                return sonde_lua_left_match;
            }
            s = back(m, &index);
            if (s == NULL) return NULL;
        }
        index++;
    }
    return s;
}
