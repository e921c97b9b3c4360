// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@Suite struct ChecksumTests {
    @Test func theExampleOfRFC1071() {
        let octets: [UInt8] = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]
        #expect(InternetChecksum.of(octets.span) == ~0xDDF2)
    }

    @Test func anOddOctetCountsAsAHighHalf() {
        #expect(InternetChecksum.of([0x12, 0x34, 0x56].span) == ~UInt16(0x1234 + 0x5600))
    }

    @Test func aPacketWithItsChecksumSumsToZero() throws {
        for packet in [SamplePackets.tcp(), SamplePackets.udp, SamplePackets.tcpV6, SamplePackets.extended] {
            let facts = try IPPacket(parsing: packet.span)
            var sum = InternetChecksum(
                source: facts.source,
                destination: facts.destination,
                proto: facts.proto,
                length: facts.payload.count
            )
            sum.add(packet.span, from: facts.payload.lowerBound)
            #expect(sum.value == 0)
        }
    }

    /// RFC 3720, B.4: CRC32c of 32 octets of zeros, and of ascending octets.
    @Test func crc32cOfKnownOctets() {
        #expect(SCTPChecksum.crc32c([UInt8](repeating: 0, count: 32).span) == 0xAA36_918A)
        var ascending = [UInt8](0..<32)
        for index in 8..<12 { ascending[index] = 0 }
        #expect(SCTPChecksum.crc32c(ascending.span) == SCTPChecksum.crc32c([UInt8](0..<32).span))
    }

    @Test func adler32OfKnownOctets() {
        #expect(SCTPChecksum.adler32(Array("Wikipedi".utf8).span) == 0x0E4E_0337)
    }

    @Test func aSpoiltChecksumIsWrong() throws {
        var good = OctetWriter()
        var bad = OctetWriter()
        let header = TCPHeader(from: 1, to: 2, .syn)
        header.write(to: &good, source: SamplePackets.one, destination: SamplePackets.two)
        header.write(
            to: &bad,
            source: SamplePackets.one,
            destination: SamplePackets.two,
            spoilsChecksum: true
        )
        #expect(good.octets != bad.octets)
    }
}
