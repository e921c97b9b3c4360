// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@Suite struct PacketPropertyTests {
    /// Reads octets in every way there is.
    private func readAll(_ octets: [UInt8]) {
        let span = octets.span
        _ = PacketDescription(of: span).description
        _ = try? EthernetHeader(parsing: span)
        _ = try? ARPPacket(parsing: span)
        for type in [LinkType.ethernet, .linuxCooked, .linuxCooked2, .raw, .null] {
            _ = type.packetOffset(span)
        }
        _ = TCPOption.list(octets).map(\.description)
        _ = IPv4Option.list(octets).map(\.description)
        let whole = 0..<octets.count
        _ = try? TCPHeader(parsing: span, in: whole)
        _ = try? UDPHeader(parsing: span, in: whole)
        _ = try? SCTPPacket(parsing: span, in: whole)
        _ = try? ICMPv4Message(parsing: span, in: whole)
        if let message = try? ICMPv6Message(parsing: span, in: whole) {
            _ = try? NeighborMessage(message, parsing: span)
            _ = try? IPPacket(parsing: span, at: message.body.lowerBound)
        }
        _ = try? UDPHeader(parsing: span, in: 2..<octets.count + 3)
        _ = try? IPPacket(parsing: span, at: -1)
    }

    @Test func noOctetsTrap() {
        var random = SplitMix(state: 1)
        for _ in 0..<4000 { readAll(random.octets(upTo: 80)) }
        for packet in SamplePackets.all {
            for length in 0...packet.count { readAll(Array(packet.prefix(length))) }
            for _ in 0..<600 {
                var damaged = packet
                random.damage(&damaged)
                readAll(damaged)
            }
        }
    }

    @Test func whatIsReadIsWrittenAsItWas() throws {
        let options = [[UInt8]](arrayLiteral: [], [7, 7, 4, 0, 0, 0, 0, 0])
        for packet in options.map({ SamplePackets.tcp(ipOptions: $0) }) {
            let ip = try IPv4Header(parsing: packet.span)
            let tcp = try TCPHeader(parsing: packet.span, in: ip.payload)
            var writer = OctetWriter()
            ip.write(to: &writer, payloadLength: ip.payload.count)
            tcp.write(to: &writer, source: ip.source, destination: ip.destination)
            #expect(writer.octets == packet)
        }
        let sctpHeader = try IPv4Header(parsing: SamplePackets.sctp.span)
        let sctp = try SCTPPacket(parsing: SamplePackets.sctp.span, in: sctpHeader.payload)
        var writer = OctetWriter()
        sctp.write(to: &writer)
        #expect(writer.octets == Array(SamplePackets.sctp[sctpHeader.payload]))
    }

    @Test func headersOfChanceAreFixedPoints() throws {
        var random = SplitMix(state: 3)
        for _ in 0..<500 {
            var tcp = TCPHeader(
                from: random.next16(),
                to: random.next16(),
                TCPFlags(rawValue: random.next16())
            )
            tcp.sequence = UInt32(truncatingIfNeeded: random.next())
            tcp.window = random.next16()
            tcp.reserved = UInt8(random.next() & 7)
            tcp.options = TCPOption.octets(TCPOption.list(random.octets(upTo: 36)))
            var writer = OctetWriter()
            tcp.write(to: &writer, source: SamplePackets.oneV6, destination: SamplePackets.twoV6)
            let again = try TCPHeader(parsing: writer.octets.span, in: 0..<writer.count)
            var second = OctetWriter()
            again.write(to: &second, source: SamplePackets.oneV6, destination: SamplePackets.twoV6)
            #expect(second.octets == writer.octets)
            #expect((again.flags, again.window, again.reserved) == (tcp.flags, tcp.window, tcp.reserved))
        }
    }

    @Test func ethernetAndARPAreFixedPoints() throws {
        let one = MACAddress(value: 0x0277_0000_0001)
        var header = EthernetHeader(destination: .broadcast, source: one, type: .arp)
        header.tags = [0x2001]
        let arp = ARPPacket(
            .request,
            senderHardware: one,
            sender: SamplePackets.one,
            target: SamplePackets.two
        )
        var writer = OctetWriter()
        header.write(to: &writer)
        arp.write(to: &writer)
        let read = try EthernetHeader(parsing: writer.octets.span)
        #expect(read.tags == header.tags && read.type == .arp && read.source == one)
        #expect(try ARPPacket(parsing: writer.octets.span, at: read.payload.lowerBound) == arp)
    }

    @Test func aNeighborsTellIsRead() throws {
        let packet = SamplePackets.neighbor
        let ip = try IPv6Header(parsing: packet.span)
        let message = try ICMPv6Message(parsing: packet.span, in: ip.payload)
        let tell = try NeighborMessage(message, parsing: packet.span)
        #expect(tell.hardware == MACAddress(value: 0x0277_0000_0002))
        #expect(tell.target == SamplePackets.twoV6)
        #expect(tell.kind == .advertisement(isRouter: false, isSolicited: true, overrides: true))
    }

    @Test func extensionHeadersAreWalked() throws {
        let packet = SamplePackets.extended
        let facts = try IPPacket(parsing: packet.span)
        #expect(facts.proto == .udp && facts.identification == 99 && facts.fragmentOffset == 0)
        #expect(try UDPHeader(parsing: packet.span, in: facts.payload).destinationPort == 2)
    }

    @Test func endlessExtensionHeadersEnd() throws {
        let packet = SamplePackets.ipv6(.hopByHop) { writer in
            for _ in 0..<200 { writer.write([0, 0, 1, 4, 0, 0, 0, 0]) }
        }
        let header = try IPv6Header(parsing: packet.span)
        #expect(try IPv6Extensions(parsing: packet.span, after: header).headers.count == IPv6Extensions.most)
    }
}

extension SplitMix {
    mutating func next16() -> UInt16 { UInt16(truncatingIfNeeded: next()) }
}
