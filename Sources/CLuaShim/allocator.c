// SPDX-License-Identifier: Apache-2.0
//
// Memory of one Lua state, counted and limited.
#include <stdio.h>
#include <stdlib.h>

#include "CLuaShim.h"
#include "internal.h"

void *sonde_lua_allocate(void *context, void *old, size_t old_size, size_t new_size) {
    sonde_lua_world *world = context;
    // For a new block Lua passes the kind of object in place of the old size.
    size_t held = old == NULL ? 0 : old_size;
    if (new_size == 0) {
        world->bytes -= held;
        free(old);
        return NULL;
    }
    int grows = new_size > held;
    if (grows && world->limit != 0 && world->host_depth == 0) {
        size_t room = world->bytes < world->limit ? world->limit - world->bytes : 0;
        if (new_size - held > room) return NULL;
    }
    void *block = realloc(old, new_size);
    if (block == NULL) {
        // A failure here would be a longjmp over Swift's frames, which is never right: end at once.
        if (world->host_depth > 0 && grows) {
            fputs("sonde: out of memory\n", stderr);
            abort();
        }
        return NULL;
    }
    world->bytes += new_size - held;
    if (world->bytes > world->peak) world->peak = world->bytes;
    return block;
}
