// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
package import SondeModel
internal import SondeWire

/// Finds out which hosts on the own link are up: by ARP, or by neighbour discovery for IPv6.
package final class LinkScan: PacketTechnique {
    /// No ports are asked.
    package let transport = TransportProtocol.ip
    /// What a host is that never answers.
    package let silence = PortOutcome(.filtered, .noResponse)
    /// Takes each answer.
    package var onReply: RawChannel.Listener = { _, _, _ in }

    private let channel: RawChannel
    private var captures: [String: PacketCapture] = [:]

    /// Makes a technique.
    package init(_ channel: RawChannel) { self.channel = channel }

    package func packetCount(_ port: UInt16) -> Int { 1 }

    package func open(_ address: IPAddress, link: MACAddress?) -> RawTarget? {
        guard let target = channel.target(address), target.path.needsFrames else { return nil }
        do {
            _ = try channel.link(on: target.path.interface)
            try openCapture(target.path.interface.name, address.family)
            return target
        } catch {
            channel.tell("cannot ask on the link: \(error)")
            return nil
        }
    }

    private func openCapture(_ device: String, _ family: AddressFamily) throws(CaptureError) {
        guard captures[device] == nil else { return }
        let filter = family == .inet ? "arp[6:2] = 2" : "icmp6 and ip6[40] = 136"
        captures[device] = try channel.network.capture(
            CaptureRequest(device: device, snapLength: 128, filter: filter),
            onPacket: { [unowned self] in received($0, $1) },
            onFailure: { [unowned self] in channel.tell($0.description) }
        )
    }

    package func send(_ item: UInt16, _ octet: UInt8, to target: RawTarget) {
        let source = channel.settings.spoofedAddress ?? target.path.sourceMAC ?? .zero
        var writer = OctetWriter(capacity: 96)
        if target.address.family == .inet {
            let packet = ARPPacket(
                .request,
                senderHardware: source,
                sender: target.source,
                target: target.plainAddress
            )
            EthernetHeader(destination: .broadcast, source: source, type: .arp).write(to: &writer)
            packet.write(to: &writer)
            channel.onTrace?(.sent, PacketDescription(packet).description)
        } else {
            writeSolicitation(target, source, &writer)
        }
        channel.traffic.packetsSent += 1
        channel.traffic.octetsSent += max(0, writer.octets.count - EthernetHeader.octetCount)
        try? channel.link(on: target.path.interface).queue(writer.octets)
    }

    private func writeSolicitation(_ target: RawTarget, _ source: MACAddress, _ writer: inout OctetWriter) {
        let group = NeighborMessage.solicitedNode(of: target.plainAddress)
        EthernetHeader(destination: MACAddress(multicast: group), source: source, type: .ipv6)
            .write(to: &writer)
        var header = IPv6Header(nextHeader: .icmpv6, source: target.source, destination: group)
        header.hopLimit = 255
        header.write(to: &writer, payloadLength: 32)
        NeighborMessage(.solicitation, target: target.plainAddress, hardware: source)
            .write(to: &writer, source: target.source, destination: group)
        let start = EthernetHeader.octetCount
        channel.onTrace?(.sent, PacketDescription(of: writer.octets.span, at: start).description)
    }

    package func send(ping: RawProbe, _ octet: UInt8, to target: RawTarget) {}

    private func received(_ packet: CapturedPacket, _ octets: RawSpan) {
        let octets = Span<UInt8>(_bytes: octets)
        guard let (reply, link) = Self.answer(octets, at: packet.linkHeaderLength) else { return }
        if let onTrace = channel.onTrace { onTrace(.received, Self.description(octets, packet)) }
        onReply(reply, packet.instant, link)
    }

    private static func description(_ octets: Span<UInt8>, _ packet: CapturedPacket) -> String {
        let start = packet.linkHeaderLength
        if let arp = try? ARPPacket(parsing: octets, at: start) { return PacketDescription(arp).description }
        guard let header = try? IPv6Header(parsing: octets, at: start),
            let message = try? ICMPv6Message(parsing: octets, in: header.payload),
            let tell = try? NeighborMessage(message, parsing: octets)
        else { return PacketDescription(of: octets, at: start).description }
        return PacketDescription(tell, source: header.source, destination: header.destination).description
    }

    /// Reads an answer: who has which link-layer address.
    static func answer(_ octets: Span<UInt8>, at start: Int) -> (RawReply, MACAddress)? {
        if let arp = try? ARPPacket(parsing: octets, at: start) {
            return (RawReply(neighbor: arp.sender, of: arp.target), arp.senderHardware)
        }
        guard let header = try? IPv6Header(parsing: octets, at: start),
            let message = try? ICMPv6Message(parsing: octets, in: header.payload),
            let tell = try? NeighborMessage(message, parsing: octets), let link = tell.hardware
        else { return nil }
        return (RawReply(neighbor: tell.target, of: header.destination), link)
    }

    package func read(_ reply: RawReply) -> PacketAnswer? {
        let reason = reply.source.family == .inet ? Reason.arpResponse : .neighborResponse
        return PacketAnswer(item: 0, outcome: PortOutcome(.open, reason))
    }

    package func pingOctet(_ reply: RawReply, _ ping: RawProbe) -> UInt8? { nil }

    package func pingScore(_ probe: RawProbe, _ outcome: PortOutcome) -> Int { 0 }
}
