// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import SondeWire
import Testing

@testable import SondeScan

@Suite("OSProbeWriter")
struct OSProbeWriterTests {
    private var random = OSRandom(seed: 7)

    private mutating func writer(open: UInt16? = 22) -> OSProbeWriter {
        OSProbeWriter(
            from: IPAddress(family: .inet, value: 0x0A4D_0001),
            to: IPAddress(family: .inet, value: 0x0A4D_0002),
            ports: OSProbeWriter.Ports(open: open, closed: 81, closedUDP: 40000),
            basePort: 33000,
            using: &random
        )
    }

    private static func hexText(_ octets: some Sequence<UInt8>) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    /// Probe, source port, destination port, flags and reserved bits, window, whole, options.
    private static let table: [(OSProbe, UInt16, UInt16, String, UInt16, Bool, String)] = [
        (.sequence(0), 33000, 22, "002", 1, false, "03030A01020405B4080AFFFFFFFF000000000402"),
        (.sequence(1), 33001, 22, "002", 63, false, "020405780303000402080AFFFFFFFF0000000000"),
        (.sequence(2), 33002, 22, "002", 4, false, "080AFFFFFFFF0000000001010303050102040280"),
        (.sequence(3), 33003, 22, "002", 4, false, "0402080AFFFFFFFF0000000003030A00"),
        (.sequence(4), 33004, 22, "002", 16, false, "020402180402080AFFFFFFFF0000000003030A00"),
        (.sequence(5), 33005, 22, "002", 512, false, "020401090402080AFFFFFFFF00000000"),
        (.options(4), 33010, 22, "002", 16, false, "020402180402080AFFFFFFFF0000000003030A00"),
        (.congestion, 33012, 22, "8C2", 3, false, "03030A01020405B404020101"),
        (.t(1), 33013, 22, "002", 1, false, "03030A01020405B4080AFFFFFFFF000000000402"),
        (.t(2), 33014, 22, "000", 128, true, "03030A0102040109080AFFFFFFFF000000000402"),
        (.t(3), 33015, 22, "02B", 256, false, "03030A0102040109080AFFFFFFFF000000000402"),
        (.t(4), 33016, 22, "010", 1024, true, "03030A0102040109080AFFFFFFFF000000000402"),
        (.t(5), 33017, 81, "002", 31337, false, "03030A0102040109080AFFFFFFFF000000000402"),
        (.t(6), 33018, 81, "010", 32768, true, "03030A0102040109080AFFFFFFFF000000000402"),
        (.t(7), 33019, 81, "029", 65535, false, "03030F0102040109080AFFFFFFFF000000000402"),
    ]

    @Test("TCP probes are as they should be, bit by bit", arguments: 0..<15)
    mutating func tcp(index: Int) throws {
        let (probe, source, destination, flags, window, isWhole, options) = Self.table[index]
        let writer = writer()
        let packet = try #require(writer.packet(probe, using: &random))
        let ip = try IPv4Header(parsing: packet.span)
        #expect(ip.totalLength == packet.count)
        #expect(ip.typeOfService == 0)
        #expect(ip.mustNotFragment == isWhole)
        #expect((37...59).contains(ip.timeToLive))
        #expect(ip.identification != 0)
        let word = UInt16(packet[32] & 15) << 8 | UInt16(packet[33])
        #expect(String(repeating: "0", count: 3 - hex(word).count) + hex(word) == flags)
        let tcp = try TCPHeader(parsing: packet.span, in: ip.payload)
        #expect(tcp.sourcePort == source)
        #expect(tcp.destinationPort == destination)
        #expect(tcp.window == window)
        #expect(Self.hexText(tcp.options) == options)
        #expect(tcp.payload.isEmpty)
        let isSequence = index < 6
        #expect(tcp.sequence == writer.sequence &+ (isSequence ? UInt32(index) : 0))
        #expect(tcp.acknowledgement == (probe == .congestion ? 0 : writer.acknowledgement))
        #expect(tcp.urgentPointer == (probe == .congestion ? 0xF7F5 : 0))
    }

    @Test("echo requests differ in code, length, service and identifier")
    mutating func echoes() throws {
        let writer = writer()
        for (index, length) in [148, 178].enumerated() {
            let packet = try #require(writer.packet(.echo(index), using: &random))
            let ip = try IPv4Header(parsing: packet.span)
            let message = try ICMPv4Message(parsing: packet.span, in: ip.payload)
            #expect(packet.count == length)
            #expect(ip.typeOfService == (index == 0 ? 0 : 4))
            #expect(ip.mustNotFragment == (index == 0))
            #expect(message.kind == .echoRequest)
            #expect(message.code == (index == 0 ? 9 : 0))
            #expect(message.identifier == writer.echoIdentifier + UInt16(index))
            #expect(message.sequence == 295 + UInt16(index))
            #expect(packet[28...].allSatisfy { $0 == 0 })
        }
    }

    @Test("the datagram is long, marked, and its checksum is known")
    mutating func datagram() throws {
        var writer = writer()
        let packet = try #require(writer.packet(.unreachable, using: &random))
        let ip = try IPv4Header(parsing: packet.span)
        let udp = try UDPHeader(parsing: packet.span, in: ip.payload)
        #expect(packet.count == 328)
        #expect(ip.identification == 0x1042)
        #expect(ip.timeToLive == writer.sent.timeToLive)
        #expect((51...64).contains(ip.timeToLive))
        #expect(udp.destinationPort == 40000)
        #expect(udp.checksum == writer.sent.udpChecksum)
        #expect(packet[28...].allSatisfy { $0 == 0x43 })
        writer.timeToLive = 9
        #expect(writer.sent.timeToLive == 9)
        let other = try #require(writer.packet(.t(5), using: &random))
        #expect(other[8] == 9)
    }

