// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
internal import SondeModel

/// What a loop needs of the system's way to wait for many descriptors.
protocol Poller: AnyObject {
    /// Watches a descriptor for all changes; each is told once.
    func add(_ registration: Registration) throws(SystemError)
    /// Stops watching a descriptor.
    func remove(_ registration: Registration)
    /// Waits; gives the number of events that ``event(_:)`` can be asked for.
    func wait(_ span: TimeSpan?) throws(SystemError) -> Int
    /// One event of the last wait.
    func event(_ index: Int) -> (token: UInt64, readiness: Readiness)
}

/// The poller of Linux.
@safe final class EpollPoller: Poller {
    private let descriptor: OwnedDescriptor
    private let syscalls: Syscalls
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init(_ syscalls: Syscalls) throws(SystemError) {
        descriptor = try syscalls.makePoller()
        self.syscalls = syscalls
        unsafe events = .allocate(capacity: 256)
        unsafe events.initialize(repeating: epoll_event())
    }

    deinit { unsafe events.deallocate() }

    func add(_ registration: Registration) throws(SystemError) {
        try syscalls.addToPoller(descriptor.number, registration.descriptor, data: registration.token)
    }

    func remove(_ registration: Registration) {
        syscalls.removeFromPoller(descriptor.number, registration.descriptor)
    }

    func wait(_ span: TimeSpan?) throws(SystemError) -> Int {
        // The system counts milliseconds; rounded up, so that a deadline has passed when the wait ends.
        let milliseconds = span.map { $0.nanoseconds <= 0 ? 0 : ($0.nanoseconds - 1) / 1_000_000 + 1 }
        let timeout = milliseconds.map { CInt(clamping: $0) } ?? -1
        return unsafe try syscalls.waitForEvents(descriptor.number, into: events, milliseconds: timeout)
    }

    func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
        // Safe because the index lies below the number of events, which lies within the buffer.
        guard unsafe events.indices.contains(index), let base = unsafe events.baseAddress else {
            return (0, [])
        }
        let position = CInt(truncatingIfNeeded: index)
        let flags = unsafe sonde_event_flags(base, position)
        var readiness: Readiness = []
        if flags & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
        if flags & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        if flags & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { readiness.insert(.hangUp) }
        if flags & EPOLLERR.rawValue != 0 { readiness.insert(.error) }
        return (unsafe sonde_event_data(base, position), readiness)
    }
}
