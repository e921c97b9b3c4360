// SPDX-License-Identifier: Apache-2.0
//
// The seam between Swift and Lua. A Lua error is a longjmp and must never cross a Swift frame: everything
// that may raise happens in this target, behind a protected call or after Swift's frames are gone.
//
// Each comment ends with the stack effect in the notation of the Lua manual: [-popped, +pushed, raises], where
// "-" never raises, "m" only for memory, "e" anything.
#pragma once

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stddef.h>
#include <stdint.h>

/// What a host function's call-back answers when it is not a number of results.
enum {
    /// Raise the value on top of the stack as it is.
    SONDE_LUA_RAISE = -1,
    /// Suspend the coroutine; it goes on with the `resumed` call-back.
    SONDE_LUA_SUSPEND = -2,
    /// Raise the string on top, with the place of the caller before it.
    SONDE_LUA_RAISE_HERE = -3,
    /// Raise "bad argument" for argument `world->argument`, with the string on top as explanation.
    SONDE_LUA_BAD_ARGUMENT = -4,
    /// Raise "X expected, got Y" for argument `world->argument`, with the string on top as X.
    SONDE_LUA_BAD_TYPE = -5,
};

/// Why a coroutine that yielded was stopped.
enum {
    /// The script yielded by itself.
    SONDE_LUA_NOT_SUSPENDED = 0,
    /// A host function waits for an operation.
    SONDE_LUA_OPERATION = 1,
    /// The count hook gave the loop its turn back.
    SONDE_LUA_TURN_ENDED = 2,
};

/// What the count hook's call-back answers.
enum {
    /// Go on.
    SONDE_LUA_GO_ON = 0,
    /// Give the loop its turn back, where the coroutine can yield.
    SONDE_LUA_END_TURN = 1,
    /// End the turn for good; where the coroutine cannot yield, raise the value on top of the stack.
    SONDE_LUA_STOP = 2,
};

/// The memory of one script instance.
typedef struct sonde_lua_account {
    /// Octets charged to it, and the most that it may hold (0: no limit).
    size_t bytes, limit;
    /// The next free account, while this one is free.
    uint32_t next;
    /// How often all garbage had to be collected to make room.
    uint32_t emergencies;
    /// Whether the last request was refused, and whether one was even after all garbage was collected.
    uint8_t was_refused, is_exceeded;
    /// Whether its script has ended; it is free once nothing is charged to it any more.
    uint8_t has_ended, is_free;
} sonde_lua_account;

/// The state that C and Swift share for one Lua state and all its coroutines.
typedef struct sonde_lua_world {
    /// Swift's owner, handed to every call-back.
    void *_Nullable owner;
    /// Runs a host function. Answers a count of results or a code above. Must not raise.
    int (*_Nullable invoke)(lua_State *_Nonnull L, void *_Nonnull function);
    /// The host functions by their numbers.
    void *_Nonnull *_Nullable functions;
    size_t function_count;
    /// Pushes the results of the operation that suspended this coroutine; answers as `invoke` does.
    int (*_Nullable resumed)(lua_State *_Nonnull L, void *_Nullable owner);
    /// Asked in long steps. Must not raise.
    int (*_Nullable tick)(lua_State *_Nonnull L, void *_Nullable owner);
    /// Takes back the reference that a userdata held.
    void (*_Nullable release)(void *_Nonnull object);
    /// Octets that Lua holds, the most it ever held, and the most it may hold (0: no limit).
    size_t bytes, peak, limit;
    /// Above 0 while Swift is the running frame: an allocation then never fails for the limit.
    int host_depth;
    /// Above 0 while a resume is under way that cannot pass a suspension outward.
    int fences;
    /// Why the innermost coroutine yielded last.
    int suspended;
    /// Argument that SONDE_LUA_BAD_ARGUMENT and SONDE_LUA_BAD_TYPE are about.
    int argument;

    /// The accounts; number 0 is nobody's.
    sonde_lua_account *_Nullable accounts;
    uint32_t account_count, account_capacity, free_account;
    /// Which account pays now.
    uint32_t account;

    /// Not 0 when a host function took more memory than its script's account has.
    int overdrawn;
    /// Not 0 when the engine should be asked soon whether the script may go on.
    volatile int alarm;
    /// The state or coroutine whose stack is being run, or was last.
    lua_State *_Nullable volatile running;
    /// Nanoseconds after which `tick` is asked in a step, where a timer watches; 0 where none does.
    volatile int64_t step_length;
    /// When the step must be over at the latest, nanoseconds of the monotonic clock.
    volatile int64_t deadline;
    /// The coroutine that called code of others, and where that code lies.
    lua_State *_Nullable volatile foreign;
    uintptr_t foreign_start, foreign_end;
    /// The members of the classes of patterns, one bit for each octet.
    uint32_t classes[10][8];
} sonde_lua_world;