    @Test("without an open port there are no probes for it")
    mutating func noOpenPort() {
        let writer = writer(open: nil)
        #expect(writer.packet(.sequence(0), using: &random) == nil)
        #expect(writer.packet(.congestion, using: &random) == nil)
        #expect(writer.packet(.t(5), using: &random) != nil)
        #expect(writer.packet(.t(9), using: &random) == nil)
        #expect(writer.packet(.echo(2), using: &random) == nil)
    }
}

@Suite("OSReply")
struct OSReplyTests {
    private static let host = IPAddress(family: .inet, value: 0x0A4D_0002)
    private static let own = IPAddress(family: .inet, value: 0x0A4D_0001)

    private static func read(_ octets: [UInt8], at start: Int) -> OSReply? { OSReply(octets.span, at: start) }

    private static func packet(_ proto: IPProtocol, _ body: (inout OctetWriter) -> Void) -> [UInt8] {
        var inner = OctetWriter()
        body(&inner)
        var writer = OctetWriter()
        var header = IPv4Header(proto: proto, source: host, destination: own)
        header.flags = 2
        header.identification = 77
        header.timeToLive = 61
        header.write(to: &writer, payloadLength: inner.count)
        writer.write(inner.octets)
        return writer.octets
    }

    private static func reset() -> [UInt8] {
        packet(.tcp) { writer in
            var header = TCPHeader(from: 22, to: 33001, [.rst, .ack])
            header.sequence = 1
            header.acknowledgement = 2
            header.reserved = 4
            header.window = 3
            header.urgentPointer = 4
            header.options = [2, 4, 5, 0xB4]
            header.write(to: &writer, data: [9, 9], source: host, destination: own)
        }
    }

    private static func quoting(_ quoted: [UInt8]) -> [UInt8] {
        packet(.icmp) { writer in
            var message = ICMPv4Message(.unreachable, code: 3)
            message.rest = 5
            message.write(to: &writer, data: quoted)
        }
    }

    @Test("a segment is read with all that tests look at")
    func tcp() throws {
        let reply = try #require(Self.read([0, 0] + Self.reset(), at: 2))
        #expect(reply.source == Self.host)
        #expect(reply.destination == Self.own)
        var expected = OSTCPReply()
        expected.timeToLive = 61
        expected.mustNotFragment = true
        expected.identification = 77
        expected.sequence = 1
        expected.acknowledgement = 2
        expected.flags = 0x14
        expected.reserved = 8
        expected.window = 3
        expected.urgentPointer = 4
        expected.options = [2, 4, 5, 0xB4]
        expected.payload = [9, 9]
        #expect(reply.content == .tcp(from: 22, to: 33001, expected))
    }

    @Test("a closed port's message is read with what it quotes")
    func unreachable() throws {
        var random = OSRandom(seed: 1)
        let writer = OSProbeWriter(
            from: Self.own,
            to: Self.host,
            ports: OSProbeWriter.Ports(open: nil, closed: 1, closedUDP: 40000),
            basePort: 33000,
            using: &random
        )
        let probe = try #require(writer.packet(.unreachable, using: &random))
        let packet = Self.quoting(probe)
        let reply = try #require(Self.read(packet, at: 0))
        guard case .unreachable(let from, let to, let message) = reply.content else {
            Issue.record("not read")
            return
        }
        #expect([from, to] == [33020, 40000])
        #expect(message.totalLength == 356)
        #expect(
            ReplyTests.line(message, writer.sent, distance: 1).description
                == "U1(R=Y%DF=Y%T=3D%IPL=164%UN=5%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)"
        )
        let short = try #require(Self.read(Self.quoting(Array(probe.prefix(28))), at: 0))
        guard case .unreachable(_, _, let brief) = short.content else { return }
        #expect(brief.quotedData.isEmpty)
    }

    @Test("an echo reply is read")
    func echo() throws {
        let packet = Self.packet(.icmp) { writer in
            ICMPv4Message(.echoReply, code: 9, identifier: 5).write(to: &writer)
        }
        var expected = OSEchoReply()
        expected.timeToLive = 61
        expected.mustNotFragment = true
        expected.identification = 77
        expected.code = 9
        #expect(Self.read(packet, at: 0)?.content == .echo(identifier: 5, expected))
    }

    @Test("cut or damaged packets are no replies, and none traps")
    func damaged() {
        var random = SplitMix(state: 9)
        for packet in [Self.reset(), Self.quoting(Self.reset()), Self.quoting([0x45])] {
            for length in 0..<packet.count { _ = Self.read(Array(packet.prefix(length)), at: 0) }
            for _ in 0..<500 {
                var octets = packet
                random.damage(&octets)
                _ = Self.read(octets, at: 0)
                _ = Self.read(octets, at: 14)
            }
        }
        #expect(Self.read(Array(Self.reset().prefix(39)), at: 0) == nil)
        #expect(Self.read(Self.quoting([0x45]), at: 0) == nil)
    }
}
