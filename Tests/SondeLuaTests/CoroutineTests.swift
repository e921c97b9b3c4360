// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

@Suite struct CoroutineTests {
    @Test(
        "a suspension passes outward through every way to nest",
        arguments: [
            "return suspend()",
            "return (coroutine.wrap(function() return suspend() end))()",
            "local ok, v = coroutine.resume(coroutine.create(function() return suspend() end)) return ok and v",
            "local ok, v = pcall(suspend) return ok and v",
            "local ok, v = pcall(function() return (coroutine.wrap(suspend))() end) return ok and v",
            "return setmetatable({}, {__index = function() return suspend() end}).x",
            "return setmetatable({}, {__add = function() return suspend() end}) + 1",
            "for v in function(_, last) if not last then return suspend() end end do return v end",
            "for v in coroutine.wrap(function() coroutine.yield(suspend()) end) do return v end",
            """
            local inner = coroutine.wrap(function() return suspend() end)
            local middle = coroutine.wrap(function() return inner() end)
            return select(2, pcall(middle))
            """,
        ]
    )
    func suspensionPassesOutward(source: String) throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine(source)
        #expect(coroutine.resume() == .suspended)
        fixture.delivery = [.string(Array("delivered".utf8))]
        #expect(coroutine.resume() == .finished(results: 1))
        #expect(try fixture.top(coroutine) == "delivered")
    }

    @Test("a script's own yields stay inside while suspensions pass")
    func ownYieldsStayInside() throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine(
            """
            local inner = coroutine.create(function(a) local b = coroutine.yield(a + 1); suspend(); return b * 10 end)
            local _, first = coroutine.resume(inner, 1)
            local _, second = coroutine.resume(inner, 7)
            return first .. " " .. second .. " " .. coroutine.status(inner)
            """
        )
        #expect(coroutine.resume() == .suspended)
        #expect(coroutine.resume() == .finished(results: 1))
        #expect(try fixture.top(coroutine) == "2 70 dead")
    }

    @Test(
        "where Lua cannot yield, a suspension is an error and not a hang",
        arguments: [
            "table.sort({1, 2, 3}, function(a, b) suspend() return a < b end)",
            "string.gsub('x', 'x', function() suspend() end)",
            "table.sort({1, 2}, function(a, b) return (coroutine.wrap(function() suspend() return a < b end))() end)",
        ]
    )
    func fencedSuspension(source: String) throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine(source)
        #expect(coroutine.resume() == .failed(.runtime))
        #expect(try fixture.top(coroutine).contains("attempt to yield across a C-call boundary"))
    }

    @Test("an error after a suspension is raised in the script")
    func errorAfterSuspension() throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine("local ok, text = pcall(suspend) return text")
        #expect(coroutine.resume() == .suspended)
        fixture.failure = .plain("too late")
        #expect(coroutine.resume() == .finished(results: 1))
        #expect(try fixture.top(coroutine) == "too late")
    }

    @Test("wrap adds the caller's place to a string error and leaves others alone")
    func wrapErrors() throws {
        let fixture = try LuaFixture()
        let text = try fixture.run(
            "local ok, e = pcall(function() coroutine.wrap(function() error('x', 0) end)() end) return e"
        )
        #expect(text == "test:1: x")
        let same = try fixture.run(
            "local t = {} local ok, e = pcall(coroutine.wrap(function() error(t) end)) return tostring(e == t)"
        )
        #expect(same == "true")
    }

    @Test("resume of a dead, a running or no coroutine answers as the manual says")
    func resumeOfOthers() throws {
        let fixture = try LuaFixture()
        let text = try fixture.run(
            """
            local co = coroutine.create(function() end) coroutine.resume(co)
            local _, dead = coroutine.resume(co)
            local _, none = pcall(coroutine.resume, 5)
            return dead .. "; " .. none
            """
        )
        #expect(
            text == "cannot resume dead coroutine; "
                + "bad argument #1 to 'coroutine.resume' (coroutine expected, got number)"
        )
    }

    @Test("the count hook ends the turn of an endless loop, also in a nested coroutine, and goes on after")
    func turnEnds() throws {
        let fixture = try LuaFixture()
        var ticks = 0
        fixture.state.onTick = {
            ticks += 1
            return ticks < 4 ? .endTurn : .goOn
        }
        fixture.state.setTick(every: 1000)
        let coroutine = try fixture.coroutine(
            "return (coroutine.wrap(function() local n = 0 for i = 1, 50000 do n = n + 1 end return n end))()"
        )
        #expect(coroutine.resume() == .turnEnded)
        #expect(coroutine.resume() == .turnEnded)
        #expect(coroutine.resume() == .turnEnded)
        #expect(coroutine.resume() == .finished(results: 1))
        #expect(try fixture.top(coroutine) == "50000")
    }

    @Test("the count hook can stop a script that never ends")
    func hookStops() throws {
        let fixture = try LuaFixture()
        fixture.state.onTick = { .stop("stopped") }
        fixture.state.setTick(every: 1000)
        let coroutine = try fixture.coroutine("while true do pcall(function() while true do end end) end")
        #expect(coroutine.resume() == .turnEnded)
        coroutine.close()
        #expect(coroutine.isDead)
    }

    @Test("an endless loop below a call that cannot yield goes on until it is stopped")
    func fencedLoop() throws {
        let fixture = try LuaFixture()
        var ticks = 0
        fixture.state.onTick = {
            ticks += 1
            return ticks < 10 ? .endTurn : .stop("stopped")
        }
        fixture.state.setTick(every: 1000)
        let coroutine = try fixture.coroutine(
            "table.sort({1, 2}, function() while true do pcall(function() while true do end end) end end)"
        )
        #expect(coroutine.resume() == .failed(.runtime))
        #expect(ticks >= 10)
    }

    @Test(
        "a timer asks about a step that lasts, wherever it computes",
        arguments: [
            "while true do end",
            "(coroutine.wrap(function() while true do end end))()",
            "coroutine.wrap(function() coroutine.yield() end)() while true do end",
            "pcall(coroutine.close, coroutine.running()) while true do end",
            """
            local inner = coroutine.create(function()
                local guard <close> = setmetatable({}, {__close = function() end})
                coroutine.yield()
            end)
            coroutine.resume(inner) coroutine.close(inner) while true do end
            """,
            "while true do pcall(function() while true do end end) end",
        ]
    )
    func timer(source: String) throws {
        let fixture = try LuaFixture()
        var ticks = 0
        fixture.state.onTick = {
            ticks += 1
            return ticks % 3 == 0 ? .endTurn : .goOn
        }
        guard fixture.state.watchSteps(longerThan: 1) else { return }
        let coroutine = try fixture.coroutine(source)
        #expect(coroutine.resume() == .turnEnded)
        #expect(ticks == 3)
        #expect(coroutine.resume() == .turnEnded)
        #expect(ticks == 6)
        coroutine.close()
    }

    @Test(
        "a timer stops what cannot yield, also where its error is swallowed",
        arguments: [
            "table.sort({1, 2}, function() while true do pcall(function() while true do end end) end end)",
            """
            table.sort({1, 2}, function()
                while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end
            end)
            """,
            """
            local co = coroutine.create(function()
                local guard <close> = setmetatable({}, {__close = function() while true do end end})
                coroutine.yield()
            end)
            coroutine.resume(co) assert(coroutine.close(co))
            """,
        ]
    )
    func timerStops(source: String) throws {
        let fixture = try LuaFixture()
        var ticks = 0
        fixture.state.onTick = {
            ticks += 1
            return ticks < 5 ? .endTurn : .stop("stopped")
        }
        guard fixture.state.watchSteps(longerThan: 1) else { return }
        let coroutine = try fixture.coroutine(source)
        #expect(coroutine.resume() == .failed(.runtime))
        #expect(ticks >= 5)
    }

    @Test("a state that is seldom asked does not keep the others of its thread from being asked")
    func timerOfAnotherState() throws {
        let patient = try LuaFixture()
        guard patient.state.watchSteps(longerThan: 60_000) else { return }
        // Long enough for any shorter time under way to pass, and for its own to be set.
        let long = try patient.coroutine("for i = 1, 20000000 do end")
        #expect(long.resume() == .finished(results: 0))
        let fixture = try LuaFixture()
        fixture.state.onTick = { .endTurn }
        try #require(fixture.state.watchSteps(longerThan: 1))
        let coroutine = try fixture.coroutine("for i = 1, 200000000 do end")
        #expect(coroutine.resume() == .turnEnded)
        coroutine.close()
    }

    @Test("a step that is short is not asked about, unless that is wished for")
    func shortSteps() throws {
        let fixture = try LuaFixture()
        var ticks = 0
        fixture.state.onTick = {
            ticks += 1
            return .goOn
        }
        guard fixture.state.watchSteps(longerThan: 60_000) else { return }
        for _ in 0..<10 {
            let coroutine = try fixture.coroutine("local n = 0 for i = 1, 50000 do n = n + 1 end return n")
            #expect(coroutine.resume() == .finished(results: 1))
        }
        // Another state of this thread may have left its timer under way.
        #expect(ticks <= 1)
        let before = ticks
        fixture.state.withStack { frame in
            frame.pushGlobals()
            frame.push(
                fixture.state.function("soon") { _ in
                    fixture.state.tickSoon()
                    return .nothing
                }
            )
            frame.setField("soon")
        }
        let coroutine = try fixture.coroutine("soon() local n = 0 return n")
        #expect(coroutine.resume() == .finished(results: 1))
        #expect(ticks > before)
    }

    @Test("closing runs pending close handlers and frees the coroutine")
    func closing() throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine(
            "local guard <close> = setmetatable({}, {__close = function() closed = true end}) suspend()"
        )
        #expect(coroutine.resume() == .suspended)
        coroutine.close()
        #expect(try fixture.run("return closed") == "true")
    }

    @Test("one that failed and was closed is dead to scripts, whatever it failed with")
    func closedAfterFailure() throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine("error({})")
        #expect(coroutine.resume() == .failed(.runtime))
        coroutine.close()
        fixture.state.withStack { frame in
            frame.pushGlobals()
            frame.push(coroutine.reference)
            frame.setField("failed")
        }
        #expect(try fixture.run("return coroutine.status(failed)") == "dead")
    }

    @Test("a traceback names where a suspended coroutine is")
    func traceback() throws {
        let fixture = try LuaFixture()
        let coroutine = try fixture.coroutine("local function wait() suspend() end\nwait()")
        #expect(coroutine.resume() == .suspended)
        let text = String(decoding: coroutine.traceback("here", using: fixture.state), as: UTF8.self)
        #expect(text.hasPrefix("here\nstack traceback:"))
        #expect(text.contains("test:1"))
    }
}
