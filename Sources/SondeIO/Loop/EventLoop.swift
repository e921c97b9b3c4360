// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import Glibc
package import SondeModel
internal import Synchronization

/// The event loop of one world: one thread waits for all its sockets and deadlines.
///
/// One turn, always in this order:
///
/// 1. Wait for events of the system: not at all if work is left over from the last turn, else until the next deadline or as
///    long as the caller allows.
/// 2. Set ``now`` from the clock, once; it holds for the rest of the turn.
/// 3. Tell the handlers of the descriptors that changed, in the order the system reports them. An event for a
///    registration that has ended meanwhile is dropped.
/// 4. Tell the handlers that used up their budget in the last turn.
/// 5. Call the deadlines that have passed, earliest first.
/// 6. Do what was put off to this point, what other threads submitted, and the jobs of Swift tasks, each in the order
///    of arrival, as far as it was there when the step began.
/// 7. Call ``afterEvents``.
///
/// Everything happens on the thread that made the loop, which debug builds assert. Only ``submit(_:)``, ``wake()`` and the
/// executor's `enqueue` may be called from others.
// Safe because all state but the inbox and the wake-up is confined to the loop's thread; the inbox has a lock, and the
// wake-up is an immutable descriptor that lives as long as the loop.
package final class EventLoop: @unchecked Sendable {
    /// The present, as read at the start of this turn.
    package private(set) var now: Instant
    /// The present as the clock has it now, later than ``now`` in a long turn.
    package var clockNow: Instant { clock.read() }
    /// Counts the turns.
    package private(set) var turnNumber: UInt64 = 1
    /// Called in each turn after events and deadlines; gives true if it has more to do, so that the next turn does not block.
    package var afterEvents: (() -> Bool)?
    /// The system calls that this loop and its sockets make.
    package let syscalls: Syscalls

    /// Where all reads of this world go first.
    let readBuffer: ReadBuffer

    private let clock: any LoopClock
    private let poller: EpollPoller
    private let owner = pthread_self()
    private let wakeup: OwnedDescriptor
    private let inbox = Mutex(Inbox())
    private var registrations = RegistrationTable()
    private var deadlines = DeadlineHeap()
    private var again: Deque<(registration: Registration, readiness: Readiness)> = []
    private var soon: Deque<() -> Void> = []
    private var jobs: Deque<UnownedJob> = []
    private var hasMoreWork = false
    private var isTurning = false

    /// What other threads have left for this loop.
    private struct Inbox {
        var work: [@Sendable () -> Void] = []
        var jobs: [UnownedJob] = []
        var isSignalled = false

        /// Notes that the loop must be woken: whether the caller has to do it.
        mutating func signal() -> Bool {
            defer { isSignalled = true }
            return !isSignalled
        }
    }

    /// The generation that no registration has: the wake-up's events.
    private static let wakeupRegistration = UInt32.max

    /// Makes a loop that belongs to the present thread.
    package init(
        clock: any LoopClock = MonotonicClock(),
        syscalls: Syscalls = Syscalls()
    ) throws(SystemError) {
        self.clock = clock
        self.syscalls = syscalls
        now = clock.read()
        readBuffer = ReadBuffer()
        // Into constants first: where one of these fails, those before it are closed.
        let poller = try EpollPoller(syscalls)
        let wakeup = try syscalls.makeWakeup()
        try poller.add(Registration(descriptor: wakeup.number, generation: Self.wakeupRegistration))
        self.poller = poller
        self.wakeup = consume wakeup
    }

    /// Ends everything that is under way, without a word to those who wait for it.
    ///
    /// An operation keeps what it works on, and that keeps the loop, so whoever gives up a loop on which something may be
    /// under way closes it. Tasks are not ended: whoever started them cancels them.
    package func close() {
        assertOnLoop()
        afterEvents = nil
        for handler in registrations.handlers { handler.abandon() }
        // Taken out before they go: what they keep may call the loop when it goes.
        withExtendedLifetime((deadlines, soon, again)) {
            deadlines = DeadlineHeap()
            soon = []
            again = []
        }
    }

    // MARK: Turning

    /// Does one turn.
    ///
    /// - Parameter limit: how long to wait for something to happen; `nil` waits until it does.
    /// - Throws: what the system says if waiting is not possible.
    package func turn(waitingUpTo limit: TimeSpan?) throws(SystemError) {
        assertOnLoop()
        assert(!isTurning, "a turn inside a turn")
        isTurning = true
        defer { isTurning = false }
        let count = try poller.wait(blockingTime(limit))
        turnNumber &+= 1
        now = clock.read()
        let leftOver = again.count
        dispatch(eventCount: count)
        dispatchLeftOver(leftOver)
        fireDeadlines()
        runQueues()
        hasMoreWork = afterEvents?() ?? false
    }

    /// Turns until a condition holds.
    ///
    /// The condition is asked before each turn.
    package func run(until isDone: () -> Bool) throws(SystemError) {
        while !isDone() { try turn(waitingUpTo: nil) }
    }

    private func blockingTime(_ limit: TimeSpan?) -> TimeSpan? {
        if hasMoreWork || !again.isEmpty || !soon.isEmpty || !jobs.isEmpty { return .zero }
        guard let due = deadlines.next() else { return clock.blockingTime(limit) }
        let rest = max(due - clock.read(), .zero)
        return clock.blockingTime(limit.map { min($0, rest) } ?? rest)
    }

    private func dispatch(eventCount: Int) {
        for index in 0..<eventCount {
            let event = poller.event(index)
            let registration = Registration(token: event.token)
            registrations.handler(of: registration)?.ready(event.readiness)
        }
    }

    private func dispatchLeftOver(_ count: Int) {
        for _ in 0..<count {
            guard let next = again.popFirst() else { return }
            registrations.handler(of: next.registration)?.ready(next.readiness)
        }
    }

    private func fireDeadlines() {
        let limit = deadlines.order
        while let action = deadlines.popDue(now, setBefore: limit) { action() }
    }

    private func runQueues() {
        for _ in 0..<soon.count { soon.popFirst()?() }
        let arrived = inbox.withLock { box in
            let arrived = (work: box.work, jobs: box.jobs)
            box = Inbox()
            return arrived
        }
        jobs.append(contentsOf: arrived.jobs)
        for work in arrived.work { work() }
        for _ in 0..<jobs.count {
            guard let job = jobs.popFirst() else { return }
            run(job)
        }
    }

    // MARK: Deadlines

    /// Calls an action once, at an instant or in the first turn after it.
    @discardableResult
    package func schedule(at due: Instant, _ action: @escaping () -> Void) -> DeadlineID {
        assertOnLoop()
        let id = deadlines.make(isOnce: true, action)
        deadlines.set(id, at: due)
        return id
    }

    /// Ends a deadline; its action is not called any more.
    package func cancel(_ id: DeadlineID) {
        assertOnLoop()
        deadlines.remove(id)
    }

    /// Makes a deadline that can be set again and again, and is not set yet; ``cancel(_:)`` ends it.
    package func makeDeadline(_ action: @escaping () -> Void) -> DeadlineID {
        assertOnLoop()
        return deadlines.make(isOnce: false, action)
    }

    /// Sets, moves or (with `nil`) clears a deadline.
    package func set(_ id: DeadlineID, at due: Instant?) {
        assertOnLoop()
        deadlines.set(id, at: due)
    }

    // MARK: Descriptors

    /// Watches a descriptor.
    ///
    /// - Parameters:
    ///   - descriptor: an open, non-blocking descriptor.
    ///   - handler: who is told. The loop does not keep it: deregister before it goes.
    /// - Returns: what ends the watch.
    /// - Throws: what the system says if the descriptor cannot be watched.
    package func register(
        _ descriptor: CInt,
        _ handler: any ReadinessHandler
    ) throws(SystemError) -> Registration {
        assertOnLoop()
        let registration = registrations.add(descriptor, handler)
        do {
            try poller.add(registration)
        } catch {
            _ = registrations.remove(registration)
            throw error
        }
        return registration
    }

    /// Stops watching a descriptor; events under way are dropped.
    package func deregister(_ registration: Registration) {
        assertOnLoop()
        if registrations.remove(registration) { poller.remove(registration) }
    }

    /// The same for a descriptor that is closed at once afterwards, which takes it from the system's list.
    func deregisterClosing(_ registration: Registration) {
        assertOnLoop()
        _ = registrations.remove(registration)
    }

    /// Hands a registration to another handler.
    func transfer(_ registration: Registration, to handler: any ReadinessHandler) {
        registrations.replace(registration, handler)
    }

    /// Tells a handler in the next turn that it may go on, as if its descriptor had changed.
    func resume(_ registration: Registration, _ readiness: Readiness) {
        again.append((registration, readiness))
    }

    /// Does something later in this turn or in the next one.
    package func soon(_ work: @escaping () -> Void) {
        assertOnLoop()
        soon.append(work)
    }

    // MARK: Other threads

    /// Has work done on the loop; may be called from any thread.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        let mustSignal = inbox.withLock { box in
            box.work.append(work)
            return box.signal()
        }
        if mustSignal { Syscalls.signalWakeup(wakeup.number) }
    }

    /// Ends the present wait; may be called from any thread.
    package func wake() { Syscalls.signalWakeup(wakeup.number) }

    /// Leaves a job for the loop.
    func leave(_ job: UnownedJob) {
        if isOnLoop {
            jobs.append(job)
            return
        }
        let mustSignal = inbox.withLock { box in
            box.jobs.append(job)
            return box.signal()
        }
        if mustSignal { Syscalls.signalWakeup(wakeup.number) }
    }

    /// Whether the present thread is the loop's.
    package var isOnLoop: Bool { pthread_equal(owner, pthread_self()) != 0 }

    /// Stops a debug build that touches the loop's state from another thread.
    @inline(__always)
    package func assertOnLoop() { assert(isOnLoop, "this belongs to the thread of its event loop") }
}

/// The one buffer that all reads of a loop go through.
@safe final class ReadBuffer {
    /// Bytes in the buffer.
    static let size = 65536

    /// The memory; its content lasts until the next read.
    let bytes: UnsafeMutableRawBufferPointer

    init() { unsafe bytes = .allocate(byteCount: Self.size, alignment: 16) }

    deinit { unsafe bytes.deallocate() }
}
