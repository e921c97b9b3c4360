// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct PacketDestinationsTests {
    private let ethernet = [UInt8](repeating: 2, count: 12)
    private let ipv4: [UInt8] = [0x45] + [UInt8](repeating: 0, count: 15) + [192, 0, 2, 9]
    private let ipv6: [UInt8] =
        [0x60, 0, 0, 0, 0, 0, 59, 64] + [UInt8](repeating: 0, count: 16) + [0x20, 1, 0x0D, 0xB8]
        + [UInt8](repeating: 0, count: 11) + [7]

    private func texts(_ destinations: PacketDestinations) -> [String] {
        destinations.addresses.map(\.description)
    }

    @Test("packets name the destination of their header")
    func packets() {
        #expect(texts(PacketDestinations(packet: ipv4)) == ["192.0.2.9"])
        #expect(texts(PacketDestinations(packet: ipv6)) == ["2001:db8::7"])
        #expect(PacketDestinations(packet: ipv6).isReadable)
    }

    @Test("frames name the destination of the packet in them, behind any tags")
    func frames() {
        #expect(texts(PacketDestinations(frame: ethernet + [8, 0] + ipv4)) == ["192.0.2.9"])
        #expect(texts(PacketDestinations(frame: ethernet + [0x86, 0xDD] + ipv6)) == ["2001:db8::7"])
        let tagged: [UInt8] = ethernet + [0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 8, 0] + ipv4
        #expect(texts(PacketDestinations(frame: tagged)) == ["192.0.2.9"])
    }

    @Test("an ARP packet names whom it asks for")
    func arp() {
        let ask: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1] + [UInt8](repeating: 1, count: 16) + [10, 0, 0, 3]
        #expect(texts(PacketDestinations(frame: ethernet + [8, 6] + ask)) == ["10.0.0.3"])
    }

    @Test("the stations of a source route count too")
    func stations() {
        let route: [UInt8] = [1, 131, 11, 4, 198, 51, 100, 1, 198, 51, 100, 2]
        let packet = [0x48] + ipv4[1...] + route
        #expect(texts(PacketDestinations(packet: packet)) == ["192.0.2.9", "198.51.100.1", "198.51.100.2"])
        var routed = ipv6
        routed[6] = 43
        let address: [UInt8] = [0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [8]
        routed += [59, 2, 0, 1, 0, 0, 0, 0] + address
        #expect(texts(PacketDestinations(packet: routed)) == ["2001:db8::7", "2001:db8::8"])
    }

    @Test("what carries no address names nobody, and what is cut off is not readable")
    func others() {
        let discovery = PacketDestinations(frame: ethernet + [0x88, 0x63, 1, 2, 3])
        #expect(discovery.addresses.isEmpty && discovery.isReadable)
        for octets in [[], [0x45, 0, 0], Array(ipv4.dropLast()), Array(ipv6.dropLast()), [0x10]] as [[UInt8]]
        {
            #expect(!PacketDestinations(packet: octets).isReadable)
            #expect(!PacketDestinations(frame: ethernet + [8, 0] + octets).isReadable)
        }
        #expect(!PacketDestinations(frame: Array(ethernet.dropLast())).isReadable)
    }

    @Test("no octets trap")
    func noise() {
        var state: UInt64 = 7
        for round in 0..<4000 {
            var octets = (0..<round % 80).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            if !octets.isEmpty { octets[0] = round.isMultiple(of: 2) ? 0x4F : 0x60 }
            _ = PacketDestinations(packet: octets)
            _ = PacketDestinations(frame: ethernet + [8, round.isMultiple(of: 3) ? 6 : 0] + octets)
        }
    }

    @Test("the gate lets packets and frames pass by their destinations, and tells what it denies")
    func gate() throws {
        let network = try Network(loop: EventLoop())
        let allowed = try #require(IPNetwork(parsing: "192.0.2.0/24"))
        let gate = network.gate
        gate.scope = Scope(allowed: [allowed])
        #expect(gate.permits(packet: ipv4))
        #expect(gate.permits(frame: ethernet + [8, 0] + ipv4))
        #expect(!gate.permits(packet: ipv6))
        #expect(!gate.permits(packet: ipv4, to: IPAddress("198.51.100.1")))
        var denied: [[UInt8]] = []
        gate.observer = { event in if case .packetDenied(let octets) = event { denied.append(octets) } }
        #expect(!gate.permits(frame: ethernet + [0x88, 0x63, 1]))
        #expect(denied == [ethernet + [0x88, 0x63, 1]])
        gate.scope = Scope(excluded: [allowed])
        #expect(gate.permits(frame: ethernet + [0x88, 0x63, 1]))
        #expect(!gate.permits(packet: ipv4))
        #expect(gate.counters.denied == 4)
    }
}
