// SPDX-License-Identifier: Apache-2.0
//
// A thread that looks after steps of scripts that take long. Instructions are no measure of time: one that joins two long strings
// costs as much as millions of others. When a step has lasted a while, the watchdog sends the scripts' thread a signal, whose
// handler raises the alarm and asks for a look at the next instruction.
//
// LPeg is compiled code of others with a backtracking matcher that looks at no alarm. Where the signal finds the thread in
// LPeg's own code, and the script's time is over, the handler raises a Lua error from there: LPeg's code is then between two
// calls of Lua's API, where an error is always allowed.
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "CLuaShim.h"
#include "internal.h"

enum { PERIOD_MILLISECONDS = 10 };

typedef struct {
    pthread_t scripts, self;
    sonde_lua_world *world;
    volatile int quit;
} watchdog;

static int signal_number(void) { return SIGRTMIN + 5; }

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

static void barked(int number, siginfo_t *info, void *context) {
    (void)number;
    sonde_lua_world *world = info->si_value.sival_ptr;
    if (info->si_code != SI_QUEUE || world == NULL) return;
    world->alarm = 1;
    lua_State *L = world->running;
    // Setting a hook walks all frames of a deep recursion: once is enough, also while it is being done.
    if (L != NULL && lua_gethookcount(L) != 1) lua_sethook(L, sonde_lua_hook, LUA_MASKCOUNT, 1);
    uintptr_t at = place(context);
    if (world->foreign == NULL || at < world->foreign_start || at >= world->foreign_end) return;
    if (now() < world->deadline) return;
    L = world->foreign;
    lua_pushliteral(L, "stopped: its time was over");
    lua_error(L);
}

static void *watch(void *argument) {
    watchdog *dog = argument;
    uint64_t seen = 0;
    struct timespec period = {0, PERIOD_MILLISECONDS * 1000000L};
    while (!dog->quit) {
        nanosleep(&period, NULL);
        uint64_t step = dog->world->step;
        // An odd number is a step under way.
        if ((step & 1) != 0 && step == seen) {
            union sigval value = {.sival_ptr = dog->world};
            pthread_sigqueue(dog->scripts, signal_number(), value);
        }
        seen = step;
    }
    return NULL;
}

int sonde_lua_watch(sonde_lua_world *world) {
    if (world->watchdog != NULL) return 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    // The handler may not return: the signal must not stay blocked then.
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    action.sa_sigaction = barked;
    if (sigaction(signal_number(), &action, NULL) != 0) return errno;
    // Threads of a pool have all signals blocked.
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, signal_number());
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    watchdog *dog = calloc(1, sizeof *dog);
    if (dog == NULL) return ENOMEM;
    dog->world = world;
    dog->scripts = pthread_self();
    sigset_t all, before;
    sigfillset(&all);
    // Signals of the process are for the other threads.
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int status = pthread_create(&dog->self, NULL, watch, dog);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != 0) {
        free(dog);
        return status;
    }
    world->watchdog = dog;
    return 0;
}

void sonde_lua_unwatch(sonde_lua_world *world) {
    watchdog *dog = world->watchdog;
    if (dog == NULL) return;
    world->watchdog = NULL;
    dog->quit = 1;
    pthread_join(dog->self, NULL);
    free(dog);
}

// MARK: Code of others

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
