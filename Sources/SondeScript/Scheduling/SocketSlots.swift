// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import SondeModel

/// One that may hold sockets.
protocol SlotHolder: AnyObject {
    /// Whether it holds some; belongs to ``SocketSlots``.
    var holdsSlot: Bool { get set }
    /// The number of the host that it works on; nothing before and after all hosts.
    var slotHost: Int? { get }
    /// Whether it has ended.
    var hasEnded: Bool { get }
}

/// How many threads may hold sockets at a time: with one host, and in all.
///
/// A thread holds its slot from its first connect until its last socket is closed. Windows adapt to what hosts and the path bear
/// (``ScriptWindow``; `docs/script-parallelism.md`), within the limits of `--min-parallelism` and `--max-parallelism`; as in the
/// reference one thread more than the latter may hold (spec `nse-api`, section 7.4). Hosts take turns, so that none waits for
/// another's slots. Where nothing moves at a host for a while, one more may go: who holds may wait for who waits.
struct SocketSlots {
    private struct HostSlots {
        var window: ScriptWindow
        var holders = 0
        var waiters: Deque<Waiter> = []
        var lastMove = Instant(nanoseconds: 0)
    }

    private struct Waiter {
        let holder: any SlotHolder
        let proceed: () -> Void
    }

    /// What a host's window starts with.
    static let startWithHost = 256
    /// What windows shrink to at most, unless more is asked for: enough for scripts whose workers wait for each other.
    static let leastWithHost = 10, leastInAll = 100
    /// How long nothing must move until one more may go.
    static let patience = TimeSpan.seconds(2)
    /// Losses at different hosts within this time are not the hosts' doing.
    private static let coincidence = TimeSpan.seconds(1)

    private let isFixed: Bool
    private let newHost: ScriptWindow
    private var total: ScriptWindow
    private var holders = 0
    private var hosts: [Int: HostSlots] = [:]
    /// Hosts at which somebody waits, in the order of their turns; -1 stands for no host.
    private var rotation: Deque<Int> = []
    private var lastLoss: (host: Int, at: Instant)?

    /// Makes the slots.
    ///
    /// - Parameters:
    ///   - limit: the most that may hold, if the user said so.
    ///   - minimum: how many may always hold, if the user said so.
    ///   - most: how many threads there can be.
    init(limit: Int?, minimum: Int? = nil, most: Int = 1000) {
        isFixed = limit != nil
        let most = max(limit.map { $0 < .max ? $0 + 1 : $0 } ?? most, 1)
        newHost = ScriptWindow(
            start: Self.startWithHost,
            least: max(minimum ?? 0, Self.leastWithHost),
            most: most
        )
        total = ScriptWindow(start: most, least: max(minimum ?? 0, Self.leastInAll), most: most)
    }

    /// Threads that wait for a slot.
    var waiting: Int { rotation.reduce(0) { $0 + (hosts[$1]?.waiters.count ?? 0) } }

    /// Whether threads wait for a slot.
    var hasWaiters: Bool { !rotation.isEmpty }

    /// How many may hold sockets with a host now.
    func limit(with host: Int) -> Int { (hosts[host]?.window ?? newHost).limit }

    /// How many may hold sockets in all now.
    var limitInAll: Int { total.limit }

    /// Gives a thread a slot if one is free, or it has one.
    mutating func take(_ holder: some SlotHolder, _ now: Instant) -> Bool {
        if holder.holdsSlot { return true }
        let host = holder.slotHost ?? -1
        guard hasRoom(host) else { return false }
        give(holder, host, now)
        return true
    }

    /// Queues a thread; `proceed` is called once it has a slot.
    mutating func wait(_ holder: some SlotHolder, _ now: Instant, proceed: @escaping () -> Void) {
        let host = holder.slotHost ?? -1
        var slots = hosts[host] ?? HostSlots(window: newHost)
        if slots.waiters.isEmpty {
            rotation.append(host)
            slots.lastMove = max(slots.lastMove, now)
        }
        slots.waiters.append(Waiter(holder: holder, proceed: proceed))
        hosts[host] = slots
    }

