// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystemShim.h"
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
} socket_address;

static socklen_t write_address(socket_address *out, const sonde_address *address) {
    if (address->family == 6) {
        memset(&out->v6, 0, sizeof out->v6);
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(address->port);
        out->v6.sin6_scope_id = address->zone;
        uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
        memcpy(&out->v6.sin6_addr, halves, sizeof halves);
        return sizeof out->v6;
    }
    memset(&out->v4, 0, sizeof out->v4);
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(address->port);
    out->v4.sin_addr.s_addr = htonl((uint32_t)address->low);
    return sizeof out->v4;
}

static void read_address(const socket_address *in, socklen_t size, sonde_address *address) {
    memset(address, 0, sizeof *address);
    if (size >= sizeof in->v4 && in->any.sa_family == AF_INET) {
        address->family = 4;
        address->port = ntohs(in->v4.sin_port);
        address->low = ntohl(in->v4.sin_addr.s_addr);
    } else if (size >= sizeof in->v6 && in->any.sa_family == AF_INET6) {
        uint64_t halves[2];
        memcpy(halves, &in->v6.sin6_addr, sizeof halves);
        address->family = 6;
        address->port = ntohs(in->v6.sin6_port);
        address->zone = in->v6.sin6_scope_id;
        address->high = be64toh(halves[0]);
        address->low = be64toh(halves[1]);
    }
}

int sonde_socket(int family, bool is_stream) {
    int kind = (is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    return socket(family == 6 ? AF_INET6 : AF_INET, kind, 0);
}

int sonde_connect(int descriptor, const sonde_address *address) {
    socket_address raw;
    socklen_t size = write_address(&raw, address);
    return connect(descriptor, &raw.any, size);
}

int sonde_bind(int descriptor, const sonde_address *address) {
    socket_address raw;
    socklen_t size = write_address(&raw, address);
    return bind(descriptor, &raw.any, size);
}

int sonde_accept(int descriptor) {
    return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int sonde_local_address(int descriptor, sonde_address *address) {
    socket_address raw;
    socklen_t size = sizeof raw;
    int result = getsockname(descriptor, &raw.any, &size);
    if (result == 0) read_address(&raw, size, address);
    return result;
}

int sonde_remote_address(int descriptor, sonde_address *address) {
    socket_address raw;
    socklen_t size = sizeof raw;
    int result = getpeername(descriptor, &raw.any, &size);
    if (result == 0) read_address(&raw, size, address);
    return result;
}

ssize_t sonde_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

ssize_t sonde_send_to(int descriptor, const void *bytes, size_t count, const sonde_address *address) {
    socket_address raw;
    socklen_t size = write_address(&raw, address);
    return sendto(descriptor, bytes, count, MSG_NOSIGNAL, &raw.any, size);
}

ssize_t sonde_receive_from(int descriptor, void *bytes, size_t count, sonde_address *address) {
    socket_address raw;
    socklen_t size = sizeof raw;
    ssize_t result = recvfrom(descriptor, bytes, count, 0, &raw.any, &size);
    if (result >= 0) read_address(&raw, size, address);
    return result;
}