/// What a userdata of ours holds.
typedef struct sonde_lua_box {
    /// The world it belongs to: no userdata of another library holds this address at this place.
    const sonde_lua_world *_Nullable world;
    /// Which Swift type the object is of.
    int64_t type;
    /// A retained Swift object, or NULL once released.
    void *_Nullable object;
} sonde_lua_box;

// MARK: States

/// Makes a state whose memory `world` accounts for; NULL when there is no memory.
lua_State *_Nullable sonde_lua_new_state(sonde_lua_world *_Nonnull world);
/// Closes a state: finalizers run, all memory is given back.
void sonde_lua_close_state(lua_State *_Nonnull L);
/// The world of a state or of any of its coroutines. [-0, +0, -]
sonde_lua_world *_Nonnull sonde_lua_world_of(lua_State *_Nonnull L);
/// Opens the standard libraries, with `coroutine.resume` and `coroutine.wrap` replaced by ones that pass
/// suspensions outward. Answers a status; on failure the error is on top. [-0, +(0|1), -]
int sonde_lua_open_libraries(lua_State *_Nonnull L);
/// Calls an opener such as `luaopen_lpeg` and leaves its table on top. Answers a status. [-0, +1, -]
int sonde_lua_open(lua_State *_Nonnull L, lua_CFunction _Nonnull opener, const char *_Nonnull name);
/// Asks `tick` every `count` instructions in this coroutine and those made from it; 0 stops that. [-0, +0, -]
void sonde_lua_set_tick(lua_State *_Nonnull L, int count);
/// Has `tick` asked once a step has lasted so long, and again while it lasts, at no cost before: whether the system
/// has a timer for that. The step may be late by half that time. [-0, +0, -]
int sonde_lua_watch_steps(lua_State *_Nonnull L, int64_t nanoseconds);
/// Has `tick` asked at the next instruction of what runs. [-0, +0, -]
void sonde_lua_ask_soon(lua_State *_Nonnull L);

// MARK: Limits

/// Opens an account with a limit in octets (0: none) and answers its number; 0 where there is no room for one.
uint32_t sonde_lua_account_begin(sonde_lua_world *_Nonnull world, size_t limit);
/// Says that an account's script has ended.
void sonde_lua_account_end(sonde_lua_world *_Nonnull world, uint32_t number);
/// Begins a step of a script: `account` pays, and at `deadline` code of others is stopped.
static inline void sonde_lua_charge_step(sonde_lua_world *_Nonnull world, uint32_t account, int64_t deadline) {
    world->account = account;
    world->deadline = deadline;
}
/// Makes a function of the library on top stoppable, whose code is that of `opener`'s object. [-0, +0, m]
void sonde_lua_guard_foreign(
    lua_State *_Nonnull L, lua_CFunction _Nonnull opener, const char *_Nonnull name);
/// Says that a coroutine is the engine's: scripts cannot resume or close it. [-0, +0, -]
void sonde_lua_mark_base(lua_State *_Nonnull co);
/// Whether a coroutine is the engine's. [-0, +0, -]
int sonde_lua_is_base(lua_State *_Nonnull co);
/// Pushes the library that the sandbox is made with. [-0, +1, m]
void sonde_lua_push_sandbox(lua_State *_Nonnull L);

// MARK: Host functions

/// Pushes the host function `number`. [-0, +1, m]
void sonde_lua_push_host_function(lua_State *_Nonnull L, int64_t number);
/// Pops a value and pushes the host function `number`, which keeps it. [-1, +1, m]
void sonde_lua_push_keeping_function(lua_State *_Nonnull L, int64_t number);
/// Pushes what the running host function keeps, or nil. [-0, +1, -]
void sonde_lua_push_kept(lua_State *_Nonnull L);
/// Whether a host function called here could suspend. [-0, +0, -]
int sonde_lua_can_suspend(lua_State *_Nonnull L);

// MARK: Running

