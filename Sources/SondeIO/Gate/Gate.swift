// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import SondeModel

/// Something that passes the gate, for tracing and recording.
package enum GateEvent {
    /// A connection stands; `isTLS` once it is encrypted.
    case connected(Flow, isTLS: Bool)
    /// Bytes were handed to the system.
    case sent(Flow, [UInt8])
    /// Bytes have come.
    case received(Flow, [UInt8])
    /// A socket was closed.
    case closed(Flow)
    /// An address was asked for that is out of scope.
    case denied(SocketAddress)
    /// A raw IP packet was handed to the system.
    case packetSent([UInt8])
    /// A frame was handed to the system, for an interface of this name.
    case frameSent([UInt8], interface: String)
    /// A packet or frame was to be sent that names no address, where only some are allowed.
    case packetDenied([UInt8])

    /// Which socket: its protocol and both ends, as far as known.
    package struct Flow: Hashable, Sendable {
        /// Whether it is TCP; else UDP.
        package let isTCP: Bool
        /// Our end.
        package let local: SocketAddress?
        /// The other end.
        package let remote: SocketAddress?
    }
}

/// What has passed a gate so far.
package struct GateCounters: Hashable, Sendable {
    /// Connections and bound datagram sockets that were begun.
    package var sockets = 0
    /// Raw packets and frames handed to the system.
    package var packets = 0
    /// What was denied because of the scope.
    package var denied = 0
    /// Bytes handed to the system, before encryption.
    package var bytesOut = 0
    /// Bytes received, after decryption.
    package var bytesIn = 0
}

/// One that waits at the gate for its turn.
protocol GateWaiter: AnyObject {
    /// Whether it still wants to pass; a cancelled one is skipped.
    var isWaitingAtGate: Bool { get }
    /// Called from the loop when it may pass; a place of the budget is taken for it.
    func passGate()
    /// Called when the gate closes: ends what it is part of, without telling anybody.
    func abandon()
}

