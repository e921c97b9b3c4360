// SPDX-License-Identifier: Apache-2.0
//
// Giving rights of this process up for good: system calls by a seccomp filter, files by Landlock.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSystemShim.h"

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), ANSWER(SECCOMP_RET_ERRNO | EPERM)

int sonde_confine_calls(bool may_start_programs, bool on_all_threads) {
#if !defined(THIS_ARCHITECTURE)
    (void)may_start_programs, (void)on_all_threads;
    errno = ENOSYS;
    return -1;
#else
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
        LOAD(nr),
        // The second numbering of x86-64 would lead around everything below.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
        REFUSE(__NR_ptrace), REFUSE(__NR_process_vm_readv), REFUSE(__NR_process_vm_writev), REFUSE(__NR_mount),
        REFUSE(__NR_umount2), REFUSE(__NR_pivot_root), REFUSE(__NR_chroot), REFUSE(__NR_setns), REFUSE(__NR_unshare),
        REFUSE(__NR_init_module), REFUSE(__NR_finit_module), REFUSE(__NR_delete_module), REFUSE(__NR_kexec_load),
        REFUSE(__NR_bpf), REFUSE(__NR_perf_event_open), REFUSE(__NR_add_key), REFUSE(__NR_request_key),
        REFUSE(__NR_keyctl), REFUSE(__NR_open_by_handle_at), REFUSE(425 /* io_uring_setup */),
        REFUSE(__NR_userfaultfd), REFUSE(__NR_reboot), REFUSE(__NR_swapon), REFUSE(__NR_swapoff),
        REFUSE(__NR_kill), REFUSE(__NR_tkill), REFUSE(__NR_rt_sigqueueinfo), REFUSE(424 /* pidfd_send_signal */),
        // What follows is left out where programs may be started.
        REFUSE(__NR_execve), REFUSE(__NR_execveat),
#if defined(__NR_fork)
        REFUSE(__NR_fork), REFUSE(__NR_vfork),
#endif
        // The flags of the newer call lie in memory, where a filter cannot look: the library then uses the older one.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 435 /* clone3 */, 0, 1),
        ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    enum { LENGTH = sizeof filter / sizeof filter[0] };
#if defined(__NR_fork)
    enum { ABOUT_PROGRAMS = 4 * 2 + 2 + 4 };
#else
    enum { ABOUT_PROGRAMS = 2 * 2 + 2 + 4 };
#endif
    struct sock_fprog program = {.len = LENGTH, .filter = filter};
    if (may_start_programs) {
        filter[LENGTH - 1 - ABOUT_PROGRAMS] = filter[LENGTH - 1];
        program.len = LENGTH - ABOUT_PROGRAMS;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, on_all_threads ? SECCOMP_FILTER_FLAG_TSYNC : 0, &program);
#endif
}

enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
};

int sonde_landlock_version(void) {
    return (int)syscall(LANDLOCK_CREATE, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t rights_of(int version) {
    // The first version has 13 rights; moving between directories and cutting files came later.
    uint64_t rights = (1ull << 13) - 1;
    if (version >= 2) rights |= 1ull << 13;
    if (version >= 3) rights |= 1ull << 14;
    return rights;
}

int sonde_landlock_begin(void) {
    struct landlock_ruleset_attr attributes = {.handled_access_fs = rights_of(sonde_landlock_version())};
    return (int)syscall(LANDLOCK_CREATE, &attributes, sizeof attributes.handled_access_fs, 0);
}

int sonde_landlock_allow(int rules, const char *path, bool writing) {
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return -1;
    struct stat status;
    uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    uint64_t rights = writing ? rights_of(sonde_landlock_version()) & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE : reading;
    // Rights about what a directory holds make no sense for a file.
    if (fstat(place, &status) == 0 && !S_ISDIR(status.st_mode))
        rights &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | 1ull << 14;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = place};
    int result = (int)syscall(LANDLOCK_ADD, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(place);
    return result;
}

int sonde_landlock_commit(int rules) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    int result = (int)syscall(LANDLOCK_RESTRICT, rules, 0);
    close(rules);
    return result;
}
