// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScript

@Suite struct ScriptWorldsTests {
    /// Computes until at least two turns of a thread are used up.
    private static let long = """
        local start = os.clock()
        local x = 0
        while os.clock() - start < 0.04 do for i = 1, 1000 do x = (x * 31 + i) % 65521 end end
        """

    private func script(_ action: String) -> [String: String] {
        [
            "test":
                "categories = {} portrule = function() return true end\naction = function(host, port)\n\(action)\nend"
        ]
    }

    /// Runs a script on eight ports in some worlds; gives outputs by port, and the records.
    private func run(
        _ action: String,
        worlds: Int,
        directory: String? = nil
    ) throws -> (outputs: [UInt16: String], records: [ScriptRecord], away: Bool) {
        var settings = ScriptSettings()
        settings.worlds = worlds
        let fixture = try EngineFixture(settings, directory: directory)
        try fixture.load(script(action), rules: ["test"])
        var sentAway = false
        let ports = [UInt16](1001...1008)
        let active = ActiveHost(EngineFixture.loopback, number: 0)
        active.host.ports.declare(ports, .tcp, as: PortOutcome(.open, .synAck))
        var isDone = false
        fixture.engine.run(on: active) { isDone = true }
        try fixture.turn {
            sentAway = sentAway || !fixture.engine.worlds.away.isEmpty
            return isDone
        }
        var outputs: [UInt16: String] = [:]
        for port in ports {
            let result = active.host.ports[Port(port, .tcp)]?.scripts.first
            outputs[port] = result.map { String(decoding: $0.output, as: UTF8.self) }
        }
        return (outputs, fixture.records, sentAway)
    }

    @Test("instances of a script that computes for long run in other worlds, with the same results")
    func spread() throws {
        let action = Self.long + "\nreturn host.ip .. ' ' .. port.number .. ' ' .. SCRIPT_NAME"
        let alone = try run(action, worlds: 1)
        let spread = try run(action, worlds: 3)
        #expect(!alone.away)
        #expect(spread.away)
        #expect(spread.outputs == alone.outputs)
        #expect(spread.outputs[1008] == "127.0.0.1 1008 test")
        #expect(spread.records.count == 8)
        #expect(spread.records.allSatisfy { $0.state == .ok })
    }

    @Test(
        "what others could notice is done in the scan's own world, once",
        arguments: [
            "nmap.registry.count = (nmap.registry.count or 0) + 1; return nmap.registry.count",
            "host.registry.count = (host.registry.count or 0) + 1; return host.registry.count",
            "rawset(nmap.registry, 'count', (rawget(nmap.registry, 'count') or 0) + 1); return nmap.registry.count",
            """
            pcall(function()
              nmap.registry.count = (nmap.registry.count or 0) + 1
            end)
            return nmap.registry.count
            """,
            """
            local m = nmap.mutex("one")
            m "lock"
            local r = nmap.registry
            r.count = (r.count or 0) + 1
            m "done"
            return r.count
            """,
        ]
    )
    func registry(rest: String) throws {
        let result = try run(Self.long + "\n" + rest, worlds: 3)
        #expect(Set(result.outputs.values) == Set((1...8).map { "\($0)" }))
        #expect(result.records.count == 8)
    }

    @Test(
        "files, connections, sleep and unknown modules are not for other worlds",
        arguments: [
            "return io.type(1) == nil and 'fine'",
            "nmap.socket.sleep(0.001) return 'fine'",
            "nmap.set_port_state(host, port, 'open') return 'fine'",
            "return nmap.new_socket():close() and 'open' or 'fine'",
            "return pcall(require, 'nowhere') and 'found' or 'fine'",
            "return lfs.dir and 'fine'",
        ]
    )
    func home(rest: String) throws {
        let result = try run(Self.long + "\n" + rest, worlds: 2)
        #expect(Set(result.outputs.values) == ["fine"])
        #expect(result.outputs.count == 8)
    }

    @Test("in another world, too, nothing shared can be changed, and no limit is lost")
    func sealed() throws {
        let spoiling = Self.long + "\nreturn tostring(pcall(function() string.rep = nil end)) .. ('x'):rep(2)"
        let result = try run(spoiling, worlds: 2)
        #expect(result.away)
        #expect(Set(result.outputs.values) == ["falsexx"])
        let environment = Self.long + "\nreturn tostring(os.getenv('PATH'))"
        #expect(Set(try run(environment, worlds: 2).outputs.values) == ["nil"])
        let structured = try run(Self.long + "\nreturn {'one', two = 2}", worlds: 2)
        #expect(structured.away)
        #expect(Set(structured.outputs.values).count == 1)
    }

    @Test("errors of scripts are told as in one world")
    func failures() throws {
        let result = try run(Self.long + "\nerror('mine')", worlds: 2)
        #expect(result.records.count == 8)
        #expect(result.records.allSatisfy { $0.state == .error && $0.reason?.contains("mine") == true })
        #expect(result.outputs.values.allSatisfy { $0.hasPrefix("ERROR: ") })
    }

    @Test("an engine that closes ends worlds that still compute", .timeLimit(.minutes(1)))
    func closing() throws {
        var settings = ScriptSettings()
        settings.worlds = 2
        let fixture = try EngineFixture(settings)
        try fixture.load(script("while true do end"), rules: ["test"])
        let active = ActiveHost(EngineFixture.loopback, number: 0)
        active.host.ports.declare([1, 2, 3, 4], .tcp, as: PortOutcome(.open, .synAck))
        fixture.engine.run(on: active) {}
        try fixture.turn { !fixture.engine.worlds.away.isEmpty }
        fixture.engine.interrupt()
        #expect(fixture.engine.worlds.away.isEmpty)
    }
}