    /// Takes a thread out of the queue.
    mutating func forget(_ holder: some SlotHolder) {
        let host = holder.slotHost ?? -1
        guard rotation.contains(host) else { return }
        hosts[host]?.waiters.removeAll { $0.holder === holder }
        if hosts[host]?.waiters.isEmpty ?? true { rotation.removeAll { $0 == host } }
    }

    /// Forgets what was learned of a host on which no more scripts run.
    mutating func forget(host: Int) {
        guard let slots = hosts[host], slots.holders == 0, slots.waiters.isEmpty else { return }
        hosts[host] = nil
    }

    /// Takes a thread's slot back and answers what goes on with slots now.
    mutating func release(_ holder: some SlotHolder, _ now: Instant) -> [() -> Void] {
        guard holder.holdsSlot else { return [] }
        let host = holder.slotHost ?? -1
        holder.holdsSlot = false
        holders -= 1
        hosts[host]?.holders -= 1
        hosts[host]?.lastMove = now
        return admit(now)
    }

    // MARK: What connections tell

    /// Takes a connection that stands into account, and answers what goes on now.
    mutating func connected(_ host: Int, after took: TimeSpan?, began: Instant, now: Instant) -> [() -> Void]
    {
        var slots = hosts[host] ?? HostSlots(window: newHost)
        let isUsed = slots.holders > slots.window.limit / 2
        slots.window.connected(after: took, began: began, now: now, isUsed: isUsed)
        hosts[host] = slots
        total.connected(after: nil, began: began, now: now, isUsed: holders > total.limit / 2)
        guard !rotation.isEmpty else { return [] }
        return admit(now)
    }

    /// Takes a connection into account that was lost at an open port.
    ///
    /// The host's window shrinks, and that of all hosts if others lose connections at the same time.
    mutating func lost(_ host: Int, began: Instant, now: Instant) {
        hosts[host, default: HostSlots(window: newHost)].window.lost(began: began, now: now)
        if let lastLoss, lastLoss.host != host, now - lastLoss.at < Self.coincidence {
            total.lost(began: began, now: now)
        }
        lastLoss = (host, now)
    }

    /// Lets one more go at each host where nothing has moved for long; not beyond a limit that the user set.
    mutating func admitStarved(_ now: Instant) -> [() -> Void] {
        guard !isFixed else { return [] }
        var going: [() -> Void] = []
        for host in Array(rotation) where now - (hosts[host]?.lastMove ?? now) >= Self.patience {
            if let proceed = admitFirst(host, now) { going.append(proceed) }
        }
        return going
    }

    // MARK: Handing on

    private func hasRoom(_ host: Int) -> Bool {
        guard holders < total.limit else { return false }
        guard host >= 0, let slots = hosts[host] else { return true }
        return slots.holders < slots.window.limit
    }

    private mutating func give(_ holder: any SlotHolder, _ host: Int, _ now: Instant) {
        holder.holdsSlot = true
        holders += 1
        hosts[host, default: HostSlots(window: newHost)].holders += 1
        hosts[host]?.lastMove = now
    }

    /// Lets hosts go on in turn as long as there is room.
    private mutating func admit(_ now: Instant) -> [() -> Void] {
        var going: [() -> Void] = []
        var idle = 0
        while idle < rotation.count, let host = rotation.popFirst() {
            rotation.append(host)
            if hasRoom(host), let proceed = admitFirst(host, now) {
                going.append(proceed)
                idle = 0
            } else {
                idle += 1
            }
            // With no room in all, no host has any.
            if holders >= total.limit { break }
        }
        return going
    }

    /// Gives the first who waits at a host a slot; drops the host from the turns when nobody is left.
    private mutating func admitFirst(_ host: Int, _ now: Instant) -> (() -> Void)? {
        var first: Waiter?
        while let next = hosts[host]?.waiters.popFirst() {
            guard !next.holder.hasEnded else { continue }
            first = next
            break
        }
        if hosts[host]?.waiters.isEmpty ?? true { rotation.removeAll { $0 == host } }
        guard let first else { return nil }
        give(first.holder, host, now)
        return first.proceed
    }
}

extension ScriptThread: SlotHolder {
    var slotHost: Int? { run.host?.number }

    var hasEnded: Bool { stage == .ended }
}
