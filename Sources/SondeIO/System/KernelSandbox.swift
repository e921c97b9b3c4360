// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc

/// The kernel's part of the sandbox: rights that this process gives up before the first script runs.
///
/// It stands behind the checks of the script engine, for the case that one of those has a hole. What the kernel does not offer
/// is left out; ``active`` says what holds.
package struct KernelSandbox: Sendable {
    /// Files and directories that may be read.
    package var readable: [String] = []
    /// Files and directories that may be read and written.
    package var writable: [String] = []
    /// Whether programs may be started; then files are not confined either, for programs need theirs.
    package var startsPrograms = false
    /// The layers that were put into force.
    package private(set) var active: [String] = []

    /// What the process itself reads while it scans: names, keys of the TLS library, interfaces, time zones.
    private static let system = [
        "/usr", "/lib", "/lib64", "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf",
        "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/ssl", "/etc/localtime", "/etc/ld.so.cache",
        "/etc/ethers", "/proc/net", "/proc/self/net", "/proc/sys", "/sys/class", "/sys/devices",
        "/dev/urandom",
        "/dev/random",
    ]
    private static let devices = ["/dev/null", "/dev/tty", "/dev/net/tun"]

    /// Makes one that leaves nothing but the system's own files.
    package init() {}

    /// Gives the rights up; this cannot be undone.
    ///
    /// - Parameter thread: whether only the calling thread and those it starts are confined. Files are always confined
    ///   for these alone, as the kernel knows no other way.
    package mutating func enter(onlyThread thread: Bool = false) {
        if !startsPrograms, confineFiles() { active.append("Landlock") }
        if sonde_confine_calls(startsPrograms, !thread) == 0 { active.append("seccomp") }
    }

    private func confineFiles() -> Bool {
        guard sonde_landlock_version() > 0 else { return false }
        let rules = sonde_landlock_begin()
        guard rules >= 0 else { return false }
        // What is not there needs no rule.
        for path in Self.system + readable { _ = unsafe sonde_landlock_allow(rules, path, false) }
        for path in Self.devices + writable { _ = unsafe sonde_landlock_allow(rules, path, true) }
        return sonde_landlock_commit(rules) == 0
    }
}
