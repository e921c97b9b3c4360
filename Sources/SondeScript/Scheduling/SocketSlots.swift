// SPDX-License-Identifier: Apache-2.0

internal import DequeModule

/// How many threads may hold sockets at a time, where the user set a limit (`--max-parallelism`).
///
/// A thread holds its slot from its first connect until its last socket is closed. As in the reference one
/// thread more than the limit may hold (spec `nse-api`, section 7.4); without a limit all may, for the
/// gate bounds the sockets themselves.
struct SocketSlots {
    private let limit: Int?
    private var holders = 0
    private var waiters: Deque<(thread: ScriptThread, proceed: () -> Void)> = []

    /// Makes the slots; nothing for no limit.
    init(limit: Int?) { self.limit = limit }

    /// Threads that wait for a slot.
    var waiting: Int { waiters.count }

    /// Gives a thread a slot if one is free, or it has one.
    mutating func take(_ thread: ScriptThread) -> Bool {
        if thread.holdsSlot { return true }
        if let limit, holders > limit { return false }
        thread.holdsSlot = true
        holders += 1
        return true
    }

    /// Queues a thread; `proceed` is called once it has a slot.
    mutating func wait(_ thread: ScriptThread, proceed: @escaping () -> Void) {
        waiters.append((thread, proceed))
    }

    /// Takes a thread out of the queue.
    mutating func forget(_ thread: ScriptThread) { waiters.removeAll { $0.thread === thread } }

    /// Takes a thread's slot back and answers what goes on with it.
    mutating func release(_ thread: ScriptThread) -> (() -> Void)? {
        guard thread.holdsSlot else { return nil }
        thread.holdsSlot = false
        holders -= 1
        while let next = waiters.popFirst() {
            guard next.thread.stage != .ended else { continue }
            next.thread.holdsSlot = true
            holders += 1
            return next.proceed
        }
        return nil
    }
}
