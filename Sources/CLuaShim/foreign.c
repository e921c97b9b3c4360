// SPDX-License-Identifier: Apache-2.0
//
// LPeg is compiled code of others with a backtracking matcher that looks at no alarm. Where the signal of the timer (`hook.c`) finds
// the thread in LPeg's own code, and the script's time is over, the handler raises a Lua error from there: LPeg's code is then
// between two calls of Lua's API, where an error is always allowed.
#define _GNU_SOURCE
#include <link.h>
#include <time.h>
#include <ucontext.h>

#include "CLuaShim.h"
#include "internal.h"

static uintptr_t place(const void *context) {
#if defined(__x86_64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)((const ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void sonde_lua_stop_foreign(sonde_lua_world *world, const void *context) {
    lua_State *L = world->foreign;
    uintptr_t at = place(context);
    if (L == NULL || at < world->foreign_start || at >= world->foreign_end || now() < world->deadline) return;
    lua_pushliteral(L, "stopped: its time was over");
    lua_error(L);
}

typedef struct {
    uintptr_t address, start, end;
} range;

static int find_object(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    range *found = argument;
    uintptr_t start = 0, end = 0;
    int holds = 0;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[index];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
        start = info->dlpi_addr + part->p_vaddr;
        end = start + part->p_memsz;
        holds = found->address >= start && found->address < end;
        if (holds) break;
    }
    if (!holds) return 0;
    // In the program itself its code could not be told from ours.
    if (info->dlpi_name != NULL && info->dlpi_name[0] != 0) {
        found->start = start;
        found->end = end;
    }
    return 1;
}

/// Calls the function in upvalue 1 as code of others. [-n, +m, e]
static int call_foreign(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_State *before = world->foreign;
    world->foreign = L;
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    world->foreign = before;
    return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

void sonde_lua_guard_foreign(lua_State *L, lua_CFunction opener, const char *name) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    range found = {(uintptr_t)opener, 0, 0};
    dl_iterate_phdr(find_object, &found);
    world->foreign_start = found.start;
    world->foreign_end = found.end;
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    lua_pushcclosure(L, call_foreign, 1);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
}
