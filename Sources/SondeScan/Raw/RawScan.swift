// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
package import SondeModel
internal import SondeWire

/// Finds out by raw packets which ports are open, or which hosts are up.
package final class RawScan: PacketTechnique {
    /// The protocol of the ports.
    package let transport: TransportProtocol
    /// What a port is that never answers.
    package let silence: PortOutcome
    /// Takes each captured packet that may be an answer.
    package var onReply: RawChannel.Listener = { _, _, _ in }

    private let channel: RawChannel
    private let rules: ReplyRules
    private let probes: [RawProbe]
    private let matcher: ReplyMatcher
    private let payloads: (UInt16) -> [[UInt8]]
    private var writer: ProbeWriter
    private var listener: Int?

    /// Makes a technique.
    ///
    /// - Parameters:
    ///   - channel: where packets leave and arrive.
    ///   - rules: what replies mean.
    ///   - probes: all probes; the scan names them by their places.
    ///   - transport: the protocol of the ports.
    ///   - family: the family of all hosts.
    ///   - silence: what a port is that never answers, if not the usual.
    ///   - payloads: what UDP probes of a port carry, one datagram each.
    package init(
        _ channel: RawChannel,
        _ rules: ReplyRules,
        probes: [RawProbe],
        transport: TransportProtocol,
        family: AddressFamily,
        silence: PortState? = nil,
        payloads: @escaping (UInt16) -> [[UInt8]] = { _ in [] }
    ) {
        self.channel = channel
        self.rules = rules
        self.probes = probes
        self.transport = transport
        self.silence = PortOutcome(silence ?? rules.silence, .noResponse)
        self.payloads = payloads
        let stamp = channel.makeStamp()
        matcher = ReplyMatcher(probes, stamp, family)
        writer = ProbeWriter(channel.settings, stamp, seed: channel.makeSeed())
        listener = channel.listen { [weak self] in self?.onReply($0, $1, $2) }
    }

    deinit { if let listener { channel.stopListening(listener) } }

    package func packetCount(_ port: UInt16) -> Int {
        let decoys = max(1, channel.settings.decoys.count + 1)
        return transport == .udp ? max(1, payloads(port).count) * decoys : decoys
    }

    package func open(_ address: IPAddress, link: MACAddress?) -> RawTarget? {
        guard let target = channel.target(address) else { return nil }
        if target.path.isDirect { target.linkDestination = link }
        return channel.open(target) ? target : nil
    }

    package func send(_ item: UInt16, _ octet: UInt8, to target: RawTarget) {
        guard Int(item) < probes.count else { return }
        send(probes[Int(item)], octet, to: target)
    }

    package func send(ping: RawProbe, _ octet: UInt8, to target: RawTarget) { send(ping, octet, to: target) }

    private func send(_ probe: RawProbe, _ octet: UInt8, to target: RawTarget) {
        let identification = UInt16(truncatingIfNeeded: writer.draw())
        let own = channel.settings.payload
        if case .udp(let port) = probe, own.isEmpty {
            let datagrams = payloads(port)
            guard datagrams.isEmpty else {
                for datagram in datagrams { send(probe, octet, datagram, identification, target) }
                return
            }
        }
        send(probe, octet, own, identification, target)
    }

    private func send(
        _ probe: RawProbe,
        _ octet: UInt8,
        _ payload: [UInt8],
        _ identification: UInt16,
        _ target: RawTarget
    ) {
        for source in target.sources {
            let packet = writer.write(
                probe,
                octet,
                payload: payload,
                from: source,
                to: target.plainAddress,
                identification: identification
            )
            channel.send(packet, to: target)
        }
    }

    package func read(_ reply: RawReply) -> PacketAnswer? {
        guard let match = matcher.match(reply), let item = match.item,
            let outcome = rules.outcome(of: reply, to: match.probe)
        else { return nil }
        return PacketAnswer(item: item, octet: match.octet, probe: match.probe, outcome: outcome)
    }

    package func pingOctet(_ reply: RawReply, _ ping: RawProbe) -> UInt8? { matcher.pingOctet(reply, ping) }

    package func pingScore(_ probe: RawProbe, _ outcome: PortOutcome) -> Int {
        rules.pingScore(probe, outcome)
    }
}
