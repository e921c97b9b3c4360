// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

// What Swift cannot import: unions, packed structures, casts between socket addresses, variadic functions.
// All functions return a number >= 0 or -1 with errno set, like the system calls they wrap.

/// A socket address without the casts: the value `sockaddr_storage` is made of and read into.
typedef struct {
    uint64_t high; // the first eight octets of an IPv6 address
    uint64_t low;  // the other eight; an IPv4 address fills the low 32 bits
    uint32_t zone; // interface of a link-local IPv6 address
    uint16_t port; // host byte order
    uint8_t family; // 4, 6, or 0 for none
} sonde_address;

int sonde_socket(int family, bool is_stream);
int sonde_connect(int descriptor, const sonde_address *address);
int sonde_bind(int descriptor, const sonde_address *address);
int sonde_accept(int descriptor);
int sonde_local_address(int descriptor, sonde_address *address);
int sonde_remote_address(int descriptor, sonde_address *address);
ssize_t sonde_send(int descriptor, const void *bytes, size_t count);
ssize_t sonde_send_to(int descriptor, const void *bytes, size_t count, const sonde_address *address);
ssize_t sonde_receive_from(int descriptor, void *bytes, size_t count, sonde_address *address);

/// A socket for whole IP packets, header included, that receives nothing it could be asked for.
int sonde_raw_socket(int family);
/// A socket for whole frames on one interface, that receives nothing.
int sonde_packet_socket(unsigned interface);
/// Keeps packets that leave away from a packet socket; -1 where the system cannot.
int sonde_ignore_outgoing(int descriptor);
/// One packet in a run of octets; family 0 in the address means that the socket knows where it goes.
typedef struct {
    sonde_address address;
    size_t offset;
    size_t count;
} sonde_packet;
/// Sends packets in order; the number that were sent, at least one, or -1.
int sonde_send_packets(int descriptor, const void *bytes, const sonde_packet *packets, size_t count);

/// What a capture must know of an interface.
typedef struct {
    uint32_t index;
    bool is_up;
    bool is_ethernet; // frames have Ethernet's header, as those of loopback do
    bool is_loopback;
} sonde_link;
int sonde_capture_link(int descriptor, const char *device, sonde_link *link);
/// Makes a packet socket tell time and length of each frame, and gives it so many octets of room.
int sonde_capture_prepare(int descriptor, int room);
/// Sets a filter: instructions of `struct sock_filter`.
int sonde_capture_filter(int descriptor, const void *instructions, unsigned count);
/// Takes frames of one interface from now on.
int sonde_capture_start(int descriptor, uint32_t interface, bool is_promiscuous);
/// One captured frame in a run of slots.
typedef struct {
    int64_t time; // nanoseconds since 1970
    uint32_t wire_length;
    uint32_t offset;
    uint32_t count;
} sonde_captured;
/// Takes the frames that wait, at most one for each of `count` slots; a slot holds four octets less than its size.
int sonde_capture_receive(int descriptor, void *bytes, size_t slot, sonde_captured *packets, size_t count);
/// Frames taken and lost since this was last asked.
int sonde_capture_counts(int descriptor, uint32_t *received, uint32_t *dropped);

/// Options, by what they do. `family` is 4 or 6.
int sonde_set_reuse_address(int descriptor);
int sonde_set_hop_limit(int descriptor, int family, int hops);
int sonde_set_ip_options(int descriptor, const void *bytes, size_t count);
int sonde_set_interface(int descriptor, const char *name, size_t count);
int sonde_set_reset_on_close(int descriptor);
int sonde_set_broadcast(int descriptor);
/// Makes a socket wait in connect() for at most so many microseconds, or (0) not at all, as sonde_socket makes it.
int sonde_set_connect_patience(int descriptor, long microseconds);
/// The error a socket has waiting (SO_ERROR) is stored; it is cleared in the socket.
int sonde_pending_error(int descriptor, int *error);

int sonde_poller_make(void);
int sonde_poller_add(int poller, int descriptor, uint64_t data);
int sonde_poller_remove(int poller, int descriptor);
static inline uint32_t sonde_event_flags(const struct epoll_event *events, int index) {
    return events[index].events;
}
static inline uint64_t sonde_event_data(const struct epoll_event *events, int index) {
    return events[index].data.u64;
}

int sonde_wakeup_make(void);
int sonde_wakeup_signal(int descriptor);

/// What tells one state of a file from another; times are nanoseconds since 1970.
typedef struct {
    uint64_t device, number;
    int64_t size, modified, changed;
} sonde_file_state;
/// Looks at a plain file; -1 with EINVAL for anything else that is there.
int sonde_look_at_file(const char *path, sonde_file_state *state);

/// Raises the soft limit of open descriptors to the hard one; stores what holds then.
int sonde_raise_descriptor_limit(uint64_t *limit);
/// Makes writing to a closed connection an error instead of a signal, for the whole process.
void sonde_ignore_broken_pipe(void);
/// Nanoseconds of the monotonic clock.
int64_t sonde_monotonic_time(void);
/// Nanoseconds since 1970.
int64_t sonde_wall_time(void);
/// The system's words for an error number, or null.
const char *sonde_error_text(int number);

/// Takes from all threads, for good, the system calls that a scanner has no use for; programs cannot be started unless
/// asked for.
int sonde_confine_calls(bool may_start_programs, bool on_all_threads);
/// The version of Landlock that the kernel has, or -1.
int sonde_landlock_version(void);
/// Begins rules about files: what they do not allow will be refused to this thread. Answers a descriptor.
int sonde_landlock_begin(void);
/// Allows reading, or reading and writing, what lies at and under a path.
int sonde_landlock_allow(int rules, const char *path, bool writing);
/// Puts the rules into force for good, and closes them.
int sonde_landlock_commit(int rules);
