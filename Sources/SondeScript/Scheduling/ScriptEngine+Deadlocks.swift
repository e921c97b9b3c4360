// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// What a parked thread waits for, where only another thread can give it.
enum SyncWait {
    /// The mutex that another thread holds.
    case mutex(ScriptMutex)
    /// A signal.
    case condition
}

/// Threads that wait for each other in a circle are told so, instead of waiting for ever.
extension ScriptEngine {
    /// The most threads that an error about a deadlock names.
    private static let mostNamed = 8

    /// Notes that a thread waits for another one; `leave` takes it out of the queue.
    func park(_ thread: ScriptThread, on wait: SyncWait, leave: @escaping () -> Void) {
        thread.syncWait = wait
        syncWaiters += 1
        thread.leaveQueue = leave
    }

    /// Notes that a thread waits for another one no more.
    func unpark(_ thread: ScriptThread) {
        guard thread.syncWait != nil else { return }
        thread.syncWait = nil
        syncWaiters -= 1
    }

    /// Raises an error where waiting for a mutex would close a circle of threads that wait for each other's mutexes.
    func refuseCircle(_ thread: ScriptThread, _ mutex: ScriptMutex) throws(HostError) {
        var chain: [ScriptThread] = []
        var wanted: ScriptMutex? = mutex
        while let owner = wanted?.owner, chain.count < 1000 {
            chain.append(owner)
            if owner === thread {
                throw .message("deadlock: \(names(chain, after: thread))")
            }
            guard case .mutex(let next)? = owner.syncWait else { return }
            wanted = next
        }
    }

    /// Ends the wait of all threads with an error where each waits for another and nothing else can happen.
    func endDeadlock() {
        guard isDeadlocked else { return }
        let waiting = allThreads.filter { $0.syncWait != nil }
        let list = waiting.prefix(Self.mostNamed).map { "\($0.info) waits for a \($0.waitWord)" }
        let more = waiting.count > Self.mostNamed ? ", and \(waiting.count - Self.mostNamed) more" : ""
        let text = "deadlock: every script thread waits for another: " + list.joined(separator: ", ") + more
        for thread in waiting where thread.syncWait != nil {
            thread.leaveQueue?()
            resume(thread) { (_) throws(HostError) in throw .message(text) }
        }
    }

    private func names(_ chain: [ScriptThread], after thread: ScriptThread) -> String {
        guard chain.count > 1 else { return "\(thread.info) waits for a mutex that it holds itself" }
        let named = chain.prefix(Self.mostNamed).map(\.info)
        return "\(thread.info) waits for a mutex of " + named.joined(separator: ", which waits for one of ")
    }
}

extension ScriptThread {
    /// What the thread waits for, in one word or two.
    fileprivate var waitWord: String {
        if case .mutex? = syncWait { return "mutex" }
        return "signal of a condition variable"
    }
}
