// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel
internal import Synchronization

/// Writes the reports of a scan on a thread of its own, so that formatting and writing cost the scan no time.
///
/// Taking an event puts it into a queue. The thread waits a moment after the first, so that what comes together is written
/// together. Where the queue is full, as nobody reads a pipe, the scan waits as it would if it wrote itself.
// Safe because what threads share is behind the lock; the group is touched by the thread alone from its start to its end,
// and the handle by the one who takes events.
package final class ReportThread: @unchecked Sendable {
    private struct State {
        var events: [ScanEvent] = []
        var isAwake = false
        var isEnding = false
        var isAwaited = false
    }

    /// Milliseconds that events may wait for others to be written with them.
    private static let patience: CInt = 10
    /// Events that may wait in the queue.
    private static let mostWaiting = 16_384

    private let group: ReporterGroup
    private let state = Mutex(State())
    /// Wakes the thread; a pipe, as it can be waited for with a time limit.
    private let work: Pipe
    /// Wakes the one who waits for room in the queue.
    private let room: Pipe
    private var thread: pthread_t?

    /// Makes the thread; without one, as the system may refuse it, events are handled where they are taken.
    ///
    /// - Parameter group: the reports, which belong to the thread until ``finish()`` returns.
    package init(_ group: ReporterGroup) {
        self.group = group
        work = Pipe()
        room = Pipe()
        guard work.isOpen, room.isOpen else { return }
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        // The context is taken over by the thread; it is given back here if there is none.
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<ReportThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        if code == 0 {
            self.thread = thread
        } else {
            unsafe Unmanaged<ReportThread>.fromOpaque(context).release()
        }
    }

    /// Takes an event, to be reported after those before it.
    package func take(_ event: ScanEvent) {
        guard thread != nil else { return group.handle(event) }
        let (mustWake, mustWait) = state.withLock { state in
            state.events.append(event)
            let isFull = state.events.count >= Self.mostWaiting
            if isFull { state.isAwaited = true }
            defer { state.isAwake = true }
            return (!state.isAwake, isFull)
        }
        if mustWake { work.signal() }
        if mustWait { room.wait() }
    }

    /// Says that nothing comes any more; ``finish()`` then has less to wait for.
    package func end() {
        guard thread != nil else { return }
        state.withLock { $0.isEnding = true }
        work.signal()
    }

    /// Waits until all is written, and ends the reports.
    package func finish() {
        if let running = thread {
            end()
            _ = pthread_join(running, nil)
            thread = nil
        }
        group.finish()
    }

    // MARK: On the thread

    private func run() {
        blockSignals()
        while true {
            work.wait()
            work.wait(atMost: isEnding ? 0 : Self.patience)
            let (events, isLast, isAwaited) = state.withLock { state in
                defer {
                    state.events = []
                    state.isAwake = false
                    state.isAwaited = false
                }
                return (state.events, state.isEnding, state.isAwaited)
            }
            if isAwaited { room.signal() }
            group.handle(events)
            if isLast { return }
        }
    }

    private var isEnding: Bool { state.withLock(\.isEnding) }

    /// Signals are for the thread that scans.
    private func blockSignals() {
        var all = sigset_t()
        _ = unsafe sigfillset(&all)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}

/// A pipe that carries nothing but wake-ups.
private final class Pipe: Sendable {
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

    var isOpen: Bool { reader >= 0 }

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