/// The one gate of a world: every socket towards the network and every datagram passes it.
///
/// It keeps the scope, the rate and the budget of sockets, counts, and tells an observer. Who cannot pass at once waits in
/// one queue, first come first served.
package final class Gate {
    /// Which addresses may be talked to.
    package var scope: Scope
    /// How fast.
    package var rate: RateLimit
    /// How many sockets at once.
    package private(set) var budget: SocketBudget
    /// What has passed.
    package private(set) var counters = GateCounters()
    /// Told of everything that passes; `nil` costs nothing.
    package var observer: ((GateEvent) -> Void)?

    private let loop: EventLoop
    private var queue: Deque<any GateWaiter> = []
    private var alarm: DeadlineID?
    private var isPumpComing = false

    /// What happens to one that wants to pass.
    enum Entrance {
        case open, wait, denied
    }

    /// Makes a gate that lets everything pass.
    package init(
        loop: EventLoop,
        budget: SocketBudget,
        scope: Scope = Scope(),
        rate: RateLimit = RateLimit(perSecond: nil)
    ) {
        self.loop = loop
        self.budget = budget
        self.scope = scope
        self.rate = rate
    }

    /// Whether somebody waits for a place or for their turn.
    package var hasQueue: Bool { !queue.isEmpty }

    /// How many wait for a place or for their turn.
    package var waitingCount: Int { queue.count(where: \.isWaitingAtGate) }

    /// Whether an address may be talked to; if not, this is counted and told.
    ///
    /// - Parameters:
    ///   - address: the address.
    ///   - client: on whose behalf, if not for the scanner itself.
    /// - Returns: whether it may.
    package func permits(_ address: SocketAddress, for client: (any GateClient)? = nil) -> Bool {
        let isInScope = scope.permits(address.address)
        if isInScope, client?.mayReach(address) ?? true { return true }
        counters.denied += 1
        observer?(.denied(address))
        client?.wasDenied(address, isExcluded: !isInScope)
        return false
    }

    /// Asks for a place to connect to an address.
    ///
    /// After ``Entrance/wait``, ``GateWaiter/passGate()`` is called later.
    func enter(
        _ waiter: any GateWaiter,
        to address: SocketAddress,
        for client: (any GateClient)? = nil
    ) -> Entrance {
        guard permits(address, for: client) else { return .denied }
        if let client, let later = client.takeTurn(with: address.address, now: loop.now) {
            join(waiter, with: address.address, at: later, client)
            return .wait
        }
        if enterIfFree() { return .open }
        wait(waiter)
        return .wait
    }

    /// Asks for a place that is needed only for the length of one call: whether there is one at once.
    ///
    /// The address must have been permitted. For probes that are answered within the system call.
    func enterIfFree() -> Bool { queue.isEmpty && tryToPass() == nil }

    /// Joins the queue when it is the turn of a client with a host.
    private func join(
        _ waiter: any GateWaiter,
        with host: IPAddress,
        at instant: Instant,
        _ client: any GateClient
    ) {
        loop.schedule(at: instant) { [weak self, weak client] in
            guard let self, waiter.isWaitingAtGate else { return }
            if let client, let later = client.takeTurn(with: host, now: loop.now) {
                join(waiter, with: host, at: later, client)
            } else {
                wait(waiter)
            }
        }
    }

    /// Joins the queue; for one whose address has been permitted.
    func wait(_ waiter: any GateWaiter) {
        queue.append(waiter)
        pumpSoon()
    }

    /// Counts a socket that does not wait: a datagram socket, or an accepted connection.
    func enterWithoutWaiting() {
        budget.take()
        counters.sockets += 1
    }

    /// Takes the next place of the rate for a datagram: `nil` if it may go now, else when.
    func takeDatagram(to host: IPAddress? = nil, for client: (any GateClient)? = nil) -> Instant? {
        if let host, let client, let later = client.takeTurn(with: host, now: loop.now) { return later }
        return rate.take(loop.now)
    }

    /// Says that a socket is closed.
    func leave() {
        budget.giveBack()
        if !queue.isEmpty { pumpSoon() }
    }

    /// Says that the system refused a socket for want of something; the waiter is the next to pass again.
    func refused(_ waiter: any GateWaiter) {
        budget.refused(loop.now)
        queue.prepend(waiter)
        pumpSoon()
    }

    /// Sends away all that wait.
    func close() {
        let waiting = queue
        queue = []
        for waiter in waiting where waiter.isWaitingAtGate { waiter.abandon() }
    }

    /// Counts and tells bytes on their way out.
    func sent(_ count: Int) { counters.bytesOut &+= count }

    /// Counts a packet or frame that was handed to the system.
    func packetSent(_ count: Int) {
        counters.packets &+= 1
        counters.bytesOut &+= count
    }

    /// Counts and tells a packet that names no address.
    func denied(_ octets: [UInt8]) {
        counters.denied += 1
        observer?(.packetDenied(octets))
    }

    /// Counts and tells bytes that have come.
    func received(_ count: Int) { counters.bytesIn &+= count }

    /// Takes a place if there is one now: `nil`, else when to look again.
    private func tryToPass() -> Instant? {
        if let later = budget.takeIfFree(loop.now) { return later }
        if let later = rate.take(loop.now) {
            budget.giveBack()
            return later
        }
        counters.sockets += 1
        return nil
    }

    private func pumpSoon() {
        guard !isPumpComing else { return }
        isPumpComing = true
        // The loop may outlive the gate.
        loop.soon { [weak self] in self?.pump() }
    }

    private func pump() {
        isPumpComing = false
        while let first = queue.first {
            guard first.isWaitingAtGate else {
                queue.removeFirst()
                continue
            }
            if let later = tryToPass() {
                setAlarm(later)
                return
            }
            queue.removeFirst()
            first.passGate()
        }
    }

    private func setAlarm(_ instant: Instant) {
        let id = alarm ?? loop.makeDeadline { [weak self] in self?.pump() }
        alarm = id
        loop.set(id, at: instant.nanoseconds == .max ? nil : instant)
    }
}
