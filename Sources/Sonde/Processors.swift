// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The processors of this machine.
enum Processors {
    /// How many there are, 64 at most.
    static var count: Int { min(max(sysconf(CInt(_SC_NPROCESSORS_ONLN)), 1), 64) }
}
