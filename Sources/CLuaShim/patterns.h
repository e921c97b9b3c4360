// SPDX-License-Identifier: Apache-2.0
//
// What the pattern functions share: patterns as items, matches, and how a match is left and gone on with.
#pragma once

#include "CLuaShim.h"
#include "internal.h"

enum { MOST_CAPTURES = 32, MOST_CHOICES = 200, ITEMS_ON_STACK = 48 };
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

/// What a choice leaves to be tried, or what is to be undone, when the match fails further on.
typedef struct {
    enum { FEWER, MORE, WITHOUT, REOPEN, REMOVE } kind;
    int index;
    const char *at;
    ptrdiff_t count;
} choice;

/// One match under way: all there is to it, so that it can be left at any choice and gone on with.
typedef struct {
    lua_State *L;
    sonde_lua_world *world;
    const char *subject, *end;
    const item *items;
    int count, level;
    /// Whether it was left at a failure, to go back from there.
    int is_left;
    int choices_made;
    capture captures[MOST_CAPTURES];
    choice choices[MOST_CHOICES];
} match;

/// What a match answers that was left because the alarm was raised.
extern const char sonde_lua_left_match[1];

static inline int has(const item *item, unsigned char octet) { return item->bits[octet >> 5] >> (octet & 31) & 1; }

/// Reads a whole pattern into room for one item for each of its octets; answers how many items there are.
int sonde_lua_read_items(const sonde_lua_world *world, const char *p, size_t length, item *items);
/// Tries the pattern at one place, or goes on with a match that was left; answers where it ends, NULL, or
/// `sonde_lua_left_match`. [-0, +0, e]
const char *sonde_lua_match_at(match *m, const char *s);
