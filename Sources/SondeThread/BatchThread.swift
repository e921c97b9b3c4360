// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// Hands what it takes to a thread of its own, in batches.
///
/// Taking costs the caller no more than putting an element into a queue. The thread starts with the first element and waits
/// a moment after each first one of a batch, so that what comes together is handled together. Where the queue is full, the
/// caller waits.
// Safe because what threads share is behind the lock; the thread's handle is touched by the one who takes elements alone.
package final class BatchThread<Element: Sendable>: @unchecked Sendable {
    /// Handles a batch, on the thread, and says whether it wants more.
    package typealias Handler = (_ batch: [Element]) -> Bool

    /// What both sides touch; the thread keeps it, and not the object that is told to end.
    private final class Shared: Sendable {
        struct State {
            var elements: [Element] = []
            var isAwake = false
            var isEnding = false
            var isAwaited = false
            var hasStopped = false
        }

        let state = Mutex(State())
        /// Wakes the thread; a pipe, as it can be waited for with a time limit.
        let work = WakeUpPipe()
        /// Wakes the one who waits for room in the queue.
        let room = WakeUpPipe()

        /// The thread's life.
        func run(_ handle: Handler) {
            while true {
                work.wait()
                work.wait(atMost: state.withLock(\.isEnding) ? 0 : patience)
                let (batch, isLast, isAwaited) = state.withLock { state in
                    defer {
                        state.elements = []
                        state.isAwake = false
                        state.isAwaited = false
                    }
                    return (state.elements, state.isEnding, state.isAwaited)
                }
                if isAwaited { room.signal() }
                guard batch.isEmpty || handle(batch) else { return stop() }
                if isLast { return }
            }
        }

        /// Takes no more, and lets nobody wait for room.
        private func stop() {
            let isAwaited = state.withLock { state in
                state.hasStopped = true
                state.elements = []
                return state.isAwaited
            }
            if isAwaited { room.signal() }
        }
    }

    private let mostWaiting: Int
    private let begin: @Sendable () -> Handler
    private let shared = Shared()
    private var thread: SystemThread?

    /// Makes the queue; the thread starts with the first element.
    ///
    /// - Parameters:
    ///   - mostWaiting: elements that may wait before the caller has to.
    ///   - begin: called first on the thread; gives what handles the batches.
    package init(mostWaiting: Int = .max, _ begin: @escaping @Sendable () -> Handler) {
        self.mostWaiting = mostWaiting
        self.begin = begin
    }

    /// Takes an element, to be handled after those before it; nothing once the handler wants no more.
    ///
    /// - Throws: ``ThreadError`` if the thread cannot be started; the element is not taken then.
    package func take(_ element: Element) throws(ThreadError) {
        try startIfNeeded()
        let (mustWake, mustWait) = shared.state.withLock { state in
            guard !state.hasStopped else { return (false, false) }
            state.elements.append(element)
            let isFull = state.elements.count >= mostWaiting
            if isFull { state.isAwaited = true }
            defer { state.isAwake = true }
            return (!state.isAwake, isFull)
        }
        if mustWake { shared.work.signal() }
        if mustWait { shared.room.wait() }
    }

    /// Says that nothing comes any more; ``finish()`` then has less to wait for.
    package func end() {
        guard thread != nil else { return }
        shared.state.withLock { $0.isEnding = true }
        shared.work.signal()
    }

    /// Waits until all is handled, and ends the thread.
    package func finish() {
        end()
        thread?.join()
        thread = nil
    }

    private func startIfNeeded() throws(ThreadError) {
        guard thread == nil else { return }
        guard shared.work.isOpen, shared.room.isOpen else { throw ThreadError(number: EMFILE) }
        thread = try SystemThread { [shared, begin] in shared.run(begin()) }
    }
}

/// Milliseconds that elements may wait for others to be handled with them.
private let patience: CInt = 10
