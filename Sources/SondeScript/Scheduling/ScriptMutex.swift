// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import SondeLua

/// What `nmap.mutex` gives: held by one coroutine at a time; waiters get it first come, first served.
final class ScriptMutex {
    /// The coroutine that holds it.
    private(set) var holder: LuaReference?
    /// That coroutine's address, 0 if nobody holds it.
    private(set) var holderAddress: UInt = 0
    /// The thread that the holding coroutine belongs to.
    private(set) weak var owner: ScriptThread?
    private var waiters: Deque<Waiter> = []

    private struct Waiter {
        let thread: ScriptThread
        let coroutine: LuaReference
        let address: UInt
        let wake: (ScriptThread) -> Void
    }

    /// Whether somebody holds it.
    var isHeld: Bool { holder != nil }

    /// Gives it to a coroutine if it is free.
    ///
    /// - Parameters:
    ///   - coroutine: who asks.
    ///   - address: that coroutine's address.
    ///   - thread: the thread that the coroutine belongs to.
    /// - Returns: whether the coroutine has it now.
    func tryLock(_ coroutine: LuaReference, address: UInt, thread: ScriptThread) -> Bool {
        guard holder == nil else { return false }
        take(coroutine, address, thread)
        return true
    }

    /// Puts a coroutine at the end of the queue; `wake` is called when the coroutine has the mutex.
    func wait(
        _ coroutine: LuaReference,
        address: UInt,
        thread: ScriptThread,
        wake: @escaping (ScriptThread) -> Void
    ) {
        waiters.append(Waiter(thread: thread, coroutine: coroutine, address: address, wake: wake))
    }

    /// Takes a thread out of the queue.
    func forget(_ thread: ScriptThread) { waiters.removeAll { $0.thread === thread } }

    /// Releases it and hands it to the first waiter that still lives.
    func unlock() {
        owner?.mutexes[ObjectIdentifier(self)] = nil
        holder = nil
        holderAddress = 0
        owner = nil
        while let next = waiters.popFirst() {
            guard next.thread.stage != .ended else { continue }
            take(next.coroutine, next.address, next.thread)
            next.wake(next.thread)
            return
        }
    }

    private func take(_ coroutine: LuaReference, _ address: UInt, _ thread: ScriptThread) {
        holder = coroutine
        holderAddress = address
        owner = thread
        thread.mutexes[ObjectIdentifier(self)] = self
    }
}
