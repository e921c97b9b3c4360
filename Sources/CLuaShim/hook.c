// SPDX-License-Identifier: Apache-2.0
//
// The count hook: asks Swift whether the script may go on.
//
// A hook that is always set costs every instruction a call. So where the system can, it is set only once a step has been
// running for long: a timer of the thread sends a signal to the thread itself, and its handler sets the hook of the coroutine
// that runs, which Lua allows in a handler. ThreadSanitizer holds signals back, so under it the hook is always set.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "CLuaShim.h"
#include "internal.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__linux__) && !defined(SANITIZED)
#define HAS_TIMERS 1
#endif

/// Instructions between two questions where the coroutine could not stop at the first.
enum { INSTRUCTIONS_BETWEEN_QUESTIONS = 10000 };

static void arm(int64_t nanoseconds);
static void hook(lua_State *L, lua_Debug *activation);

/// What a world that is watched by a timer does about the answer, before anything is left by a jump.
static void set_next_question(lua_State *L, sonde_lua_world *world, int verdict) {
    if (verdict == SONDE_LUA_STOP) {
        // The coroutine around this one may swallow the error and go on.
        arm(world->step_length / 8 + 1);
    } else if (verdict == SONDE_LUA_END_TURN && !sonde_lua_can_suspend(L)) {
        lua_sethook(L, hook, LUA_MASKCOUNT, INSTRUCTIONS_BETWEEN_QUESTIONS);
    } else {
        lua_sethook(L, NULL, 0, 0);
        if (verdict == SONDE_LUA_GO_ON) arm(world->step_length / 2 + 1);
    }
}

static int ask(lua_State *L, sonde_lua_world *world) {
    world->alarm = 0;
    if (world->tick == NULL) return SONDE_LUA_GO_ON;
    world->host_depth++;
    int verdict = world->tick(L, world->owner);
    world->host_depth--;
    return verdict;
}

/// Acts on the answer of `tick`. A yield from a hook carries no values, and only Lua functions get here.
static void hook(lua_State *L, lua_Debug *activation) {
    (void)activation;
    sonde_lua_world *world = sonde_lua_world_of(L);
    int verdict = ask(L, world);
    if (world->step_length != 0) set_next_question(L, world, verdict);
    if (verdict == SONDE_LUA_GO_ON) return;
    if (sonde_lua_can_suspend(L)) {
        // Whether the coroutine is to go on is for whoever resumed it to decide.
        world->suspended = SONDE_LUA_TURN_ENDED;
        if (verdict == SONDE_LUA_STOP) lua_pop(L, 1);
        lua_yield(L, 0);
    } else if (verdict == SONDE_LUA_STOP) {
        // From now on at every instruction, so that no pcall can swallow it for long.
        lua_sethook(L, hook, LUA_MASKCOUNT, 1);
        lua_error(L);
    }
}

void sonde_lua_poll(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    luaL_checkstack(L, 4, "stopped");
    if (ask(L, world) != SONDE_LUA_STOP) return;
    // The next instruction stops it for good, whoever catches this error.
    world->alarm = 1;
    lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    lua_error(L);
}

int sonde_lua_pause(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    luaL_checkstack(L, 4, "stopped");
    int verdict = ask(L, world);
    if (verdict == SONDE_LUA_GO_ON) return 0;
    if (!sonde_lua_can_suspend(L)) {
        if (verdict == SONDE_LUA_END_TURN) return 0;
        lua_sethook(L, hook, LUA_MASKCOUNT, 1);
        return lua_error(L);
    }
    if (verdict == SONDE_LUA_STOP) lua_pop(L, 1);
    world->suspended = SONDE_LUA_TURN_ENDED;
    return 1;
}

void sonde_lua_raise_alarm(sonde_lua_world *world) {
    world->alarm = 1;
    lua_State *L = world->running;
    // Setting a hook walks all frames of a deep recursion: once is enough.
    if (L != NULL && lua_gethookcount(L) != 1) lua_sethook(L, hook, LUA_MASKCOUNT, 1);
}

void sonde_lua_set_tick(lua_State *L, int count) {
    if (count > 0) {
        lua_sethook(L, hook, LUA_MASKCOUNT, count);
    } else {
        lua_sethook(L, NULL, 0, 0);
    }
}

