// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
package import SondeModel
internal import SondeWire

/// Traces the way to many hosts at once.
package final class Traceroute {
    /// Probes in flight to all hosts together.
    private static let mostActive = 10
    /// How long an answer is waited for.
    private static let timeout = TimeSpan.milliseconds(1000)
    /// Where counting down starts when nothing is known of a host's distance.
    private static let usualStart = 10
    /// Stations that are remembered for hosts with the same way.
    private static let mostRemembered = 1000

    /// How far the traces are.
    package let progress: ScanProgress

    /// A station that several ways may share.
    private struct Key: Hashable {
        let distance: Int
        let address: IPAddress
    }

    private final class Entry {
        let host: ActiveHost
        let target: RawTarget
        let probe: RawProbe
        let then: () -> Void
        var trace: RouteTrace

        init(
            _ host: ActiveHost,
            _ target: RawTarget,
            _ probe: RawProbe,
            _ trace: RouteTrace,
            _ then: @escaping () -> Void
        ) {
            self.host = host
            self.target = target
            self.probe = probe
            self.trace = trace
            self.then = then
        }
    }

    private let channel: RawChannel
    private let retries: Int
    private let delay: TimeSpan
    private let stamp: ProbeStamp
    private var writer: ProbeWriter
    private var matchers: [RawProbe: ReplyMatcher] = [:]
    private var entries: [IPAddress: Entry] = [:]
    private var order: [IPAddress] = []
    private var remembered: [Key: IPAddress] = [:]
    private var known: [IPAddress: [Hop]] = [:]
    private var longest = Traceroute.usualStart
    private var active = 0
    private var nextAllowed: Instant?
    private var alarm: DeadlineID?
    private var listener: Int?
    private var isPumpComing = false

    /// Makes a traceroute without hosts.
    ///
    /// - Parameters:
    ///   - channel: where packets leave and arrive.
    ///   - template: how often a probe is repeated, and the pause between probes.
    package init(_ channel: RawChannel, _ template: TimingTemplate) {
        self.channel = channel
        retries = template.maximumRetries
        delay = template.scanDelay
        progress = ScanProgress(.traceroute)
        stamp = channel.makeStamp()
        writer = ProbeWriter(channel.settings, stamp, seed: channel.makeSeed())
        listener = channel.listen { [weak self] reply, instant, _ in self?.take(reply, instant) }
    }

    deinit {
        if let listener { channel.stopListening(listener) }
        if let alarm { channel.loop.cancel(alarm) }
    }

    /// Traces the way to a host and sets its stations.
    ///
    /// - Parameters:
    ///   - host: the host.
    ///   - ping: a probe that it has answered; an ICMP echo request is sent if there is none.
    ///   - distance: how far away it is, if that is known.
    ///   - protocolName: the name of an IP protocol.
    ///   - then: called once, from the loop, when the way is known.
    package func add(
        _ host: ActiveHost,
        ping: RawProbe?,
        distance: Int?,
        protocolName: (UInt8) -> String?,
        then: @escaping () -> Void
    ) {
        guard !host.host.address.isLoopback, let target = channel.target(host.host.address),
            !target.path.isLocal
        else { return then() }
        guard !target.path.isDirect else {
            let roundTrip = host.host.times.map { Double(max($0.smoothed, 0)) / 1e6 }
            host.host.hops = [Hop(timeToLive: 1, address: host.host.address, roundTrip: roundTrip)]
            host.host.traceProbe = TraceProbe.none
            return then()
        }
        guard channel.open(target) else { return then() }
        let probe = Self.probe(ping)
        host.host.traceProbe = Self.description(probe, host.host.address.family, protocolName)
        let trace = RouteTrace(start: distance ?? longest, retries: retries)
        entries[target.plainAddress] = Entry(host, target, probe, trace, then)
        order.append(target.plainAddress)
        progress.total += 1
        progress.enter()
        pumpSoon()
    }

    /// What to send: protocols are asked by packets that carry something to tell tries apart.
    private static func probe(_ ping: RawProbe?) -> RawProbe {
        switch ping {
        case .ipProtocol(6): .tcp(.ack, port: 80)
        case .ipProtocol(17): .udp(port: 40125)
        case .ipProtocol(132): .sctpInit(port: 80)
        case .ipProtocol, nil: .icmpEcho
        case .tcp, .udp, .sctpInit, .sctpCookie, .icmpEcho, .icmpTimestamp, .icmpMask: ping ?? .icmpEcho
        }
    }

    private static func description(
        _ probe: RawProbe,
        _ family: AddressFamily,
        _ protocolName: (UInt8) -> String?
    ) -> TraceProbe {
        switch probe {
        case .tcp(_, let port): return .port(Port(port, .tcp))
        case .udp(let port): return .port(Port(port, .udp))
        case .sctpInit(let port), .sctpCookie(let port): return .port(Port(port, .sctp))
        case .ipProtocol, .icmpEcho, .icmpTimestamp, .icmpMask:
            let number = probe.proto(family).rawValue
            return .ipProtocol(number, name: protocolName(number) ?? "unknown")
        }
    }

    // MARK: Turns

    private func pumpSoon() {
        guard !isPumpComing else { return }
        isPumpComing = true
        channel.loop.soon { [weak self] in self?.pump() }
    }

    private func pump() {
        isPumpComing = false
        let now = channel.loop.clockNow
        for address in order { expire(address, now) }
        var hasSent = true
        while hasSent, active < Self.mostActive {
            hasSent = false
            for address in order where active < Self.mostActive {
                guard let entry = entries[address], let next = entry.trace.peek() else { continue }
                if let nextAllowed, nextAllowed > now { break }
                send(next, entry, now)
                hasSent = true
            }
        }
        for address in order where entries[address]?.trace.isDone == true { finish(address) }
        setAlarm(now)
    }

    private func expire(_ address: IPAddress, _ now: Instant) {
        guard let entry = entries[address] else { return }
        active -= entry.trace.active
        entry.trace.expire(now, after: Self.timeout)
        active += entry.trace.active
    }

    private func send(_ next: (distance: Int, attempt: Int), _ entry: Entry, _ now: Instant) {
        entry.trace.sent(next, now)
        active += 1
        if delay > .zero { nextAllowed = now + delay }
        let octet = UInt8(next.distance << 1 | next.attempt & 1)
        for source in entry.target.sources {
            let packet = writer.write(
                entry.probe,
                octet,
                payload: channel.settings.payload,
                from: source,
                to: entry.target.plainAddress,
                identification: UInt16(truncatingIfNeeded: writer.draw()),
                hops: UInt8(next.distance)
            )
            channel.send(packet, to: entry.target)
        }
    }

    private func setAlarm(_ now: Instant) {
        var due = entries.values.compactMap { $0.trace.earliest.map { $0 + Self.timeout } }.min()
        if let nextAllowed, nextAllowed > now, !entries.isEmpty { due = min(due ?? nextAllowed, nextAllowed) }
        guard due != nil || alarm != nil else { return }
        let id = alarm ?? channel.loop.makeDeadline { [weak self] in self?.pump() }
        alarm = id
        channel.loop.set(id, at: due)
    }

    // MARK: Replies

    private func take(_ reply: RawReply, _ instant: Instant) {
        guard let entry = entries[reply.host] else { return }
        let matcher = matchers[entry.probe] ?? ReplyMatcher([entry.probe], stamp, entry.target.address.family)
        matchers[entry.probe] = matcher
        guard let octet = matcher.octet(of: reply, to: entry.probe) else { return }
        let distance = Int(octet >> 1)
        active -= entry.trace.active
        entry.trace.answered(
            distance,
            by: reply.source,
            isHost: reply.source == entry.target.plainAddress,
            timeToLive: reply.timeToLive,
            at: instant
        )
        shareWay(entry, distance)
        active += entry.trace.active
        pumpSoon()
    }

    /// Looks whether a station just found is on the way to another host too.
    private func shareWay(_ entry: Entry, _ distance: Int) {
        guard let station = entry.trace.stations[distance], entry.trace.shared == nil,
            station.address != entry.target.plainAddress
        else { return }
        let key = Key(distance: distance, address: station.address)
        if let other = remembered[key], other != entry.target.plainAddress, known[other] != nil {
            entry.trace.share(upTo: distance, with: other)
        }
    }

    private func finish(_ address: IPAddress) {
        guard let entry = entries.removeValue(forKey: address) else { return }
        order.removeAll { $0 == address }
        let others = entry.trace.shared.flatMap { known[$0.with] } ?? []
        let hops = entry.trace.hops(others)
        entry.host.host.hops = hops
        remember(hops, address)
        if entry.trace.reached != nil { longest = max(hops.count, 1) }
        progress.done += 1
        progress.leave()
        entry.then()
    }

    private func remember(_ hops: [Hop], _ address: IPAddress) {
        if remembered.count > Self.mostRemembered {
            remembered = [:]
            known = [:]
        }
        known[address] = hops
        for hop in hops where hop.sharedWith == nil {
            guard let station = hop.address else { continue }
            let key = Key(distance: hop.timeToLive, address: station)
            if remembered[key] == nil { remembered[key] = address }
        }
    }
}
