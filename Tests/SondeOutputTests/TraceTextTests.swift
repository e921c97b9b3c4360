// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite struct TraceTextTests {
    private func address(_ number: Int) -> IPAddress {
        IPAddress(family: .inet, value: UInt128(0x0A4D_0000 + number))
    }

    @Test func stationsAreListedInColumns() {
        var host = Host(address: address(2))
        host.traceProbe = .port(Port(80, .tcp))
        host.hops = [
            Hop(timeToLive: 1, address: address(3), roundTrip: 0.00003),
            Hop(timeToLive: 2, address: nil, roundTrip: nil),
            Hop(timeToLive: 3, address: nil, roundTrip: nil),
            Hop(timeToLive: 4, address: address(2), roundTrip: 0.0123),
        ]
        host.hops[0].name = "c.lab.test"
        #expect(
            TraceText.lines(host) == [
                "", "TRACEROUTE (using port 80/tcp)", "HOP RTT      ADDRESS",
                "1   0.03 ms  c.lab.test (10.77.0.3)", "2   ... 3", "4   12.30 ms 10.77.0.2",
            ]
        )
    }

    @Test func aSharedWayIsNamedOnce() {
        var host = Host(address: address(9))
        host.traceProbe = .ipProtocol(1, name: "icmp")
        host.hops = (1...3).map { Hop(timeToLive: $0, address: address($0), roundTrip: 0.001) }
        host.hops[0].sharedWith = address(8)
        host.hops[1].sharedWith = address(8)
        let lines = TraceText.lines(host)
        #expect(lines[1] == "TRACEROUTE (using proto 1/icmp)")
        #expect(lines[3] == "-   Hops 1-2 are the same as for 10.77.0.8")
        #expect(lines[4] == "3   1.00 ms 10.77.0.3")
    }
}
