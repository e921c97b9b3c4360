// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeThread

/// A thread beside a loop for system calls in which the kernel does much, one after the other in the order given.
///
/// Towards this machine or a virtual neighbour, a packet travels there and its answer back within the call that sends it;
/// meanwhile the loop can read answers and think of what to send next.
// Safe because what threads share is behind the lock of `Shared`, and the thread is touched by its maker alone.
package final class CallThread: @unchecked Sendable {
    /// What both sides touch.
    // Safe because the work is touched with the lock held, and lock and condition live as long as this.
    @safe
    fileprivate final class Shared: @unchecked Sendable {
        private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var work: [@Sendable () -> Void] = []
        private var isStopping = false

        init() {
            unsafe pthread_mutex_init(lock, nil)
            unsafe pthread_cond_init(condition, nil)
        }

        deinit {
            unsafe pthread_cond_destroy(condition)
            unsafe pthread_mutex_destroy(lock)
            unsafe condition.deallocate()
            unsafe lock.deallocate()
        }

        func add(_ item: @escaping @Sendable () -> Void) {
            unsafe pthread_mutex_lock(lock)
            work.append(item)
            unsafe pthread_mutex_unlock(lock)
            unsafe pthread_cond_signal(condition)
        }

        func stop() {
            unsafe pthread_mutex_lock(lock)
            isStopping = true
            unsafe pthread_mutex_unlock(lock)
            unsafe pthread_cond_signal(condition)
        }

        /// Takes all work that is there, after waiting for some; nothing at the end.
        func take() -> [@Sendable () -> Void]? {
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            while work.isEmpty, !isStopping { unsafe pthread_cond_wait(condition, lock) }
            if isStopping { return nil }
            defer { work = [] }
            return work
        }
    }

    private let shared: Shared
    private var thread: SystemThread?

    /// Starts the thread.
    package init() throws(SystemError) {
        let shared = Shared()
        self.shared = shared
        thread = try SystemThread.started {
            while let work = shared.take() {
                for item in work { item() }
            }
        }
    }

    deinit { stop() }

    /// Gives the thread something to do.
    package func submit(_ work: @escaping @Sendable () -> Void) { shared.add(work) }

    /// Ends the thread after what it is doing, and waits until it has; what it has not begun is dropped.
    package func stop() {
        guard let thread else { return }
        self.thread = nil
        shared.stop()
        thread.join()
    }
}
