// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A thread beside a loop for system calls in which the kernel does much, one after the other in the order given.
///
/// Towards this machine or a virtual neighbour, a packet travels there and its answer back within the call that sends it;
/// meanwhile the loop can read answers and think of what to send next.
// Safe because what threads share is behind the lock of `Shared`, and the handle is written once.
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

    private let shared = Shared()
    private var handle = pthread_t()
    private var isRunning = true

    /// Starts the thread.
    package init() throws(SystemError) {
        let kept = unsafe Unmanaged.passRetained(shared)
        let number = unsafe pthread_create(&handle, nil, runCalls, kept.toOpaque())
        guard number == 0 else {
            isRunning = false
            // The thread that would have taken this reference does not exist.
            unsafe kept.release()
            throw SystemError(number: number, call: "pthread_create")
        }
    }

    deinit { stop() }

    /// Gives the thread something to do.
    package func submit(_ work: @escaping @Sendable () -> Void) { shared.add(work) }

    /// Ends the thread after what it is doing, and waits until it has; what it has not begun is dropped.
    package func stop() {
        guard isRunning else { return }
        isRunning = false
        shared.stop()
        pthread_join(handle, nil)
    }
}

/// The thread's life; takes over the reference that it was started with.
private let runCalls: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context = unsafe context else { return nil }
    let shared = unsafe Unmanaged<CallThread.Shared>.fromOpaque(context).takeRetainedValue()
    while let work = shared.take() {
        for item in work { item() }
    }
    return nil
}