void sonde_lua_ask_soon(lua_State *L) {
    sonde_lua_world *world = sonde_lua_world_of(L);
    sonde_lua_raise_alarm(world);
}

#ifdef HAS_TIMERS

/// What the handler on this thread looks at; written with the handler possible at any time.
static __thread struct {
    /// The world that takes a step on this thread, or NULL.
    sonde_lua_world *volatile stepping;
    /// Whether the timer is under way.
    volatile sig_atomic_t is_armed;
    /// How long it was set for when it was armed, in nanoseconds.
    volatile int64_t length;
    /// Whether this thread has a timer: 0 not yet, 1 yes, -1 the system refused it.
    int has_timer;
    timer_t timer;
} watch;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int signal_number;

/// Runs on the thread whose step it is about, at any instruction. Lua documents `lua_sethook` as safe in a handler.
static void time_is_up(int number, siginfo_t *info, void *context) {
    (void)number, (void)info;
    watch.is_armed = 0;
    sonde_lua_world *world = watch.stepping;
    if (world == NULL || world->step_length == 0 || world->running == NULL) return;
    sonde_lua_raise_alarm(world);
    // Code of others looks at nothing: it is looked after again.
    arm(world->step_length);
    sonde_lua_stop_foreign(world, context);
}

/// Called when a thread with a timer ends.
static void drop_timer(void *value) {
    (void)value;
    if (watch.has_timer == 1) timer_delete(watch.timer);
    watch.has_timer = -1;
}

static void prepare(void) {
    signal_number = SIGRTMIN + 5;
    // The handler may not return: the signal must not stay blocked then.
    struct sigaction action = {.sa_flags = SA_RESTART | SA_SIGINFO | SA_NODEFER};
    action.sa_sigaction = time_is_up;
    sigemptyset(&action.sa_mask);
    if (pthread_key_create(&key, drop_timer) != 0 || sigaction(signal_number, &action, NULL) != 0) signal_number = 0;
}

/// Makes the timer of this thread, once; whether there is one.
static int make_timer(void) {
    if (watch.has_timer != 0) return watch.has_timer > 0;
    watch.has_timer = -1;
    pthread_once(&once, prepare);
    if (signal_number == 0) return 0;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signal_number};
    event._sigev_un._tid = gettid();
    if (timer_create(CLOCK_MONOTONIC, &event, &watch.timer) != 0) return 0;
    // Threads of a pool come with all signals blocked.
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    pthread_setspecific(key, &watch);
    watch.has_timer = 1;
    return 1;
}

/// Sets the timer, unless it is under way for no longer: what another world of the thread set may come much later.
static void arm(int64_t nanoseconds) {
    if ((watch.is_armed && watch.length <= nanoseconds) || !make_timer()) return;
    watch.length = nanoseconds;
    watch.is_armed = 1;
    struct itimerspec when = {.it_value = {nanoseconds / 1000000000, nanoseconds % 1000000000}};
    if (timer_settime(watch.timer, 0, &when, NULL) != 0) watch.is_armed = 0;
}

int sonde_lua_watch_steps(lua_State *L, int64_t nanoseconds) {
    if (!make_timer()) return 0;
    sonde_lua_world_of(L)->step_length = nanoseconds;
    return 1;
}

sonde_lua_world *sonde_lua_begin_step(sonde_lua_world *world) {
    sonde_lua_world *outer = watch.stepping;
    if (world->step_length != 0) {
        watch.stepping = world;
        arm(world->step_length);
    }
    return outer;
}

void sonde_lua_end_step(sonde_lua_world *outer) { watch.stepping = outer; }

#else

static void arm(int64_t nanoseconds) { (void)nanoseconds; }

int sonde_lua_watch_steps(lua_State *L, int64_t nanoseconds) {
    (void)L, (void)nanoseconds;
    return 0;
}

sonde_lua_world *sonde_lua_begin_step(sonde_lua_world *world) {
    (void)world;
    return NULL;
}

void sonde_lua_end_step(sonde_lua_world *outer) { (void)outer; }

#endif
