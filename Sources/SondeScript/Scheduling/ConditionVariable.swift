// SPDX-License-Identifier: Apache-2.0

/// What `nmap.condvar` gives: threads wait on it until another signals.
final class ConditionVariable {
    private var waiters: [(thread: ScriptThread, wake: (ScriptThread) -> Void)] = []

    /// Adds a waiting thread.
    func wait(_ thread: ScriptThread, wake: @escaping (ScriptThread) -> Void) {
        waiters.append((thread, wake))
    }

    /// Takes a thread out of the list.
    func forget(_ thread: ScriptThread) { waiters.removeAll { $0.thread === thread } }

    /// Wakes the thread that came last, as the reference does (spec `nse-api`, section 6).
    func signal() {
        while let last = waiters.popLast() {
            guard last.thread.stage != .ended else { continue }
            last.wake(last.thread)
            return
        }
    }

    /// Wakes all.
    func broadcast() {
        let woken = waiters
        waiters = []
        for waiter in woken where waiter.thread.stage != .ended { waiter.wake(waiter.thread) }
    }
}
