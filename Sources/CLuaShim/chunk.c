// SPDX-License-Identifier: Apache-2.0
#include "internal.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

// Compiled chunks, in and out.

extern const char lua_ident[];

const char *sonde_lua_library(void) { return lua_ident; }

int sonde_lua_load_compiled(lua_State *L, const char *code, size_t length, const char *name) {
    return luaL_loadbufferx(L, code, length, name, "b");
}

typedef struct {
    char *octets;
    size_t count;
    size_t room;
} growing;

static int append(lua_State *L, const void *part, size_t count, void *context) {
    (void)L;
    growing *result = context;
    if (result->room - result->count < count) {
        size_t room = (result->count + count) * 2;
        char *octets = realloc(result->octets, room);
        if (octets == NULL) return 1;
        result->octets = octets;
        result->room = room;
    }
    memcpy(result->octets + result->count, part, count);
    result->count += count;
    return 0;
}

char *sonde_lua_compiled(lua_State *L, size_t *length) {
    growing result = {0};
    if (lua_dump(L, append, &result, 0) != 0) {
        free(result.octets);
        return NULL;
    }
    *length = result.count;
    return result.octets;
}
