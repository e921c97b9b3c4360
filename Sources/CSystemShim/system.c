// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystemShim.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int set_number(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value);
}

int sonde_set_reuse_address(int descriptor) { return set_number(descriptor, SOL_SOCKET, SO_REUSEADDR, 1); }

int sonde_set_broadcast(int descriptor) { return set_number(descriptor, SOL_SOCKET, SO_BROADCAST, 1); }

int sonde_set_hop_limit(int descriptor, int family, int hops) {
    if (family == 6) return set_number(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops);
    return set_number(descriptor, IPPROTO_IP, IP_TTL, hops);
}

int sonde_set_ip_options(int descriptor, const void *bytes, size_t count) {
    return setsockopt(descriptor, IPPROTO_IP, IP_OPTIONS, bytes, (socklen_t)count);
}

int sonde_set_interface(int descriptor, const char *name, size_t count) {
    return setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)count);
}

int sonde_set_reset_on_close(int descriptor) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    return setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int sonde_set_connect_patience(int descriptor, long microseconds) {
    struct timeval patience = {.tv_sec = 0, .tv_usec = microseconds};
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) return -1;
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(descriptor, F_SETFL, microseconds > 0 ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

int sonde_pending_error(int descriptor, int *error) {
    socklen_t size = sizeof *error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, error, &size);
}

int sonde_poller_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

int sonde_poller_add(int poller, int descriptor, uint64_t data) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = data};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

int sonde_poller_remove(int poller, int descriptor) {
    struct epoll_event unused = {0};
    return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &unused);
}

int sonde_wakeup_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int sonde_wakeup_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) == (ssize_t)sizeof one ? 0 : -1;
}

static int64_t nanoseconds(struct timespec time) {
    int64_t result = 0;
    if (__builtin_mul_overflow((int64_t)time.tv_sec, 1000000000, &result)) return 0;
    return __builtin_add_overflow(result, (int64_t)time.tv_nsec, &result) ? 0 : result;
}

int sonde_look_at_file(const char *path, sonde_file_state *state) {
    struct stat status;
    if (stat(path, &status) != 0) return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    *state = (sonde_file_state){
        .device = status.st_dev,
        .number = status.st_ino,
        .size = status.st_size,
        .modified = nanoseconds(status.st_mtim),
        .changed = nanoseconds(status.st_ctim)};
    return 0;
}

int sonde_raise_descriptor_limit(uint64_t *limit) {
    struct rlimit now;
    if (getrlimit(RLIMIT_NOFILE, &now) != 0) return -1;
    if (now.rlim_cur < now.rlim_max) {
        struct rlimit wanted = {.rlim_cur = now.rlim_max, .rlim_max = now.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) now = wanted;
    }
    *limit = now.rlim_cur;
    return 0;
}

void sonde_ignore_broken_pipe(void) {
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
        struct sigaction ignore = {.sa_handler = SIG_IGN};
        sigaction(SIGPIPE, &ignore, NULL);
    }
}

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t sonde_monotonic_time(void) { return read_clock(CLOCK_MONOTONIC); }

int64_t sonde_wall_time(void) { return read_clock(CLOCK_REALTIME); }

const char *sonde_error_text(int number) { return strerrordesc_np(number); }
