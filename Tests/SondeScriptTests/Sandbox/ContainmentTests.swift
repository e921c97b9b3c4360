// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

@testable import SondeScript

/// What hostile scripts get; each test fails without the part of the sandbox or the limit that it names.
@Suite struct ContainmentTests {
    private static func limited(_ change: (inout ScriptSettings) -> Void) -> ScriptSettings {
        var settings = ScriptSettings()
        settings.limits.processorTime = .milliseconds(400)
        settings.limits.memory = 8 << 20
        change(&settings)
        return settings
    }

    @Test(
        "what reaches out of a script is refused, and the refusal names what is lacking",
        arguments: [
            ("io.popen('true')", "exec"), ("os.execute('true')", "exec"),
            ("package.loadlib('/lib/libm.so.6', '*')", "native"),
            ("debug.getregistry()", "debug"), ("debug.getlocal(1, 1)", "debug"),
            ("debug.setmetatable('', {})", "debug"),
            ("debug.sethook()", "debug"), ("debug.getupvalue(print, 1)", "debug"),
            ("debug.upvalueid(print, 1)", "debug"),
            ("assert(io.open('/etc/passwd'))", "read"), ("io.lines('/etc/passwd')", "read"),
            ("assert(loadfile('/etc/passwd'))", "read"), ("dofile('/etc/passwd')", "read"),
            ("lfs.dir('/etc')", "read"),
            ("assert(io.open('/tmp/sonde-test', 'w'))", "write"),
            ("assert(os.remove('/tmp/sonde-test'))", "write"),
            ("assert(os.rename('/tmp/sonde-a', '/tmp/sonde-b'))", "write"), ("os.tmpname()", "write"),
            ("io.tmpfile()", "write"), ("assert(lfs.mkdir('/tmp/sonde-test'))", "write"),
            ("io.read()", "read"),
        ]
    )
    func refused(call: String, capability: String) throws {
        let fixture = try EngineFixture()
        let text = try #require(
            try fixture.run("return tostring(select(2, pcall(function() return \(call) end)))")
        )
        #expect(text.contains(": \(capability) ("), "\(text)")
        let record = try #require(fixture.records.first)
        #expect(record.denials.contains { $0.subject.hasPrefix(capability) })
        #expect(fixture.messages.contains { $0.contains(" was refused \(capability): ") })
    }

    @Test("the environment is not there, and os.exit ends nothing but the script")
    func environment() throws {
        let fixture = try EngineFixture()
        #expect(try fixture.run("return tostring(os.getenv('PATH'))") == "nil")
        let other = try EngineFixture()
        _ = try other.run("os.exit(7)")
        #expect(other.records.first?.state == .error)
    }

    @Test(
        "what scripts share cannot be changed",
        arguments: [
            "string.find = nil", "rawset(string, 'find', 1)", "getmetatable('').__index = nil",
            "getmetatable('').__add = print", "_G.pairs = nil", "rawset(_G, 'pairs', nil)",
            "nmap.socket.sleep = nil",
            "package.loaded.string = {}", "require('string').find = nil", "table.insert(string, 1)",
            "setmetatable(string, {})", "local _, t = pairs(string) t.find = nil", "coroutine.resume = nil",
            "getmetatable(_ENV).__index = {}", "getmetatable(io.stdout).__index.write = nil",
            "getmetatable(lpeg.P(1)).__add = nil", "package.searchers[1] = nil",
            "table.move({1}, 1, 1, 1, string)",
            "load('string.find = 1')()", "nmap.registry = nil", "next(string)",
        ]
    )
    func shared(attempt: String) throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "a": EngineFixture.prescript(
                "local done = pcall(function() \(attempt) end) return tostring(done)"
            ),
            "b": "dependencies = {'a'}\n"
                + EngineFixture.prescript(
                    """
                    local sleep = nmap.socket.sleep
                    return ("abc"):find("b") .. type(pairs) .. type(coroutine.resume) .. type(sleep) .. string.rep("x", 2)
                    """
                ),
        ])
        let outputs = try fixture.runBeforeHosts()
        #expect(outputs["b"] == "2functionfunctionfunctionxx")
        if attempt != "next(string)" { #expect(outputs["a"] == "false") }
    }

    @Test("libraries read as before: fields, pairs, rawget, length")
    func views() throws {
        let text = try EngineFixture().run(
            """
            local count = 0
            for name, value in pairs(string) do count = count + 1 end
            return tostring(count > 10) .. type(rawget(string, "find")) .. type(next(string)) .. type(string)
            """
        )
        #expect(text == "truefunctionstringtable")
    }

    @Test("precompiled chunks are refused, whatever mode is asked for", arguments: ["'b'", "'bt'", "nil"])
    func chunks(mode: String) throws {
        #expect(
            try EngineFixture().run("return tostring(load(string.dump(function() end), 'x', \(mode)))")
                == "nil"
        )
    }

    @Test("loaded text sees what scripts see, and no more")
    func loadedText() throws {
        #expect(
            try EngineFixture().run(
                "return load('return type(io.open) .. tostring(debug.getregistry ~= nil)')()"
            ) == "functiontrue"
        )
        #expect(try EngineFixture().run("return tostring(pcall(load('debug.getregistry()')))") == "false")
    }

    @Test("a script's thread cannot be resumed or closed by another")
    func threads() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "a": EngineFixture.prescript(
                "local m = nmap.mutex('key') m 'lock' nmap.socket.sleep(0.2) m 'done' return 'whole'"
            ),
            "b": EngineFixture.prescript(
                """
                nmap.socket.sleep(0.05)
                local other = nmap.mutex('key') 'running'
                return tostring(coroutine.resume(other)) .. tostring(pcall(coroutine.close, other))
                """
            ),
        ])
        #expect(try fixture.runBeforeHosts() == ["a": "whole", "b": "falsefalse"])
    }

    @Test(
        "limits hold, and a script beside does its work",
        .timeLimit(.minutes(1)),
        arguments: [
            ("while true do end", .timeout), ("while true do pcall(error) end", .timeout),
            ("while true do pcall(function() while true do end end) end", .timeout),
            ("string.find(('a'):rep(5000), ('.-'):rep(30) .. 'b')", .timeout),
            ("(('a'):rep(5000)):gsub(('.-'):rep(30) .. 'b', '')", .timeout),
            ("table.sort({1, 2, 3}, function() while true do end end)", .timeout),
            ("local t = {} while true do t[#t + 1] = {} end", .memory),
            ("local s = 'x' while true do s = s .. s end", .memory),
            ("string.rep('x', 1 << 40)", .memory), ("string.rep('', 1 << 62) while true do end", .timeout),
            ("local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1 << 20) end) end", .memory),
            ("local t = {} while true do t[#t + 1] = coroutine.create(print) end", .memory),
            (
                "local t, o = {}, require 'openssl' while true do pcall(function() t[#t + 1] = o.rand_bytes(1 << 20) end) end",
                .memory
            ),
            ("string.gsub('x', 'x', function() while true do end end)", .timeout),
            ("for i = 1, 1 << 40 do nmap.registry[i] = i end", .memory),
            ("return setmetatable({}, {__tostring = function() while true do end end})", .timeout),
            ("return setmetatable({}, {__index = function(t) while true do end end}).x", .timeout),
            (
                "setmetatable({}, {__gc = function() while true do end end}) collectgarbage() while true do end",
                .timeout
            ),
            (
                "local x <close> = setmetatable({}, {__close = function() while true do end end}) error('x')",
                .error
            ),
            ("local function f() return 1 + f() end f()", .memory),
            (
                "lpeg.match(lpeg.P{'S', S = 'a' * lpeg.V'S' * 'b' + 'a' * lpeg.V'S' * 'c' + ''} * 'x', ('a'):rep(150))",
                .error
            ),
        ] as [(String, ScriptRecord.State)]
    )
    func limits(action: String, state: ScriptRecord.State) throws {
        let fixture = try EngineFixture(Self.limited { _ in })
        try fixture.load([
            "hostile": EngineFixture.prescript(action),
            "peaceful": EngineFixture.prescript("for i = 1, 5 do nmap.socket.sleep(0.01) end return 'five'"),
        ])
        let outputs = try fixture.runBeforeHosts()
        #expect(outputs["peaceful"] == "five")
        let record = try #require(fixture.records.first { $0.id == "hostile" })
        #expect(
            record.state == state,
            "\(record.reason ?? "")"
        )
        #expect(record.reason?.isEmpty == false)
        #expect(fixture.records.first { $0.id == "peaceful" }?.state == .ok)
    }

    @Test(
        "loading a script has limits too, and gives it nothing that others share",
        .timeLimit(.minutes(1)),
        arguments: [
            "while true do end", "local t = {} while true do t[#t + 1] = {} end",
            "('x'):rep(1 << 40)", "end or (function() string = 1 end)() or function(_ENV, ...)",
        ]
    )
    func loading(top: String) throws {
        let fixture = try EngineFixture(Self.limited { _ in })
        #expect(throws: (any Error).self) { try fixture.load(["hostile": top + EngineFixture.prescript("")]) }
        #expect(try fixture.run("return string.rep('x', 2)") == "xx")
    }

    @Test("a result that holds itself, or the same over and over, is cut")
    func cycles() throws {
        let fixture = try EngineFixture(Self.limited { $0.limits.output = 4096 })
        let text = try fixture.run("local t = {'one'} t.self = t t[2] = {inner = t, list = {t, t}} return t")
        #expect(fixture.records.first?.state == .ok)
        #expect((text?.utf8.count ?? 0) < 100_000)
        let doubled = try EngineFixture(Self.limited { $0.limits.output = 4096 })
        _ = try doubled.run("local t = {} for i = 1, 60 do t = {t, t} end return t")
        #expect(doubled.records.first?.state == .ok)
    }

    @Test("output is cut at its limit, which it says")
    func output() throws {
        let fixture = try EngineFixture(Self.limited { $0.limits.output = 100 })
        let text = try #require(try fixture.run("return ('x'):rep(100000)"))
        #expect(text.hasPrefix(String(repeating: "x", count: 100)))
        #expect(text.contains("--script-max-output"))
        #expect(text.utf8.count < 300)
    }

    @Test("error values that bite become a record")
    func errors() throws {
        let fixture = try EngineFixture(Self.limited { _ in })
        try fixture.load([
            "loops": EngineFixture.prescript(
                "error(setmetatable({}, {__tostring = function() while true do end end}))"
            ),
            "fails": EngineFixture.prescript(
                "error(setmetatable({}, {__tostring = function() error('again') end}))"
            ),
            "nothing": EngineFixture.prescript("error(nil)"),
            "long": EngineFixture.prescript("error(('m'):rep(1 << 20))"),
        ])
        _ = try fixture.runBeforeHosts()
        #expect(fixture.records.count == 4)
        #expect(fixture.records.allSatisfy { $0.state == .error && ($0.reason?.utf8.count ?? 0) < 2000 })
    }

    @Test("what a script prints reaches the terminal through the engine")
    func printing() throws {
        let fixture = try EngineFixture()
        _ = try fixture.run("print('a', 1) io.write('b\\n') io.stdout:write('c', 2, '\\n')")
        #expect(fixture.messages == ["a\t1", "b", "c2"])
    }
}
