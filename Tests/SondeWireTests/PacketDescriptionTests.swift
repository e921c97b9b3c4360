// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@Suite struct PacketDescriptionTests {
    private func line(_ octets: [UInt8]) -> String { PacketDescription(of: octets.span).description }

    @Test func tcp() {
        #expect(
            line(SamplePackets.tcp())
                == "TCP 10.77.0.1:62725 > 10.77.0.2:22 S ttl=38 id=62653 iplen=44  seq=965304110 win=1024 <mss 1460>"
        )
    }

    @Test func tcpWithIPOptions() {
        let text = line(SamplePackets.tcp(ipOptions: [1, 7, 7, 4, 0, 0, 0, 0]))
        #expect(text.contains("iplen=52 ipopts={ NOP RR{#0.0.0.0}} seq="))
    }

    @Test func udp() {
        #expect(line(SamplePackets.udp) == "UDP 10.77.0.1:64210 > 10.77.0.2:53 ttl=38 id=62653 iplen=31 ")
    }

    @Test func icmp() {
        #expect(
            line(SamplePackets.echo)
                == "ICMP [10.77.0.1 > 10.77.0.2 Echo request (type=8/code=0) id=38685 seq=0] "
                + "IP [ttl=38 id=62653 iplen=28 ]"
        )
        #expect(line(SamplePackets.unreachable).contains("Port unreachable (type=3/code=3) ] IP ["))
    }

    @Test func sctp() {
        #expect(line(SamplePackets.sctp).hasPrefix("SCTP 10.77.0.1:37965 > 10.77.0.2:22 ttl="))
    }

    @Test func ipv6() {
        #expect(
            line(SamplePackets.tcpV6)
                == "TCP fd77:77::1:62630 > fd77:77::2:81 RA hopl=255 flow=0 payloadlen=20 seq=0 win=0 "
        )
        #expect(
            line(SamplePackets.neighbor).contains("ICMPv6 (58) fd77:77::1 > fd77:77::2 (type=136/code=0)")
        )
    }

    @Test func otherProtocols() {
        let packet = SamplePackets.ipv4(IPProtocol(rawValue: 47)) { _ in }
        let text = PacketDescription(of: packet.span) { $0 == 47 ? "gre" : nil }.description
        #expect(text == "gre (47) 10.77.0.1 > 10.77.0.2: ttl=38 id=62653 iplen=20 ")
    }

    @Test func arp() {
        let packet = ARPPacket(
            .reply,
            senderHardware: MACAddress(value: 0x0277_0000_0002),
            sender: SamplePackets.two,
            target: SamplePackets.one
        )
        #expect(PacketDescription(packet).description == "ARP reply 10.77.0.2 is-at 02:77:00:00:00:02")
    }
}
