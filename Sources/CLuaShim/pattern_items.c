// SPDX-License-Identifier: Apache-2.0
//
// Patterns of Lua 5.4 as items: a pattern is read once, whatever it is then tried on.
#include <ctype.h>
#include <string.h>

#include "patterns.h"

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

int sonde_lua_read_items(const sonde_lua_world *world, const char *p, size_t length, item *items) {
    const char *end = p + length;
    int count = 0;
    while (p < end) p = read_item(&items[count++], world, p, end);
    return count;
}
