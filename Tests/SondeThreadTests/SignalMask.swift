// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What signals the calling thread takes.
enum SignalMask {
    /// Whether it leaves interrupts to others.
    static var blocksInterrupts: Bool {
        var mask = sigset_t()
        _ = unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
        return unsafe sigismember(&mask, SIGINT) == 1
    }
}
