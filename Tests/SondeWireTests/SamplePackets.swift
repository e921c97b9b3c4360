// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire

/// Packets that tests read, damage and write again.
enum SamplePackets {
    static let one = IPAddress(family: .inet, value: 0x0A4D_0001)
    static let two = IPAddress(family: .inet, value: 0x0A4D_0002)
    static let oneV6 = IPAddress(family: .inet6, value: 0xFD77_0077 << 96 | 1)
    static let twoV6 = IPAddress(family: .inet6, value: 0xFD77_0077 << 96 | 2)

    /// One packet of each kind.
    static var all: [[UInt8]] { [tcp(), udp, echo, unreachable, sctp, tcpV6, extended, neighbor] }

    static func ipv4(
        _ proto: IPProtocol,
        options: [UInt8] = [],
        _ body: (inout OctetWriter) -> Void
    ) -> [UInt8] {
        var inner = OctetWriter()
        body(&inner)
        var writer = OctetWriter()
        var header = IPv4Header(proto: proto, source: one, destination: two)
        header.identification = 62653
        header.timeToLive = 38
        header.options = options
        header.write(to: &writer, payloadLength: inner.count)
        writer.write(inner.octets)
        return writer.octets
    }

    static func ipv6(_ next: IPProtocol, _ body: (inout OctetWriter) -> Void) -> [UInt8] {
        var inner = OctetWriter()
        body(&inner)
        var writer = OctetWriter()
        var header = IPv6Header(nextHeader: next, source: oneV6, destination: twoV6)
        header.hopLimit = 255
        header.write(to: &writer, payloadLength: inner.count)
        writer.write(inner.octets)
        return writer.octets
    }

    static func tcp(ipOptions: [UInt8] = []) -> [UInt8] {
        ipv4(.tcp, options: ipOptions) { writer in
            var header = TCPHeader(from: 62725, to: 22, .syn)
            header.sequence = 965_304_110
            header.window = 1024
            header.options = TCPOption.octets([.maximumSegmentSize(1460)])
            header.write(to: &writer, source: one, destination: two)
        }
    }

    static var udp: [UInt8] {
        ipv4(.udp) {
            UDPHeader(from: 64210, to: 53).write(to: &$0, data: [1, 2, 3], source: one, destination: two)
        }
    }

    static var echo: [UInt8] {
        ipv4(.icmp) { ICMPv4Message(.echoRequest, identifier: 38685).write(to: &$0) }
    }

    static var unreachable: [UInt8] {
        ipv4(.icmp) { ICMPv4Message(.unreachable, code: 3).write(to: &$0, data: udp) }
    }

    static var sctp: [UInt8] {
        ipv4(.sctp) {
            SCTPPacket(from: 37965, to: 22, chunks: [.initiation(tag: 7, sequence: 9)]).write(to: &$0)
        }
    }

    static var tcpV6: [UInt8] {
        ipv6(.tcp) { writer in
            var header = TCPHeader(from: 62630, to: 81, [.rst, .ack])
            header.write(to: &writer, source: oneV6, destination: twoV6)
            header.sequence = 1
        }
    }

    /// Hop-by-hop options, a first fragment, then UDP.
    static var extended: [UInt8] {
        ipv6(.hopByHop) { writer in
            writer.write([44, 0, 1, 4, 0, 0, 0, 0])
            writer.write([17, 0, 0, 1, 0, 0, 0, 99])
            UDPHeader(from: 1, to: 2).write(to: &writer, data: [5], source: oneV6, destination: twoV6)
        }
    }

    static var neighbor: [UInt8] {
        ipv6(.icmpv6) {
            NeighborMessage(
                .advertisement(isRouter: false, isSolicited: true, overrides: true),
                target: twoV6,
                hardware: MACAddress(value: 0x0277_0000_0002)
            ).write(to: &$0, source: oneV6, destination: twoV6)
        }
    }
}
