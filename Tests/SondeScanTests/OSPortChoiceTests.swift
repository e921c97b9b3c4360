// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScan

@Suite("OSPortChoice")
struct OSPortChoiceTests {
    private func choice(
        _ tcp: [UInt16: PortState],
        udp: [UInt16: PortState] = [:],
        wrapped: [UInt16] = []
    ) -> OSPortChoice {
        var table = PortTable()
        for (transport, states) in [(TransportProtocol.tcp, tcp), (.udp, udp)] where !states.isEmpty {
            table.declare(states.keys.sorted(), transport, as: PortOutcome(.filtered, .noResponse))
            for (number, state) in states {
                _ = table.set(PortOutcome(state, .synAck), for: Port(number, transport))
            }
        }
        for number in wrapped { table.setService(ServiceInfo(name: "tcpwrapped"), for: Port(number, .tcp)) }
        var random = OSRandom(seed: 3)
        return OSPortChoice(table, using: &random)
    }

    @Test("the lowest open and closed ports are probed")
    func lowest() {
        var choice = choice([81: .closed, 22: .open, 80: .open, 90: .closed], udp: [9: .closed, 7: .open])
        #expect(choice.probed == OSProbeWriter.Ports(open: 22, closed: 81, closedUDP: 9))
        #expect(choice.known == OSPorts(openTCP: 22, closedTCP: 81, closedUDP: 9))
        #expect(choice.isGood)
        choice.confirmClosedUDP()
        #expect(choice.known.closedUDP == 9)
    }

    @Test("port 0 is taken only if there is no other")
    func zero() {
        #expect(choice([0: .open, 22: .open, 1: .closed]).known.openTCP == 22)
        #expect(choice([0: .open, 1: .closed]).known.openTCP == 0)
        #expect(choice([0: .closed, 5: .closed]).known.closedTCP == 5)
    }

    @Test("a port that hangs up at once is passed over, if another is open")
    func wrapped() {
        #expect(choice([22: .open, 80: .open], wrapped: [22]).known.openTCP == 80)
        #expect(choice([22: .open, 80: .open], wrapped: [22, 80]).known.openTCP == 80)
    }

    @Test("without a closed port an unfiltered one is probed but not named, else a high one")
    func unfiltered() {
        let choice = choice([22: .open, 5: .unfiltered])
        #expect(choice.probed.closed == 5)
        #expect(choice.known.closedTCP == nil)
        #expect(choice.isGood)
        let none = self.choice([22: .open, 23: .filtered])
        #expect((30000...44780).contains(none.probed.closed))
        #expect((30000...44780).contains(none.probed.closedUDP))
        #expect(none.known.closedUDP == nil)
        #expect(!none.isGood)
        #expect(!self.choice([1: .closed]).isGood)
    }

    @Test("a UDP port proves closed by its answer")
    func confirmed() {
        var choice = choice([22: .open])
        choice.confirmClosedUDP()
        #expect(choice.known.closedUDP == choice.probed.closedUDP)
    }
}
