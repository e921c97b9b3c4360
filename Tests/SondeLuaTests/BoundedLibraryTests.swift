// SPDX-License-Identifier: Apache-2.0

import SondeLua
import Testing

/// The pattern and table functions that replace Lua's own: the same answers, and an end.
@Suite struct BoundedLibraryTests {
    @Test(
        "patterns answer as Lua 5.4 says",
        arguments: [
            ("('hello world'):find('o w')", "5,7"), ("('hello'):find('l')", "3,3"),
            ("('hello'):find('(l)(l)')", "3,4,l,l"),
            ("('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key,value"),
            ("('  trim  '):match('^%s*(.-)%s*$')", "trim"),
            ("('THE (quick) fox'):find('%((%a+)%)')", "5,11,quick"),
            ("('f(a(b)c)d'):match('%b()')", "(a(b)c)"),
            ("('THE (quick) fox'):gsub('%f[%a]%a+', 'x')", "x (x) x,3"),
            ("('abc'):gsub('', '-')", "-a-b-c-,4"), ("('abc'):gsub('%w', '%0%0', 2)", "aabbc,2"),
            ("('abc'):gsub('b', {b = 1})", "a1c,1"), ("('abc'):gsub('b', function() end)", "abc,1"),
            ("('a.b'):find('.', 1, true)", "2,2"), ("('aXb'):match('()X()')", "2,3"),
            ("('\"quoted\"'):match('([\"\\'])(.-)%1')", "\",quoted"), ("('x'):rep(3, ',')", "x,x,x"),
            ("(''):rep(1 << 62)", ""), ("('abc'):find('b', -1)", "nil"), ("('abc'):match('.-$')", "abc"),
            ("('[]]'):match('[]]+')", "]]"), ("('a-z'):match('[a%-z]+')", "a-z"),
            ("table.concat({1, 2, 'x'}, '-')", "1-2-x"), ("table.concat({}, 'x', 1, 0)", ""),
            ("select('#', table.unpack(table.move({1, 2, 3}, 1, 3, 2)))", "4"),
            ("table.remove({1, 2, 3}, 1)", "1"),
        ]
    )
    func answers(expression: String, expected: String) throws {
        let fixture = try LuaFixture()
        let text = try fixture.run(
            "local t = table.pack(\(expression)) for i = 1, t.n do t[i] = tostring(t[i]) end return table.concat(t, ',')"
        )
        #expect(text == expected)
    }

    @Test(
        "mistakes in patterns are told as Lua tells them",
        arguments: [
            ("('x'):find('[x')", "malformed pattern (missing ']')"),
            ("('x'):find('%')", "malformed pattern (ends with '%')"),
            ("('x'):find('(x')", "unfinished capture"), ("('x'):find('%1')", "invalid capture index %1"),
            ("('x'):gsub('x', '%2')", "invalid capture index %2"),
            ("('x'):match(')')", "invalid pattern capture"),
            ("('x'):gsub('x', '%z')", "invalid use of '%' in replacement string"),
            ("('x'):find(('(x?)'):rep(40))", "too many captures"),
        ]
    )
    func mistakes(expression: String, message: String) throws {
        let text = try LuaFixture().run("return select(2, pcall(function() return \(expression) end))")
        #expect(text.contains(message))
    }

    @Test("sorting gives Lua's order, and tells of an order that is none")
    func sorting() throws {
        let fixture = try LuaFixture()
        #expect(try fixture.run("local t = {3, 1, 2, 5, 4} table.sort(t) return table.concat(t)") == "12345")
        let text = try fixture.run(
            "return select(2, pcall(table.sort, {1, 2, 3, 4, 5, 6}, function() return true end))"
        )
        #expect(text.contains("invalid order function"))
    }

