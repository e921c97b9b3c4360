// SPDX-License-Identifier: Apache-2.0
//
// Memory of one Lua state: counted as a whole, and for each script instance by an account with a limit. A block says in a word
// before it which account it is charged to, so what a script leaves behind for others stays its own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CLuaShim.h"
#include "internal.h"

/// What stands before each block.
typedef union {
    uint32_t account;
    uint64_t alignment;
} header;

enum { MOST_EMERGENCIES = 100 };

static void recycle(sonde_lua_world *world, uint32_t number) {
    sonde_lua_account *account = &world->accounts[number];
    if (number == 0 || !account->has_ended || account->bytes != 0 || account->is_free) return;
    account->is_free = 1;
    account->next = world->free_account;
    world->free_account = number;
}

uint32_t sonde_lua_account_begin(sonde_lua_world *world, size_t limit) {
    uint32_t number = world->free_account;
    if (number != 0) {
        world->free_account = world->accounts[number].next;
    } else {
        if (world->account_count == world->account_capacity) {
            uint32_t capacity = world->account_capacity * 2;
            if (capacity > 1u << 24) return 0;
            sonde_lua_account *grown = realloc(world->accounts, capacity * sizeof *grown);
            if (grown == NULL) return 0;
            world->accounts = grown;
            world->account_capacity = capacity;
        }
        number = world->account_count++;
    }
    memset(&world->accounts[number], 0, sizeof world->accounts[number]);
    world->accounts[number].limit = limit;
    return number;
}

void sonde_lua_account_end(sonde_lua_world *world, uint32_t number) {
    if (number == 0 || number >= world->account_count) return;
    world->accounts[number].has_ended = 1;
    recycle(world, number);
}

int sonde_lua_prepare_accounts(sonde_lua_world *world) {
    world->account_capacity = 64;
    world->accounts = calloc(world->account_capacity, sizeof *world->accounts);
    world->account_count = 1;
    return world->accounts != NULL;
}

static void credit(sonde_lua_world *world, uint32_t number, size_t count) {
    world->bytes -= count;
    world->accounts[number].bytes -= count;
    if (world->accounts[number].has_ended) recycle(world, number);
}

/// Whether an account has room. Lua collects all garbage after the first refusal and asks again.
static int has_room(sonde_lua_world *world, sonde_lua_account *account, size_t more) {
    if (world->host_depth > 0) {
        // It gets what it asks for; whether that was too much is looked at when it is back in C.
        if (account->limit != 0 && account->bytes + more > account->limit) world->overdrawn = 1;
        return 1;
    }
    if (world->limit != 0 && (world->bytes >= world->limit || more > world->limit - world->bytes)) return 0;
    if (account->limit == 0) return 1;
    if (account->bytes < account->limit && more <= account->limit - account->bytes) {
        account->was_refused = 0;
        return 1;
    }
    account->emergencies++;
    if (account->was_refused || more > account->limit || account->emergencies > MOST_EMERGENCIES) {
        account->is_exceeded = 1;
        sonde_lua_raise_alarm(world);
    }
    account->was_refused = 1;
    return 0;
}

void sonde_lua_settle(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    world->overdrawn = 0;
    uint32_t number = world->account;
    lua_gc(L, LUA_GCCOLLECT);
    sonde_lua_account *account = &world->accounts[number];
    if (account->limit == 0 || account->bytes <= account->limit) return;
    account->is_exceeded = 1;
    sonde_lua_poll(L);
}

void *sonde_lua_allocate(void *context, void *old, size_t old_size, size_t new_size) {
    sonde_lua_world *world = context;
    // For a new block Lua passes the kind of object in place of the old size.
    size_t held = old == NULL ? 0 : old_size;
    header *block = old == NULL ? NULL : (header *)old - 1;
    uint32_t owner = block == NULL ? world->account : block->account;
    if (new_size == 0) {
        if (block != NULL) {
            free(block);
            credit(world, owner, held);
        }
        return NULL;
    }
    // Who makes a block grow takes it over: a shared table cannot be filled at nobody's cost.
    uint32_t payer = new_size > held && world->account != 0 ? world->account : owner;
    size_t more = payer == owner ? (new_size > held ? new_size - held : 0) : new_size;
    if (more > 0 && !has_room(world, &world->accounts[payer], more)) return NULL;
    block = realloc(block, new_size + sizeof(header));
    if (block == NULL) {
        // A failure here would be a longjmp over Swift's frames, which is never right: end at once.
        if (world->host_depth > 0 && new_size > held) {
            fputs("sonde: out of memory\n", stderr);
            abort();
        }
        return NULL;
    }
    block->account = payer;
    world->bytes += new_size;
    world->accounts[payer].bytes += new_size;
    credit(world, owner, held);
    if (world->bytes > world->peak) world->peak = world->bytes;
    return block + 1;
}
