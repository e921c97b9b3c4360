// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A pipe that carries nothing but wake-ups.
final class WakeUpPipe: Sendable {
    private let reader: CInt, writer: CInt

    init() {
        var ends: [CInt] = [-1, -1]
        // The array has room for the two descriptors that the call writes.
        _ = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
        for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reader = ends[0]
        writer = ends[1]
    }

    deinit {
        for end in [reader, writer] where end >= 0 { close(end) }
    }

    /// Whether the system gave the descriptors.
    var isOpen: Bool { reader >= 0 }

    /// Wakes whoever waits.
    func signal() {
        var word: UInt8 = 0
        // One octet of this frame.
        _ = unsafe write(writer, &word, 1)
    }

    /// Waits for a wake-up, and takes it.
    func wait() {
        var word: UInt8 = 0
        // One octet of this frame.
        while unsafe read(reader, &word, 1) < 0, errno == EINTR {}
    }

    /// Waits for a further wake-up, but not for long, and does not take it.
    func wait(atMost milliseconds: CInt) {
        var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        // One entry, owned by this frame.
        _ = unsafe poll(&entry, 1, milliseconds)
    }
}