/// Calls the function below `arguments` values, protected, with a traceback added to string errors when
/// `trace` is not 0. Answers a status. [-(arguments + 1), +(results | 1), -]
int sonde_lua_call(lua_State *_Nonnull L, int arguments, int results, int trace);
/// Resumes a coroutine from outside Lua; `*results` values are on top of its stack after. [-?, +?, -]
int sonde_lua_resume(lua_State *_Nonnull co, int arguments, int *_Nonnull results);
/// Closes a coroutine from outside Lua: what it left open is closed, its stack is emptied. [-?, +0, -]
void sonde_lua_reset(lua_State *_Nonnull co);
/// Compiles text (never bytecode) and pushes the function, or the error. Answers a status. [-0, +1, -]
int sonde_lua_load(lua_State *_Nonnull L, const char *_Nonnull text, size_t length, const char *_Nonnull name);
/// The name and version of the Lua library that runs.
const char *_Nonnull sonde_lua_library(void);
/// Pushes the function of bytecode, which must be this library's own: it is not checked. Answers a status. [-0, +1, -]
int sonde_lua_load_compiled(lua_State *_Nonnull L, const char *_Nonnull code, size_t length, const char *_Nonnull name);
/// The bytecode of the function on top, to be freed; null for a C function or lack of memory. [-0, +0, -]
char *_Nullable sonde_lua_compiled(lua_State *_Nonnull L, size_t *_Nonnull length);
/// Pushes a traceback of `co` with a message (or none) before it. [-0, +1, m]
void sonde_lua_traceback(lua_State *_Nonnull L, lua_State *_Nonnull co, const char *_Nullable message);

// MARK: Access that honours metamethods, protected

/// Pushes the field of the table (or any value) at `index`. Answers a status. [-0, +1, -]
int sonde_lua_get_field(lua_State *_Nonnull L, int index, const char *_Nonnull name);
/// Replaces the key on top by its value in the value at `index`. Answers a status. [-1, +1, -]
int sonde_lua_get(lua_State *_Nonnull L, int index);
/// Sets the field of the value at `index` to the value on top. Answers a status. [-1, +(0|1), -]
int sonde_lua_set_field(lua_State *_Nonnull L, int index, const char *_Nonnull name);
/// Pushes the value at `index` as `tostring` would. Answers a status. [-0, +1, -]
int sonde_lua_to_text(lua_State *_Nonnull L, int index);

// MARK: Raw access (may raise for memory only, which the allocator rules out while Swift runs)

/// Pushes the raw field of the table at `index`. [-0, +1, m]
void sonde_lua_raw_get_field(lua_State *_Nonnull L, int index, const char *_Nonnull name);
/// Sets the raw field of the table at `index` to the value on top. [-1, +0, m]
void sonde_lua_raw_set_field(lua_State *_Nonnull L, int index, const char *_Nonnull name);

// MARK: Userdata

/// Pushes a userdata that owns `object` (already retained), with the metatable at registry slot
/// `metatable`. [-0, +1, m]
void sonde_lua_push_object(
    lua_State *_Nonnull L, int64_t type, void *_Nonnull object, int metatable);
/// The object in the userdata at `index`, or NULL if that is no live userdata of `type`. [-0, +0, -]
void *_Nullable sonde_lua_object(lua_State *_Nonnull L, int index, int64_t type);
/// The `__gc` function for metatables of our userdata. [-0, +1, m]
void sonde_lua_push_collector(lua_State *_Nonnull L);

// MARK: Macros that Swift cannot import

static inline void sonde_lua_pop(lua_State *_Nonnull L, int count) { lua_settop(L, -count - 1); }
static inline int sonde_lua_registry(void) { return LUA_REGISTRYINDEX; }
static inline void sonde_lua_insert(lua_State *_Nonnull L, int index) { lua_rotate(L, index, 1); }
static inline void sonde_lua_remove(lua_State *_Nonnull L, int index) {
    lua_rotate(L, index, -1);
    lua_settop(L, -2);
}
static inline void sonde_lua_replace(lua_State *_Nonnull L, int index) {
    lua_copy(L, -1, index);
    lua_settop(L, -2);
}
static inline void sonde_lua_push_globals(lua_State *_Nonnull L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}
static inline int sonde_lua_collect(lua_State *_Nonnull L) { return lua_gc(L, LUA_GCCOLLECT); }
static inline void sonde_lua_stop_collector(lua_State *_Nonnull L) { lua_gc(L, LUA_GCSTOP); }
static inline void sonde_lua_restart_collector(lua_State *_Nonnull L) { lua_gc(L, LUA_GCRESTART); }
static inline int sonde_lua_collect_step(lua_State *_Nonnull L, int size) {
    return lua_gc(L, LUA_GCSTEP, size);
}
