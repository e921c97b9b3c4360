// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire

@testable import SondeScan

/// Packets as a host would answer them.
enum RawFixture {
    static let own = IPAddress(family: .inet, value: 0x0A4D_0001)
    static let host = IPAddress(family: .inet, value: 0x0A4D_0002)
    static let router = IPAddress(family: .inet, value: 0x0A4D_0003)
    static let stamp = ProbeStamp(basePort: 40000, fixedPort: nil, mask: 0x1234_5678, baseIdentifier: 0xFF00)

    /// A packet to us.
    static func packet(
        _ proto: IPProtocol,
        from source: IPAddress = host,
        to destination: IPAddress = own,
        _ body: (inout OctetWriter) -> Void
    ) -> [UInt8] {
        var inner = OctetWriter()
        body(&inner)
        var writer = OctetWriter()
        var header = IPv4Header(proto: proto, source: source, destination: destination)
        header.timeToLive = 63
        header.write(to: &writer, payloadLength: inner.count)
        writer.write(inner.octets)
        return writer.octets
    }

    static func reply(_ packet: [UInt8]) throws -> RawReply { try RawReply(parsing: packet.span, at: 0) }

    static func segment(_ flags: TCPFlags, port: UInt16, to: UInt16, window: UInt16 = 0) throws -> RawReply {
        try reply(
            packet(.tcp) {
                var header = TCPHeader(from: port, to: to, flags)
                header.window = window
                header.write(to: &$0, source: host, destination: own)
            }
        )
    }

    /// An error message about a probe of ours.
    static func error(
        _ kind: ICMPv4Message.Kind,
        code: UInt8,
        about probe: RawProbe,
        attempt: Int = 0,
        from source: IPAddress = host
    ) throws -> RawReply {
        var writer = ProbeWriter(PacketSettings(), stamp, seed: 1)
        let octet = ProbeStamp.octet(attempt: attempt, isPing: false)
        let quoted = writer.write(probe, octet, payload: [], from: own, to: host, identification: 1)
        return try reply(
            packet(.icmp, from: source) { ICMPv4Message(kind, code: code).write(to: &$0, data: quoted) }
        )
    }
}
