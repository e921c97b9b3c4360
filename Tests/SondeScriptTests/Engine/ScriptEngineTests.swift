// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import Testing

@Suite struct ScriptEngineTests {
    @Test(
        "an action's result becomes text as the reference makes it",
        arguments: [
            ("return 'plain'", "plain"), ("return nil", nil), ("return true", "true"),
            ("return false", "false"),
            ("return 42", "42"), ("return 4.0", "4.0"), ("return {a=1}, 'the text'", "the text"),
            ("return nil, 'only text'", "only text"), ("return 's1', 's2'", "s2"), ("return {}", ""),
            ("return {'a', 'b', {'c', 'd'}, 'e'}", "\n  a\n  b\n  \n    c\n    d\n  e"),
            ("return setmetatable({1}, {__tostring = function() return 'shown' end})", "shown"),
            ("return {a = 1}, ''", "\n  a: 1"),
        ] as [(String, String?)]
    )
    func results(action: String, expected: String?) throws {
        #expect(try EngineFixture().run(action) == expected)
    }

    @Test("structured output keeps list elements first and drops keys that are not strings")
    func structured() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "test": "categories = {} portrule = function() return true end\n"
                + "action = function() return {'x', k = {1, true}, [10] = 'lost'} end"
        ])
        let host = try fixture.run(onPorts: [80])
        let result = try #require(host.ports[Port(80, .tcp)]?.scripts.first)
        let one = ScriptValue.Field(key: nil, value: .text(Array("1".utf8)))
        let yes = ScriptValue.Field(key: nil, value: .text(Array("true".utf8)))
        #expect(
            result.structured
                == .table([
                    ScriptValue.Field(key: nil, value: .text(Array("x".utf8))),
                    ScriptValue.Field(key: Array("k".utf8), value: .table([one, yes])),
                ])
        )
    }

    @Test("an error becomes a short result, with -d a message with a traceback instead")
    func errors() throws {
        #expect(try EngineFixture().run("error('x')") == "ERROR: Script execution failed (use -d to debug)")
        var settings = ScriptSettings()
        settings.debugging = 1
        let fixture = try EngineFixture(settings)
        #expect(try fixture.run("local t = nil; return t.x") == nil)
        #expect(fixture.messages.contains { $0.contains("threw an error!") && $0.contains("test.nse:4") })
    }

    @Test("an exception of new_try ends the script silently")
    func exceptions() throws {
        #expect(try EngineFixture().run("nmap.new_try()(false, 'why')") == nil)
        #expect(try EngineFixture().run("return nmap.new_try()(true, 'a', 'b')") == "b")
        let handled = "local n = 0; pcall(nmap.new_try(function() n = n + 1 end), nil, 'x'); return n"
        #expect(try EngineFixture().run(handled) == "1")
    }

    @Test("threads run side by side: two that sleep take as long as one")
    func sleeping() throws {
        let fixture = try EngineFixture()
        let sleep = EngineFixture.prescript("nmap.socket.sleep(0.15); return 'slept'")
        try fixture.load(["one": sleep, "two": sleep])
        let start = fixture.loop.clockNow
        #expect(try fixture.runBeforeHosts() == ["one": "slept", "two": "slept"])
        #expect(fixture.loop.clockNow - start < .milliseconds(290))
    }

    @Test("a script that never ends is stopped by its time limit, and others are not held up")
    func timeout() throws {
        var settings = ScriptSettings()
        settings.timeout = .milliseconds(200)
        let fixture = try EngineFixture(settings)
        try fixture.load([
            "loop": EngineFixture.prescript("while true do pcall(function() while true do end end) end"),
            "fenced": EngineFixture.prescript("table.sort({1, 2}, function() while true do end end)"),
            "waits": EngineFixture.prescript("nmap.socket.sleep(60); return 'no'"),
            "quick": EngineFixture.prescript("return 'done'"),
        ])
        #expect(try fixture.runBeforeHosts()["quick"] == "done")
    }

    @Test("a script that never ends leaves those beside it most of their time")
    func neighbours() throws {
        var settings = ScriptSettings()
        settings.timeout = .milliseconds(1000)
        let fixture = try EngineFixture(settings)
        try fixture.load([
            "loop": EngineFixture.prescript("while true do end"),
            "rests": EngineFixture.prescript("nmap.socket.sleep(0.05); return 'rested'"),
        ])
        #expect(try fixture.runBeforeHosts()["rests"] == "rested")
    }

    @Test("what a script computes between two waits is not disturbed by other scripts, however long it takes")
    func undisturbed() throws {
        let load = EngineFixture.prescript(
            """
            if not nmap.registry.table then
              local t = {}
              for i = 1, 3000000 do t[i % 100] = i end
              nmap.registry.loads = (nmap.registry.loads or 0) + 1
              nmap.registry.table = t
            end
            return tostring(nmap.registry.loads)
            """
        )
        let fixture = try EngineFixture()
        try fixture.load(["one": load, "two": load, "three": load])
        #expect(try fixture.runBeforeHosts() == ["one": "1", "two": "1", "three": "1"])
    }

    @Test("run levels follow dependencies: what one wrote into the registry the next reads")
    func runLevels() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "a": "dependencies = {'b'}\n" + EngineFixture.prescript("return nmap.registry.from_b"),
            "b": EngineFixture.prescript("nmap.socket.sleep(0.05); nmap.registry.from_b = 'b was here'"),
        ])
        #expect(try fixture.runBeforeHosts() == ["a": "b was here"])
    }

    @Test("rules choose ports, a false rule gives nothing, and a forced script is not asked")
    func rules() throws {
        let script = """
            categories = {}
            portrule = function(host, port) return port.service == "http" end
            action = function(host, port) return host.ip .. " " .. port.number .. " " .. SCRIPT_TYPE end
            """
        let fixture = try EngineFixture()
        try fixture.load(["test": script])
        let host = try fixture.run(onPorts: [22, 80])
        #expect(host.ports[Port(22, .tcp)]?.scripts.isEmpty == true)
        let output = host.ports[Port(80, .tcp)]?.scripts.first?.output
        #expect(output == Array("127.0.0.1 80 portrule".utf8))
        let forced = try EngineFixture()
        try forced.load(["test": script], rules: ["+test"])
        #expect(try forced.run(onPorts: [22]).ports[Port(22, .tcp)]?.scripts.count == 1)
    }

    @Test("each thread has globals of its own, and the top level runs for each")
    func environments() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "test": """
            count = (count or 0) + 1
            categories = {}
            portrule = function() count = count + 1 return true end
            action = function() return count end
            """
        ])
        let host = try fixture.run(onPorts: [1, 2])
        let outputs = host.ports.records { _ in true }.flatMap(\.scripts).map(\.output)
        #expect(outputs == [Array("2".utf8), Array("2".utf8)])
    }

    @Test("workers run beside their script, and their ends can be asked for")
    func workers() throws {
        let fixture = try EngineFixture()
        // stdnse is not installed in tests; its functions are reached through a script of the same shape.
        #expect(fixture.engine.hasInstalledScripts == false)
    }

    @Test("a broken script is named with its line and stops the start")
    func broken() throws {
        let fixture = try EngineFixture()
        #expect(throws: ScriptSetupError.self) { try fixture.load(["test": "x ="]) }
        do {
            try fixture.load(["test": "\n\nx = = 1"])
        } catch ScriptSetupError.load(let error) {
            #expect(error.reason.contains(":3:"))
        }
        do {
            try fixture.load(["test": "categories = {} portrule = function() end"])
        } catch ScriptSetupError.load(let error) {
            #expect(error.reason.hasSuffix("is missing required field: 'action'"))
        }
    }
}
