// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

/// Errors must never jump over Swift's frames.
///
/// Nothing may leak, whatever raises where. `./check` runs this under AddressSanitizer too.
@Suite(.serialized) struct LongjmpBoundaryTests {
    static let rounds = 100_000

    @Test(
        "errors from every place leave no Swift object behind",
        arguments: [
            "pcall(fail)",
            "pcall(function() local x <close> = setmetatable({}, {__close = fail}) end)",
            "pcall(function() return setmetatable({}, {__index = fail}).x end)",
            "pcall(function() return setmetatable({}, {__add = fail}) + 1 end)",
            "pcall(coroutine.wrap(fail))",
            "coroutine.resume(coroutine.create(fail))",
            "coroutine.resume(coroutine.create(function() coroutine.wrap(fail)() end))",
            "pcall(double, {})",
            "pcall(double)",
            "setmetatable({}, {__gc = fail})",
        ]
    )
    func errorsLeakNothing(source: String) throws {
        let counter = LuaFixture.Counter()
        do {
            let fixture = try LuaFixture(counter: counter)
            _ = try fixture.run("for i = 1, \(Self.rounds) do \(source) end return 'done'")
            fixture.state.close()
        }
        #expect(counter.alive == 0)
    }

    @Test("recursion to the stack's limit is an error that can be caught, again and again")
    func stackLimit() throws {
        let fixture = try LuaFixture()
        let text = try fixture.run(
            """
            local function deep(n) return double(deep(n + 1)) end
            local last
            for i = 1, 20 do local ok, e = pcall(deep, 1) last = e end
            return last
            """
        )
        #expect(text.contains("stack overflow"))
        let nested = try fixture.run(
            """
            local function nest(n) return coroutine.wrap(function() return nest(n + 1) end)() end
            local ok, e = pcall(nest, 1)
            return e
            """
        )
        #expect(nested.contains("C stack overflow"))
    }

    @Test("a memory limit stops the script and not the program, and nothing leaks")
    func memoryLimit() throws {
        let counter = LuaFixture.Counter()
        do {
            let fixture = try LuaFixture(memoryLimit: 2_000_000, counter: counter)
            for _ in 0..<200 {
                let text = try fixture.run(
                    """
                    local ok, e = pcall(function()
                        local t = {}
                        while true do t[#t + 1] = ("x"):rep(1000) .. #t; pcall(fail); double(#t) end
                    end)
                    return e
                    """
                )
                #expect(text == "not enough memory")
            }
            #expect(fixture.state.memoryPeak <= 2_100_000)
        }
        #expect(counter.alive == 0)
    }

    @Test("userdata release their objects once, also when a script calls __gc itself")
    func userdata() throws {
        let counter = LuaFixture.Counter()
        do {
            let fixture = try LuaFixture()
            let state = fixture.state
            let touch = state.function("touch") { frame throws(HostError) in
                frame.pushNil()
                return .results(1)
            }
            let type = try state.type("probe", of: LuaFixture.Probe.self, methods: [("touch", touch)])
            let make = state.function("make") { frame throws(HostError) in
                frame.push(LuaFixture.Probe(counter), as: type)
                return .results(1)
            }
            let check = state.function("check") { frame throws(HostError) in
                _ = try frame.object(at: 1, as: type)
                return .nothing
            }
            state.withStack { frame in
                frame.pushGlobals()
                frame.setField("make", make)
                frame.setField("check", check)
            }
            _ = try fixture.run("for i = 1, \(Self.rounds) do check(make()) end")
            let text = try fixture.run(
                """
                local p = make()
                local gc = debug.getmetatable(p).__gc
                gc(p) gc(p) gc(io.stdout) gc(5)
                local ok, e = pcall(check, p)
                local ok2, e2 = pcall(check, io.stdout)
                return e .. "; " .. e2
                """
            )
            #expect(
                text
                    == "bad argument #1 to 'check' (probe expected, got userdata); "
                    + "bad argument #1 to 'check' (probe expected, got FILE*)"
            )
            state.close()
        }
        #expect(counter.alive == 0)
    }

    @Test("what the allocator counts comes back to zero use when all is collected and closed")
    func accounting() throws {
        let fixture = try LuaFixture()
        fixture.state.collectGarbage()
        let start = fixture.state.memoryInUse
        _ = try fixture.run("big = ('x'):rep(1000000) return #big")
        #expect(fixture.state.memoryInUse > start + 1_000_000)
        _ = try fixture.run("big = nil")
        fixture.state.collectGarbage()
        #expect(fixture.state.memoryInUse < start + 100_000)
    }
}
