// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeWire

/// Scans whose probes are packets: sending, finding the probe that a reply answers, and time running out.
extension PortScan {
    /// Makes ready to send to a host; without a way to it all its probes stay silent.
    func open(_ entry: HostEntry, _ technique: any PacketTechnique) {
        let host = entry.host.host
        guard let target = technique.open(host.address, link: host.macAddress) else { return }
        entry.target = target
        entry.ping = settings.pings?[entry.host.number]
        hostsByAddress[target.plainAddress] = entry
    }

    func send(_ probe: PortProbe, _ entry: HostEntry, _ technique: any PacketTechnique) {
        let octet = ProbeStamp.octet(attempt: Int(probe.attempt), isPing: false)
        entry.flights.sent(PacketFlights.Key(item: probe.index, octet: octet), sendingAt)
        entry.pingSchedule.probeSent(sendingAt)
        guard let target = entry.target else { return }
        technique.send(probe.index, octet, to: target)
    }

    // MARK: Timing pings

    /// Sends a timing ping if one is due: whether it did.
    func sendPing(_ entry: HostEntry, _ technique: any PacketTechnique) -> Bool {
        guard let ping = entry.ping, let target = entry.target, let due = entry.pingSchedule.due,
            due <= sendingAt, rate.waits(loop.now) == nil, windowsAllow(entry)
        else { return false }
        let octet = entry.pingSchedule.ping(sendingAt)
        entry.flights.sent(PacketFlights.Key(item: .max, octet: octet), sendingAt)
        entry.scan.enter()
        active += 1
        rate.sent(1, loop.now)
        technique.send(ping: ping.probe, octet, to: target)
        return true
    }

    private func takePing(_ octet: UInt8, at instant: Instant, _ entry: HostEntry) {
        guard let flight = entry.flights.answered(PacketFlights.Key(item: .max, octet: octet)) else { return }
        record(instant - flight.sent, entry)
        entry.pingSchedule.received(loop.now)
        guard flight.wasActive else { return }
        entry.scan.leave()
        active -= 1
        entry.scan.window.expect()
        group.expect()
        entry.scan.window.answered(isPing: true)
        group.answered(isPing: true)
        pumpSoon()
    }

    private func losePing(_ sent: Instant, _ entry: HostEntry) {
        entry.scan.leave()
        active -= 1
        entry.scan.window.expect()
        group.expect()
        entry.scan.window.dropped(sent: sent, now: loop.now, active: entry.scan.active)
        group.dropped(sent: sent, now: loop.now, active: active)
    }

    // MARK: Time

    /// Takes out what has waited too long: when the next probe will have.
    func expire(_ entry: HostEntry) -> Instant? {
        guard entry.flights.count > 0 else { return nil }
        let limit = timeout(entry)
        while let (key, sent) = entry.flights.expire(sendingAt, after: limit) {
            if key.item == .max, key.octet & 1 == 1 {
                losePing(sent, entry)
            } else {
                active -= 1
                takeSilence(PortProbe(index: key.item, attempt: attempt(key.octet, entry)), entry)
            }
        }
        return entry.flights.earliest().map { $0 + limit }
    }

    /// The try that an octet stands for: numbers above 31 begin again.
    private func attempt(_ octet: UInt8, _ entry: HostEntry) -> UInt8 {
        let low = Int(octet >> 1)
        let highest = entry.scan.highestAttempt
        let rounds = highest >= low ? (highest - low) / 32 : 0
        return UInt8(truncatingIfNeeded: low + rounds * 32)
    }

    // MARK: Replies

    /// Takes a captured packet; most are answers, some are not ours.
    func take(_ reply: RawReply, at instant: Instant, link: MACAddress?) {
        guard case .packets(let technique) = means, let entry = hostsByAddress[reply.host.withoutZone],
            let target = entry.target, reply.destination == target.source || target.address.family == .inet6
        else { return }
        noteLink(link, reply, entry)
        if let ping = entry.ping, let octet = technique.pingOctet(reply, ping.probe) {
            takePing(octet, at: instant, entry)
            return
        }
        guard let answer = technique.read(reply), !entry.scan.isDecided(answer.item) else { return }
        take(answer, answer.item, at: instant, entry, technique)
        pumpSoon()
    }

    private func take(
        _ answer: PacketAnswer,
        _ index: UInt16,
        at instant: Instant,
        _ entry: HostEntry,
        _ technique: any PacketTechnique
    ) {
        entry.pingSchedule.received(loop.now)
        guard let (octet, sent, wasActive) = flight(of: answer, index, entry) else { return }
        record(instant - sent, entry)
        if wasActive { active -= 1 }
        forgetOthers(index, entry)
        if let probe = answer.probe { improvePing(probe, answer.outcome, entry, technique) }
        let probe = PortProbe(index: index, attempt: attempt(octet, entry))
        decide(answer.outcome, probe, entry, sent: sent, wasActive: wasActive)
    }

    /// The probe that an answer belongs to: the try that it names, else any that was sent.
    private func flight(
        of answer: PacketAnswer,
        _ index: UInt16,
        _ entry: HostEntry
    ) -> (octet: UInt8, sent: Instant, wasActive: Bool)? {
        if let octet = answer.octet {
            let key = PacketFlights.Key(item: index, octet: octet)
            if let found = entry.flights.answered(key) { return (octet, found.sent, found.wasActive) }
        }
        for attempt in stride(from: min(entry.scan.highestAttempt, 31), through: 0, by: -1) {
            let octet = ProbeStamp.octet(attempt: attempt, isPing: false)
            let key = PacketFlights.Key(item: index, octet: octet)
            if let found = entry.flights.answered(key) { return (octet, found.sent, found.wasActive) }
        }
        return nil
    }

    /// Other tries of a decided port need no answer.
    private func forgetOthers(_ index: UInt16, _ entry: HostEntry) {
        guard entry.scan.highestAttempt > 0 else { return }
        for attempt in 0...min(entry.scan.highestAttempt, 31) {
            let octet = ProbeStamp.octet(attempt: attempt, isPing: false)
            if entry.flights.drop(PacketFlights.Key(item: index, octet: octet)) {
                entry.scan.leave()
                active -= 1
            }
        }
    }

    private func improvePing(
        _ probe: RawProbe,
        _ outcome: PortOutcome,
        _ entry: HostEntry,
        _ technique: any PacketTechnique
    ) {
        let score = technique.pingScore(probe, outcome)
        guard score > 0 else { return }
        if entry.ping == nil {
            entry.ping = TimingPing(probe, score: score)
        } else {
            entry.ping?.improve(probe, score: score)
        }
    }

    /// Takes the link-layer address of a neighbour from its first packet.
    private func noteLink(_ link: MACAddress?, _ reply: RawReply, _ entry: HostEntry) {
        guard let link, entry.host.host.macAddress == nil, link != .zero,
            let path = entry.target?.path, path.isDirect, !path.isLocal,
            reply.source == entry.target?.plainAddress
        else { return }
        entry.host.host.macAddress = link
    }
}
