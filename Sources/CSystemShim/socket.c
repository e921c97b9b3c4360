// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystemShim.h"
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

int sonde_raw_socket(int family) {
    int kind = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    // For this protocol number both families take the header from the caller, and nothing is ever received.
    return socket(family == 6 ? AF_INET6 : AF_INET, kind, IPPROTO_RAW);
}

int sonde_packet_socket(unsigned interface) {
    // Protocol 0: the system queues no incoming frame.
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_ifindex = (int)interface};
    if (bind(descriptor, (struct sockaddr *)&place, sizeof place) == 0) return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int sonde_ignore_outgoing(int descriptor) {
#ifdef PACKET_IGNORE_OUTGOING
    int on = 1;
    return setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
#else
    (void)descriptor;
    return -1;
#endif
}

enum { most_packets = 64 };

int sonde_send_packets(int descriptor, const void *bytes, const sonde_packet *packets, size_t count) {
    struct mmsghdr messages[most_packets];
    struct iovec parts[most_packets];
    socket_address addresses[most_packets];
    if (count > most_packets) count = most_packets;
    memset(messages, 0, count * sizeof *messages);
    for (size_t i = 0; i < count; i++) {
        parts[i].iov_base = (char *)bytes + packets[i].offset;
        parts[i].iov_len = packets[i].count;
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        if (packets[i].address.family == 0) continue;
        messages[i].msg_hdr.msg_namelen = write_address(&addresses[i], &packets[i].address);
        messages[i].msg_hdr.msg_name = &addresses[i];
    }
    return sendmmsg(descriptor, messages, (unsigned)count, MSG_NOSIGNAL);
}
