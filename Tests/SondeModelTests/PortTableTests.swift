// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@Suite struct PortTableTests {
    private func table() -> PortTable {
        var table = PortTable()
        table.declare([1, 22, 80], .tcp, as: PortOutcome(.filtered, .noResponse))
        return table
    }

    @Test("declared ports have the outcome of silence until one is set")
    func outcomes() {
        var table = table()
        let known = table.set(PortOutcome(.open, .synAck), for: Port(80, .tcp))
        let unknown = table.set(PortOutcome(.open, .synAck), for: Port(81, .tcp))
        #expect(known && !unknown)
        #expect(table.outcome(of: Port(80, .tcp))?.state == .open)
        #expect(table.outcome(of: Port(22, .tcp))?.state == .filtered)
        #expect(table.outcome(of: Port(22, .udp)) == nil)
        #expect(table.tally(.tcp).values.reduce(0, +) == 3)
    }

    @Test("ports of a state are walked in ascending order")
    func walking() {
        var table = table()
        table.set(PortOutcome(.open, .synAck), for: Port(1, .tcp))
        table.set(PortOutcome(.open, .synAck), for: Port(80, .tcp))
        let first = table.next(after: nil, .tcp, in: [.open])
        #expect(first?.port.number == 1)
        #expect(table.next(after: 1, .tcp, in: [.open])?.port.number == 80)
        #expect(table.next(after: 80, .tcp, in: [.open]) == nil)
    }

    @Test("script results stand in order of their ids, and only on scanned ports")
    func scripts() {
        var table = table()
        table.add(ScriptResult(id: "b", output: []), to: Port(80, .tcp))
        table.add(ScriptResult(id: "a", output: []), to: Port(80, .tcp))
        table.add(ScriptResult(id: "a", output: []), to: Port(81, .tcp))
        #expect(table[Port(80, .tcp)]?.scripts.map(\.id) == ["a", "b"])
        #expect(table[Port(81, .tcp)] == nil)
    }
}
