// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CSystemShim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Captures on a packet socket without a ring of memory, which costs tens of milliseconds to set up and to take down.

enum { most_captured = 64, tag_length = 4, addresses_length = 12 };

static int on(int descriptor, int level, int name) {
    int yes = 1;
    return setsockopt(descriptor, level, name, &yes, sizeof yes);
}

int sonde_capture_link(int descriptor, const char *device, sonde_link *link) {
    struct ifreq request = {0};
    if (strlen(device) >= sizeof request.ifr_name) {
        errno = ENODEV;
        return -1;
    }
    strcpy(request.ifr_name, device);
    if (ioctl(descriptor, SIOCGIFINDEX, &request) != 0) return -1;
    link->index = (uint32_t)request.ifr_ifindex;
    if (ioctl(descriptor, SIOCGIFFLAGS, &request) != 0) return -1;
    link->is_up = (request.ifr_flags & IFF_UP) != 0;
    if (ioctl(descriptor, SIOCGIFHWADDR, &request) != 0) return -1;
    link->is_loopback = request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
    link->is_ethernet = request.ifr_hwaddr.sa_family == ARPHRD_ETHER || link->is_loopback;
    return 0;
}

int sonde_capture_prepare(int descriptor, int room) {
    if (on(descriptor, SOL_PACKET, PACKET_AUXDATA) != 0) return -1;
    if (on(descriptor, SOL_SOCKET, SO_TIMESTAMPNS) != 0) return -1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) == 0) return 0;
    return setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
}

int sonde_capture_filter(int descriptor, const void *instructions, unsigned count) {
    struct sock_fprog program = {.len = (unsigned short)count, .filter = (struct sock_filter *)instructions};
    if (program.len != count) {
        errno = EINVAL;
        return -1;
    }
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int sonde_capture_start(int descriptor, uint32_t interface, bool is_promiscuous) {
    if (is_promiscuous) {
        struct packet_mreq wish = {.mr_ifindex = (int)interface, .mr_type = PACKET_MR_PROMISC};
        if (setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wish, sizeof wish) != 0) return -1;
    }
    struct sockaddr_ll place = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
    return bind(descriptor, (struct sockaddr *)&place, sizeof place);
}

/// What the kernel says beside one packet.
typedef struct {
    struct timespec time;
    struct tpacket_auxdata more;
    bool has_time;
    bool has_more;
} said;

static said read_control(struct msghdr *header) {
    said result = {0};
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_TIMESTAMPNS &&
            part->cmsg_len >= CMSG_LEN(sizeof result.time)) {
            memcpy(&result.time, CMSG_DATA(part), sizeof result.time);
            result.has_time = true;
        } else if (part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA &&
                   part->cmsg_len >= CMSG_LEN(sizeof result.more)) {
            memcpy(&result.more, CMSG_DATA(part), sizeof result.more);
            result.has_more = true;
        }
    }
    return result;
}

/// Puts the tag back that the kernel took out of a frame: what came was read to `slot + tag_length`.
static uint32_t put_tag_back(unsigned char *slot, uint32_t count, const struct tpacket_auxdata *more) {
    uint16_t kind = more->tp_status & TP_STATUS_VLAN_TPID_VALID ? more->tp_vlan_tpid : ETH_P_8021Q;
    uint16_t tag[2] = {htons(kind), htons(more->tp_vlan_tci)};
    memmove(slot, slot + tag_length, addresses_length);
    memcpy(slot + addresses_length, tag, sizeof tag);
    return count + tag_length;
}

static void describe(sonde_captured *packet, unsigned char *bytes, size_t offset, struct mmsghdr *message) {
    said said = read_control(&message->msg_hdr);
    packet->offset = (uint32_t)offset + tag_length;
    packet->count = message->msg_len;
    packet->wire_length = said.has_more ? said.more.tp_len : message->msg_len;
    packet->time =
        said.has_time ? (int64_t)said.time.tv_sec * 1000000000 + said.time.tv_nsec : sonde_wall_time();
    bool is_tagged = said.has_more && (said.more.tp_status & TP_STATUS_VLAN_VALID) != 0;
    if (!is_tagged || packet->count < addresses_length) return;
    packet->offset = (uint32_t)offset;
    packet->count = put_tag_back(bytes + offset, packet->count, &said.more);
    packet->wire_length += tag_length;
}

int sonde_capture_receive(int descriptor, void *bytes, size_t slot, sonde_captured *packets, size_t count) {
    struct mmsghdr messages[most_captured];
    struct iovec parts[most_captured];
    union {
        struct cmsghdr alignment;
        char octets[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } controls[most_captured];
    if (count > most_captured) count = most_captured;
    memset(messages, 0, count * sizeof *messages);
    for (size_t i = 0; i < count; i++) {
        parts[i].iov_base = (char *)bytes + i * slot + tag_length;
        parts[i].iov_len = slot - tag_length;
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_control = &controls[i];
        messages[i].msg_hdr.msg_controllen = sizeof controls[i];
    }
    int got = recvmmsg(descriptor, messages, (unsigned)count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) describe(&packets[i], bytes, (size_t)i * slot, &messages[i]);
    return got;
}

int sonde_capture_counts(int descriptor, uint32_t *received, uint32_t *dropped) {
    struct tpacket_stats numbers = {0};
    socklen_t size = sizeof numbers;
    if (getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &numbers, &size) != 0) return -1;
    *received = numbers.tp_packets;
    *dropped = numbers.tp_drops;
    return 0;
}