    @Test(
        "a call into C that does not end is stopped by the watchdog",
        .timeLimit(.minutes(1)),
        arguments: [
            "string.find(('a'):rep(5000), ('.-'):rep(30) .. 'b')",
            "string.gsub(('a'):rep(5000), ('.-'):rep(30) .. 'b', '')",
            "for _ in string.gmatch(('a'):rep(5000), ('.-'):rep(30) .. 'b') do end",
            "table.insert(setmetatable({}, {__len = function() return 1 << 53 end}), 1, 'x')",
            "table.remove(setmetatable({}, {__len = function() return 1 << 53 end}), 1)",
            "table.move({}, 1, math.maxinteger - 1, 2)",
            "table.concat(setmetatable({}, {__index = table.concat}), '', 1, math.maxinteger)",
            "local x = ('a'):rep(1 << 26) while true do local y = x .. 'b' end",
            "while true do pcall(string.rep, 'x', 1 << 26) end",
        ]
    )
    func stopped(call: String) throws {
        let fixture = try LuaFixture()
        var looks = 0
        fixture.state.onTick = {
            looks += 1
            return looks > 3 ? .stop("stopped") : .goOn
        }
        try #require(fixture.state.watchSteps(longerThan: 10))
        let coroutine = try fixture.coroutine("table.sort({1, 2}, function() \(call) end)")
        fixture.state.chargeStep(.none, deadline: .max)
        let outcome = coroutine.resume()
        fixture.state.chargeNobody()
        #expect(outcome == .failed(.runtime))
        #expect(looks > 3)
        fixture.state.close()
    }

    @Test("a long match is left for others and gone on with", .timeLimit(.minutes(1)))
    func turns() throws {
        let fixture = try LuaFixture()
        fixture.state.onTick = { .endTurn }
        try #require(fixture.state.watchSteps(longerThan: 10))
        let coroutine = try fixture.coroutine(
            """
            local x = ('x'):rep(120)
            local count = 0
            for a, b in string.gmatch(x .. 'y', '(.-)(.-)(.-)y') do count = count + #a + #b end
            return tostring(string.match(x, '(.-)(.-)(.-)y')) .. ' ' .. #string.match(x, '.-.-.-$') .. ' ' .. count
              .. ' ' .. string.gsub(x .. 'zz', '.-.-.-y', '') :sub(-3) .. ' ' .. string.gsub(x .. 'yz', '(.-)(.-)(.-)(.)y', '%4')
            """
        )
        var turns = 0
        while true {
            fixture.state.chargeStep(.none, deadline: .max)
            let outcome = coroutine.resume()
            fixture.state.chargeNobody()
            guard outcome == .turnEnded else { break }
            turns += 1
        }
        #expect(turns > 1)
        #expect(try fixture.top(coroutine) == "nil 120 0 xzz xz")
        fixture.state.close()
    }

    @Test("an account's limit stops its own script only, and what was held comes back")
    func accounts() throws {
        let fixture = try LuaFixture()
        let account = fixture.state.beginAccount(limit: 4 << 20)
        let greedy = try fixture.coroutine("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end")
        fixture.state.chargeStep(account, deadline: .max)
        let outcome = greedy.resume()
        fixture.state.chargeNobody()
        #expect(outcome == .failed(.memory))
        #expect(fixture.state.isExceeded(account))
        #expect(fixture.state.memory(of: account) <= 4 << 20)
        let modest = fixture.state.beginAccount(limit: 4 << 20)
        let other = try fixture.coroutine("return #('x'):rep(100000)")
        fixture.state.chargeStep(modest, deadline: .max)
        #expect(other.resume() == .finished(results: 1))
        fixture.state.chargeNobody()
        #expect(!fixture.state.isExceeded(modest))
        greedy.close()
        fixture.state.collectGarbage()
        #expect(fixture.state.memory(of: account) < 100_000)
        fixture.state.close()
    }

    @Test("a shared table cannot be filled at nobody's cost")
    func sharedTable() throws {
        let fixture = try LuaFixture()
        _ = try fixture.run("shared = {} return 1")
        let account = fixture.state.beginAccount(limit: 4 << 20)
        let coroutine = try fixture.coroutine("for i = 1, 1 << 24 do shared[i] = i end")
        fixture.state.chargeStep(account, deadline: .max)
        #expect(coroutine.resume() == .failed(.memory))
        fixture.state.chargeNobody()
        fixture.state.close()
    }
}
