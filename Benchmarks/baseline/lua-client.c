// SPDX-License-Identifier: Apache-2.0
//
// lua-client SCRIPT.nse NAME=VALUE...: runs the action of a script of ../scripts on a loop of its own: epoll, Lua coroutines and nothing
// else. The least that a host of such scripts can cost, to compare ours with.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    int descriptor;
    int timeout;
    bool is_registered;
    bool is_connecting;
    lua_State *waiting;
} connection;

static int poller;
static lua_State *sleeper;
static double wakes_at;
static char buffer[65536];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// Goes on with a coroutine; one that ends lets go of its place in the registry, one that fails ends the program.
static void resume(lua_State *co, int arguments) {
    int results = 0;
    int status = lua_resume(co, NULL, arguments, &results);
    if (status == LUA_YIELD) {
        lua_pop(co, results);
        return;
    }
    if (status != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(co, -1));
        exit(1);
    }
    if (results == 1 && lua_type(co, -1) == LUA_TSTRING) printf("%s\n", lua_tostring(co, -1));
    lua_pushnil(co);
    lua_rawsetp(co, LUA_REGISTRYINDEX, co);
}

// Keeps the coroutine on top of a stack until it ends, and pops it.
static lua_State *keep(lua_State *L) {
    lua_State *co = lua_tothread(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, co);
    return co;
}

static connection *of(lua_State *L) { return luaL_checkudata(L, 1, "connection"); }

static int new_socket(lua_State *L) {
    connection *socket = lua_newuserdatauv(L, sizeof *socket, 0);
    *socket = (connection){.descriptor = -1, .timeout = 30000};
    luaL_setmetatable(L, "connection");
    return 1;
}

static int set_timeout(lua_State *L) {
    of(L)->timeout = (int)luaL_checkinteger(L, 2);
    return 0;
}

static int wait_for(lua_State *L, connection *socket, lua_KFunction then) {
    if (!socket->is_registered) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = socket};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, socket->descriptor, &event) != 0) fail("epoll_ctl");
        socket->is_registered = true;
    }
    socket->waiting = L;
    return lua_yieldk(L, 0, 0, then);
}

static int refuse(lua_State *L, const char *word) {
    lua_pushnil(L);
    lua_pushstring(L, word);
    return 2;
}

static int connected(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    connection *socket = of(L);
    int error = 0;
    socklen_t size = sizeof error;
    socket->is_connecting = false;
    if (getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return refuse(L, "ERROR");
    lua_pushboolean(L, 1);
    return 1;
}

static int start_connect(lua_State *L) {
    connection *socket_ = of(L);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)luaL_checkinteger(L, 3))};
    if (inet_pton(AF_INET, luaL_checkstring(L, 2), &address.sin_addr) != 1) return refuse(L, "ERROR");
    socket_->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_->descriptor < 0) fail("socket");
    if (connect(socket_->descriptor, (struct sockaddr *)&address, sizeof address) == 0) {
        lua_pushboolean(L, 1);
        return 1;
    }
    if (errno != EINPROGRESS) return refuse(L, "ERROR");
    socket_->is_connecting = true;
    return wait_for(L, socket_, connected);
}

static int received(lua_State *L, int status, lua_KContext context) {
    (void)status, (void)context;
    connection *socket = of(L);
    ssize_t count = recv(socket->descriptor, buffer, sizeof buffer, 0);
    if (count > 0) {
        lua_pushboolean(L, 1);
        lua_pushlstring(L, buffer, (size_t)count);
        return 2;
    }
    if (count < 0 && errno == EAGAIN) return wait_for(L, socket, received);
    return refuse(L, count == 0 ? "EOF" : "ERROR");
}

static int receive(lua_State *L) { return received(L, LUA_OK, 0); }

static int close_socket(lua_State *L) {
    connection *socket = of(L);
    if (socket->descriptor >= 0) close(socket->descriptor);
    *socket = (connection){.descriptor = -1};
    lua_pushboolean(L, 1);
    return 1;
}

static int verbosity(lua_State *L) {
    lua_pushinteger(L, *(int *)lua_touserdata(L, lua_upvalueindex(1)));
    return 1;
}

static int new_thread(lua_State *L) {
    int arguments = lua_gettop(L) - 1;
    lua_State *co = lua_newthread(L);
    lua_insert(L, 1);
    lua_xmove(L, co, arguments + 1);
    keep(L);
    resume(co, arguments);
    return 0;
}

// Only one coroutine of these scripts ever sleeps.
static int start_sleep(lua_State *L) {
    sleeper = L;
    wakes_at = now() + luaL_checknumber(L, 1);
    return lua_yield(L, 0);
}

static int patience(void) {
    if (sleeper == NULL) return 10000;
    double left = wakes_at - now();
    return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

static void run(lua_State *action) {
    struct epoll_event events[256];
    while (lua_status(action) == LUA_YIELD) {
        int count = epoll_wait(poller, events, 256, patience());
        for (int i = 0; i < count; i++) {
            connection *socket = events[i].data.ptr;
            bool is_done = socket->is_connecting ? (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0
                                                 : (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0;
            lua_State *co = socket->waiting;
            if (co == NULL || !is_done) continue;
            socket->waiting = NULL;
            resume(co, 0);
        }
        if (sleeper != NULL && now() >= wakes_at) {
            lua_State *co = sleeper;
            sleeper = NULL;
            resume(co, 0);
        }
    }
}

static const luaL_Reg methods[] = {{"set_timeout", set_timeout}, {"connect", start_connect}, {"receive", receive},
                                   {"close", close_socket},      {NULL, NULL}};

static void open_nmap(lua_State *L, int count, char **arguments) {
    static int level = 1;
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    luaL_newmetatable(L, "connection");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushcfunction(L, new_socket);
    lua_setfield(L, -2, "new_socket");
    lua_pushlightuserdata(L, &level);
    lua_pushcclosure(L, verbosity, 1);
    lua_setfield(L, -2, "verbosity");
    lua_newtable(L);
    lua_newtable(L);
    for (int i = 0; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (value == NULL) continue;
        *value = 0;
        lua_pushstring(L, value + 1);
        lua_setfield(L, -2, arguments[i]);
    }
    lua_setfield(L, -2, "args");
    lua_setfield(L, -2, "registry");
    lua_setfield(L, -2, "nmap");
    lua_newtable(L);
    lua_pushcfunction(L, new_thread);
    lua_setfield(L, -2, "new_thread");
    lua_pushcfunction(L, start_sleep);
    lua_setfield(L, -2, "sleep");
    lua_setfield(L, -2, "stdnse");
    lua_pop(L, 1);
}

// The most memory that the program itself held: what its parent held before it started does not count.
static void tell_peak(void) {
    char line[256];
    long peak = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmHWM: %ld kB", &peak) == 1) break;
    }
    if (file != NULL) fclose(file);
    printf("peak=%ld\n", peak * 1024);
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1");
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    open_nmap(L, count - 2, arguments + 2);
    if (luaL_dofile(L, arguments[1]) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        return 1;
    }
    lua_State *action = lua_newthread(L);
    lua_getglobal(action, "action");
    resume(action, 0);
    run(action);
    tell_peak();
    lua_close(L);
    return 0;
}
