// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@testable import SondeScript

@Suite struct ScriptRecordsTests {
    private func states(_ fixture: EngineFixture) -> [String: ScriptRecord.State] {
        Dictionary(fixture.records.map { ($0.id, $0.state) }) { first, _ in first }
    }

    @Test("every script instance has one record that says how it ended")
    func endings() throws {
        var settings = ScriptSettings()
        settings.timeout = .milliseconds(100)
        let fixture = try EngineFixture(settings)
        try fixture.load([
            "fine": EngineFixture.prescript("return 'said'"),
            "silent": EngineFixture.prescript("return nil"),
            "unmatched": "categories = {} prerule = function() return false end action = function() end",
            "broken": EngineFixture.prescript("error('went wrong')"),
            "slow": EngineFixture.prescript("nmap.socket.sleep(60)"),
            "loops": EngineFixture.prescript("while true do end"),
            "strange": EngineFixture.prescript("coroutine.yield(1)"),
        ])
        _ = try fixture.runBeforeHosts()
        #expect(fixture.records.count == 7)
        #expect(
            states(fixture) == [
                "fine": .ok, "silent": .ok, "unmatched": .noMatch, "broken": .error, "slow": .timeout,
                "loops": .timeout, "strange": .error,
            ]
        )
        let broken = try #require(fixture.records.first { $0.id == "broken" })
        #expect(broken.reason?.hasSuffix("went wrong") == true)
        #expect(fixture.records.first { $0.id == "fine" }?.result?.output == Array("said".utf8))
        let loops = try #require(fixture.records.first { $0.id == "loops" })
        #expect(loops.cpu > 0 && loops.duration >= 0.1)
    }

    @Test("port scripts have a record for each port, with the host and the port")
    func places() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "test": "categories = {} portrule = function(_, port) return port.number == 80 end\n"
                + "action = function() return 'x' end"
        ])
        _ = try fixture.run(onPorts: [22, 80])
        #expect(fixture.records.map { $0.port?.number } == [22, 80])
        #expect(fixture.records.map(\.state) == [.noMatch, .ok])
        #expect(fixture.records.allSatisfy { $0.address == EngineFixture.loopback.address })
    }

    @Test("an interrupt ends a script in the midst of a loop, and those that wait and those to come")
    func interrupt() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "a": EngineFixture.prescript("while true do end"),
            "b": EngineFixture.prescript("nmap.socket.sleep(60)"),
            "c": "dependencies = {'b'}\n" + EngineFixture.prescript("return 1"),
        ])
        var isStopped = false
        fixture.engine.isInterrupted = { isStopped }
        fixture.engine.runBeforeHosts { _ in }
        try fixture.loop.turn(waitingUpTo: .zero)
        isStopped = true
        try fixture.loop.turn(waitingUpTo: .zero)
        fixture.engine.interrupt()
        #expect(states(fixture) == ["a": .cancelled, "b": .cancelled, "c": .cancelled])
    }

    @Test("a script that had nothing to work on is told of too")
    func untried() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "test": "categories = {} portrule = function() return true end action = function() end"
        ])
        _ = try fixture.run(onPorts: [])
        #expect(fixture.records.isEmpty)
        fixture.engine.reportUntried(wasInterrupted: false)
        #expect(fixture.records.map(\.state) == [.noMatch])
        #expect(fixture.records.first?.reason != nil)
    }
}
