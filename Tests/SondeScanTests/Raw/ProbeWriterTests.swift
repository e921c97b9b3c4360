// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@testable import SondeScan

@Suite struct ProbeWriterTests {
    private func write(_ probe: RawProbe, _ settings: PacketSettings = PacketSettings()) -> [UInt8] {
        var writer = ProbeWriter(settings, RawFixture.stamp, seed: 5)
        return writer.write(
            probe,
            0,
            payload: settings.payload,
            from: RawFixture.own,
            to: RawFixture.host,
            identification: 77
        )
    }

    @Test func aSYNOffersASegmentSize() throws {
        let packet = write(.tcp(.syn, port: 22))
        let ip = try IPv4Header(parsing: packet.span)
        let tcp = try TCPHeader(parsing: packet.span, in: ip.payload)
        #expect(ip.totalLength == 44 && packet.count == 44 && ip.identification == 77)
        #expect((37...59).contains(ip.timeToLive))
        #expect(TCPOption.list(tcp.options) == [.maximumSegmentSize(1460)])
        #expect(tcp.window == 1024 && tcp.sequence == RawFixture.stamp.sequence(0))
        #expect(InternetChecksum.of(packet.span.extracting(first: 20)) == 0)
    }

    @Test func everyProbeCanBeReadBack() throws {
        let probes: [RawProbe] = [
            .tcp(.ack, port: 1), .udp(port: 2), .sctpInit(port: 3), .sctpCookie(port: 4), .icmpEcho,
            .icmpTimestamp, .icmpMask, .ipProtocol(1), .ipProtocol(2), .ipProtocol(6), .ipProtocol(17),
            .ipProtocol(47), .ipProtocol(132),
        ]
        for probe in probes {
            let packet = write(probe)
            #expect(try IPPacket(parsing: packet.span).proto == probe.proto(.inet))
            #expect(!PacketDescription(of: packet.span).description.hasPrefix("BOGUS"))
        }
    }

    @Test func settingsChangePackets() throws {
        var settings = PacketSettings()
        settings.timeToLive = 9
        settings.payload = [1, 2, 3]
        settings.ipOptions = [1, 7, 7, 4, 0, 0, 0, 0]
        let packet = write(.tcp(.syn, port: 22), settings)
        let ip = try IPv4Header(parsing: packet.span)
        let tcp = try TCPHeader(parsing: packet.span, in: ip.payload)
        #expect(ip.timeToLive == 9 && ip.options == settings.ipOptions)
        #expect(tcp.payload.count == 3)
    }

    @Test func fragmentsAddUpToThePacket() throws {
        var settings = PacketSettings()
        settings.payload = [UInt8](0..<50)
        let packet = write(.tcp(.syn, port: 22), settings)
        let fragments = IPv4Fragments.split(packet, size: 16)
        #expect(fragments.count == 5)
        var data: [UInt8] = []
        for (index, fragment) in fragments.enumerated() {
            let header = try IPv4Header(parsing: fragment.span)
            #expect(header.fragmentOffset == data.count)
            #expect(header.hasMoreFragments == (index < 4))
            data += fragment[header.payload]
        }
        #expect(data == Array(packet[20...]))
    }

    @Test func decoysStandAroundUs() {
        var settings = PacketSettings()
        settings.decoys = [RawFixture.router, RawFixture.host]
        settings.ownPlace = 1
        #expect(
            settings.sources(own: RawFixture.own) == [RawFixture.router, RawFixture.own, RawFixture.host]
        )
    }
}
