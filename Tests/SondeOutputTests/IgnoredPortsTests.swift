// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("IgnoredPorts")
struct IgnoredPortsTests {
    private func table(
        _ state: PortState,
        _ count: UInt16,
        open: UInt16 = 0,
        _ transport: TransportProtocol = .tcp
    )
        -> PortTable
    {
        var table = PortTable()
        table.declare(Array(1...count), transport, as: PortOutcome(state, .noResponse))
        if open > 0 {
            for number in 1...open { table.set(PortOutcome(.open, .synAck), for: Port(number, transport)) }
        }
        return table
    }

    @Test(
        "a state is only counted when it has more ports than verbosity allows",
        arguments: [
            (UInt16(25), 0, 0, false), (26, 0, 0, true), (26, 1, 0, false), (51, 1, 0, true),
            (100, 3, 0, false),
            (500, 0, 1, false), (526, 0, 1, true), (65535, 0, 3, false),
        ]
    )
    func threshold(_ count: UInt16, _ verbosity: Int, _ debugging: Int, _ isIgnored: Bool) {
        let options = ReportOptions.with {
            $0.verbosity = verbosity
            $0.debugging = debugging
        }
        #expect(IgnoredPorts(table(.closed, count), options).contains(.closed) == isIgnored)
    }

    @Test("open ports are never only counted, and silent ones not with -vvv")
    func exceptions() {
        #expect(!IgnoredPorts(table(.open, 1000), ReportOptions()).contains(.open))
        #expect(IgnoredPorts(table(.openOrFiltered, 1000), ReportOptions()).contains(.openOrFiltered))
        let loud = ReportOptions.with { $0.verbosity = 3 }
        #expect(!IgnoredPorts(table(.openOrFiltered, 1000), loud).contains(.openOrFiltered))
    }

    @Test("protocol scans list more with -d than port scans")
    func protocols() {
        let options = ReportOptions.with { $0.debugging = 1 }
        #expect(IgnoredPorts(table(.closed, 101, .ip), options).contains(.closed))
        #expect(!IgnoredPorts(table(.closed, 101), options).contains(.closed))
    }

    @Test("--open only counts what cannot be open, however few")
    func openOnly() {
        let options = ReportOptions.with { $0.openOnly = true }
        for state in PortState.allCases {
            let isIgnored = IgnoredPorts(table(state, 1), options).contains(state)
            #expect(isIgnored == ![.open, .openOrFiltered, .unfiltered].contains(state))
        }
    }

    @Test("most ports come first, equally many in the order of states, and shares likewise")
    func order() {
        var ports = table(.filtered, 30)
        ports.declare(Array(1...60), .udp, as: PortOutcome(.closed, .portUnreachable, ttl: 3))
        for number in UInt16(1)...30 {
            ports.set(PortOutcome(.openOrFiltered, .noResponse), for: Port(number, .udp))
        }
        ports.set(PortOutcome(.filtered, .hostUnreachable, ttl: 9), for: Port(1, .tcp))
        let groups = IgnoredPorts(ports, ReportOptions()).groups
        #expect(groups.map(\.state) == [.closed, .filtered, .openOrFiltered])
        #expect(groups.map(\.count) == [30, 30, 30])
        #expect(groups[1].shares.map(\.count) == [29, 1])
    }

    @Test("levels out of range do not trap", arguments: [Int.min, Int.max])
    func levels(_ level: Int) {
        let options = ReportOptions.with {
            $0.verbosity = level
            $0.debugging = level
        }
        #expect(!IgnoredPorts(table(.closed, 20), options).contains(.closed))
    }
}
