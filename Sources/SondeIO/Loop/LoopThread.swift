// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeThread
internal import Synchronization

/// A thread with an event loop of its own: the place of a further world.
///
/// What lives on that loop is made there, by the closure that the thread begins with, and taken down there.
// Safe because all that threads share is behind the lock or atomic; the thread is touched by its maker alone.
package final class LoopThread: @unchecked Sendable {
    private struct Shared {
        var loop: EventLoop?
        var early: [@Sendable () -> Void] = []
        var hasEnded = false
    }

    private let shared = Mutex(Shared())
    private let stopRequested = Atomic(false)
    private let begin: @Sendable (EventLoop) -> () -> Void
    private var thread: SystemThread?

    /// Starts the thread.
    ///
    /// - Parameter begin: called first on the new thread, with its loop; gives what to do there at the end.
    /// - Throws: what the system says if it has no further thread.
    package init(_ begin: @escaping @Sendable (EventLoop) -> () -> Void) throws(SystemError) {
        self.begin = begin
        thread = try SystemThread.started { self.run() }
    }

    /// Whether it was asked to end; may be asked from any thread.
    package var isStopping: Bool { stopRequested.load(ordering: .relaxed) }

    /// Has work done on the thread's loop; work that comes after its end is dropped.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        let loop = shared.withLock { shared -> EventLoop? in
            if shared.loop == nil, !shared.hasEnded { shared.early.append(work) }
            return shared.loop
        }
        loop?.submit(work)
    }

    /// Ends the thread and waits until it has; called once, by whoever made it.
    package func stop() {
        guard let thread else { return }
        self.thread = nil
        stopRequested.store(true, ordering: .relaxed)
        shared.withLock { $0.loop }?.wake()
        thread.join()
    }

    /// The thread's life.
    private func run() {
        guard let loop = try? EventLoop() else {
            shared.withLock { $0.hasEnded = true }
            return
        }
        let finish = begin(loop)
        let early = shared.withLock { shared in
            shared.loop = loop
            defer { shared.early = [] }
            return shared.early
        }
        for work in early { work() }
        try? loop.run { isStopping }
        shared.withLock { shared in
            shared.loop = nil
            shared.hasEnded = true
        }
        finish()
        loop.close()
    }
}

extension SystemThread {
    /// Starts a thread, or says as every call of the system does why there is none.
    static func started(_ body: @escaping @Sendable () -> Void) throws(SystemError) -> SystemThread {
        do throws(ThreadError) { return try SystemThread(body) } catch {
            throw SystemError(number: error.number, call: "pthread_create")
        }
    }
}
