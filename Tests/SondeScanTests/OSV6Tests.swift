// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@testable import SondeScan

@Suite("IPv6 fingerprints")
struct OSV6Tests {
    private static let own = IPAddress(family: .inet6, value: 0xFD77_0077 << 96 | 1)
    private static let host = IPAddress(family: .inet6, value: 0xFD77_0077 << 96 | 2)

    private var random = OSRandom(seed: 5)

    private mutating func writer() -> OSV6ProbeWriter {
        OSV6ProbeWriter(
            from: Self.own,
            to: Self.host,
            ports: OSProbeWriter.Ports(open: 22, closed: 81, closedUDP: 40000),
            basePort: 35000,
            using: &random
        )
    }

    private static func answer(_ writer: OSV6ProbeWriter, _ octets: [UInt8]) -> OSProbe? {
        writer.probe(answeredBy: octets.span, at: 0)
    }

    /// A packet from the host.
    private static func packet(_ next: IPProtocol, _ body: (inout OctetWriter) -> Void) -> [UInt8] {
        var inner = OctetWriter()
        body(&inner)
        var writer = OctetWriter()
        IPv6Header(nextHeader: next, source: host, destination: own).write(
            to: &writer,
            payloadLength: inner.count
        )
        writer.write(inner.octets)
        return writer.octets
    }

    @Test("octets are digits, addresses are hidden, and runs have counts")
    func text() {
        let packet: [UInt8] = [0x60, 0, 0, 0, 0, 1, 1, 255, 255, 255]
        #expect(OSV6Text.text(packet, hiding: []) == "6000{4}0101ff{3}")
        #expect(
            OSV6Text.text(Self.own.octets + Self.host.octets + [5], hiding: [Self.own, Self.host])
                == "XX{32}05"
        )
        #expect(OSV6Text.text([], hiding: [Self.own]).isEmpty)
        #expect(
            OSV6Text.line("S1", [1], hiding: [], sent: 0.034886, received: 0.5)
                == "S1(P=01%ST=0.034886%RT=0.5)"
        )
    }

    @Test(
        "seconds have six significant digits",
        arguments: [
            (0.034886, "0.034886"), (0.134888, "0.134888"), (0.23489, "0.23489"), (1.0024812, "1.00248"),
            (1.05601, "1.05601"), (2, "2"), (12.5, "12.5"), (0, "0"), (.nan, "0"), (-1, "0"),
            (0.00012, "0.00012"),
        ] as [(Double, String)]
    )
    func seconds(number: Double, text: String) { #expect(OSV6Text.general(number) == text) }

    @Test("each probe has a name but those that only IPv4 needs, and a packet")
    mutating func packets() throws {
        #expect(
            OSV6ProbeWriter.all.compactMap(OSV6ProbeWriter.name).joined(separator: " ")
                == "S1 S2 S3 S4 S5 S6 IE1 IE2 NS U1 TECN T2 T3 T4 T5 T6 T7"
        )
        #expect(OSV6ProbeWriter.name(.t(1)) == nil)
        #expect(OSV6ProbeWriter.name(.options(0)) == nil)
        let writer = writer()
        let lengths = [40, 40, 40, 36, 40, 36, 136, 40, 24, 308, 32, 40, 40, 40, 40, 40, 40]
        for (probe, length) in zip(OSV6ProbeWriter.all, lengths) {
            let packet = try #require(writer.packet(probe, using: &random))
            let header = try IPv6Header(parsing: packet.span)
            #expect(header.payloadLength == length)
            #expect(packet.count == 40 + length)
            #expect(header.flowLabel == 0x12345)
            #expect(header.hopLimit == 255 || (37...59).contains(header.hopLimit))
        }
    }

    @Test("the second echo request stands behind headers out of order")
    mutating func oddHeaders() throws {
        let packet = try #require(writer().packet(.echo(1), using: &random))
        #expect(packet[6] == 0)
        #expect([packet[40], packet[48], packet[56], packet[64]] == [60, 43, 0, 58])
        #expect(Array(packet[72...73]) == [128, 0])
        #expect(Array(packet[76...79]) == [0xAB, 0xCD, 0, 1])
    }

    @Test("answers find their probes")
    mutating func answers() throws {
        let writer = writer()
        for probe in OSV6ProbeWriter.all {
            guard let offset = OSV6ProbeWriter.portOffset(probe) else { continue }
            let answer = Self.packet(.tcp) { octets in
                TCPHeader(from: probe.wantsClosedPort ? 81 : 22, to: 35000 + offset, [.rst])
                    .write(to: &octets, source: Self.host, destination: Self.own)
            }
            #expect(Self.answer(writer, answer) == probe)
        }
        let echo = Self.packet(.icmpv6) { octets in
            ICMPv6Message(.echoReply, code: 9, identifier: 0xABCD, sequence: 0)
                .write(to: &octets, source: Self.host, destination: Self.own)
        }
        #expect(Self.answer(writer, echo) == .echo(0))
        for probe in [OSProbe.echo(1), .unreachable] {
            let quoted = try #require(writer.packet(probe, using: &random))
            let problem = Self.packet(.icmpv6) { octets in
                ICMPv6Message(probe == .unreachable ? .unreachable : .parameterProblem, code: 4)
                    .write(to: &octets, data: quoted, source: Self.host, destination: Self.own)
            }
            #expect(Self.answer(writer, problem) == probe)
            for length in 0..<problem.count { _ = Self.answer(writer, Array(problem.prefix(length))) }
        }
        let stranger = Self.packet(.tcp) { octets in
            TCPHeader(from: 22, to: 36000, [.rst]).write(
                to: &octets,
                source: Self.host,
                destination: Self.own
            )
        }
        #expect(Self.answer(writer, stranger) == nil)
    }

    @Test("damaged packets trap nobody")
    mutating func damaged() throws {
        let writer = writer()
        var chance = SplitMix(state: 4)
        let packet = Self.packet(.icmpv6) { octets in
            ICMPv6Message(.parameterProblem, code: 1).write(
                to: &octets,
                data: [UInt8](repeating: 0x60, count: 60),
                source: Self.host,
                destination: Self.own
            )
        }
        for _ in 0..<2000 {
            var octets = packet
            chance.damage(&octets)
            _ = Self.answer(writer, octets)
        }
    }
}
