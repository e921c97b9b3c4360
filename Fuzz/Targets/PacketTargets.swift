// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import SondeWire

@testable import SondeIO
@testable import SondeScan

/// What is captured from the wire, and what the kernel says of routes.
enum PacketTargets {
    static let all = [
        FuzzTarget("packet", most: 2048, packet), FuzzTarget("frame", most: 2048, frame),
        FuzzTarget("options", most: 256, options), FuzzTarget("os-replies", most: 4096, replies),
        FuzzTarget("routes", most: 2048, routes),
    ]

    private static let probes: [RawProbe] = [
        .tcp(.syn, port: 80), .tcp(.ack, port: 443), .udp(port: 53), .sctpInit(port: 132),
        .sctpCookie(port: 133),
        .icmpEcho, .icmpTimestamp, .icmpMask, .ipProtocol(6), .ipProtocol(1),
    ]
    private static let rules: [ReplyRules] = [
        .syn, .ack, .window, .silentWhenOpen, .udp, .sctpInit, .sctpCookie, .ipProtocol,
        .discovery(ignoresResets: true),
    ]

    private static let matchers = [AddressFamily.inet, .inet6].flatMap { family in
        [nil, UInt16(80)].map { fixed in
            let stamp = ProbeStamp(basePort: 40_000, fixedPort: fixed, mask: 0xABCD_1234, baseIdentifier: 7)
            return ReplyMatcher(probes, stamp, family)
        }
    }

    /// A packet as scans and OS detection read it, from two places.
    private static func packet(_ octets: [UInt8]) {
        for start in [0, Int(octets.first ?? 0) % 64] { read(octets, at: start) }
        _ = PacketDestinations(packet: octets).addresses
        _ = IPv4Fragments.split(octets, size: max(8, Int(octets.first ?? 8) / 8 * 8))
    }

    private static func read(_ octets: [UInt8], at start: Int) {
        _ = PacketDescription(of: octets.span, at: start, name: { $0 == 2 ? "igmp" : nil }).description
        _ = OSReply(octets.span, at: start)
        _ = LinkScan.answer(octets.span, at: start)
        guard let reply = try? RawReply(parsing: octets.span, at: start) else { return }
        for family in [AddressFamily.inet, .inet6] {
            for fixed in [nil, UInt16(80)] {
                let stamp = ProbeStamp(
                    basePort: 40_000,
                    fixedPort: fixed,
                    mask: 0xABCD_1234,
                    baseIdentifier: 7
                )
                let matcher = ReplyMatcher(probes, stamp, family)
                let match = matcher.match(reply)
                for probe in probes {
                    _ = matcher.octet(of: reply, to: match?.probe ?? probe)
                    _ = matcher.pingOctet(reply, probe)
                }
            }
        }
        for rule in rules { for probe in probes { _ = rule.outcome(of: reply, to: probe) } }
    }

    /// A frame as captures read it, for every kind of link.
    private static func frame(_ octets: [UInt8]) throws {
        for type in [0, 1, 6, 8, 10, 12, 101, 108, 109, 113, 226, 276] as [Int32] {
            if let start = LinkType(rawValue: type).packetOffset(octets.span) {
                try promise(start <= octets.count, "a packet begins behind the end of its frame")
                read(octets, at: start)
            }
            // Any octets may be looked at raw, and the span lasts as long as they do.
            let length = unsafe LinkHeader.length(linkType: type, octets: octets.span.bytes)
            try promise((0...octets.count).contains(length), "a link header is longer than its frame")
        }
        _ = PacketDestinations(frame: octets).addresses
        _ = unsafe NeighborFrames.answer(in: octets.span.bytes)
        guard let header = try? EthernetHeader(parsing: octets.span) else { return }
        var writer = OctetWriter()
        header.write(to: &writer)
        try promise(octets.starts(with: writer.octets), "a frame's header is not written as it was read")
        if let arp = try? ARPPacket(parsing: octets.span, at: header.payload.lowerBound) {
            _ = PacketDescription(arp).description
            writer.clear()
            arp.write(to: &writer)
            try promise(octets[header.payload.lowerBound...].starts(with: writer.octets), "ARP differs")
        }
    }

    /// The options of TCP and IP headers.
    private static func options(_ octets: [UInt8]) throws {
        let list = TCPOption.list(octets)
        _ = list.map(\.description).joined()
        let again = TCPOption.list(TCPOption.octets(list))
        try promise(again.starts(with: list), "TCP options are not written as they were read")
        _ = IPv4Option.list(octets).map(\.description).joined()
        _ = OptionText.text(octets)
        _ = OptionText.timestamp(octets)
    }

    /// A round of OS detection in which all answers are the input's.
    private static func replies(_ octets: [UInt8]) throws {
        var input = FuzzInput(octets)
        let sent = ReplyTests.Sent(
            sequence: input.number32(),
            acknowledgement: input.number32(),
            timeToLive: input.octet(),
            udpChecksum: input.number16()
        )
        var round = OSRound(sent)
        var time = Instant(nanoseconds: 0)
        while !input.isEmpty {
            let index = Int(input.octet() & 15)
            time = time + .milliseconds(Int(input.octet()))
            let packet = input.part()
            switch OSReply(packet.span, at: 0)?.content {
            case .tcp(_, _, let reply):
                for probe in [OSProbe.sequence(index), .options(index), .t(index), .congestion] {
                    _ = round.record(reply, to: probe, sentAt: time)
                }
            case .echo(_, let reply): _ = round.record(reply, to: index, isRepeated: index > 7)
            case .unreachable(_, _, let reply): _ = round.record(reply)
            case nil: _ = OSV6Text.text(packet, hiding: [IPAddress(family: .inet6, value: 1)])
            }
        }
        let fingerprint = round.fingerprint(distance: round.distance)
        _ = DataFileTargets.systems.candidates(for: fingerprint)
        _ = round.sequence
    }

    /// Messages of the routing socket, and the listings of routes.
    private static func routes(_ octets: [UInt8]) {
        _ = RouteMessage.answer(octets, sequence: 1)
        _ = RouteMessage.network(in: octets[...])
        _ = NeighborTable.entry(in: octets[...])
        Netlink.attributes(octets[...]) { _, _ in }
        _ = RouteListing.routes(ipv4: octets)
        _ = RouteListing.routes(ipv6: octets)
    }
}
