// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

/// Workers that scripts start, and what the engine adds to `stdnse` (spec `nse-engine`, sections 9 and 10).
@Suite struct WorkerTests {
    /// Runs a port script with `stdnse` at hand on port 80; gives its output and what was told.
    private func run(
        _ action: String,
        _ settings: ScriptSettings = ScriptSettings()
    ) throws -> (output: String?, messages: [String]) {
        let text = """
            local stdnse = require "stdnse"
            categories = {}
            portrule = function() return true end
            action = function(host, port)
            \(action)
            end
            """
        let tree = try ScriptTree(scripts: ["test": text])
        let fixture = try EngineFixture(settings, directory: tree.path)
        try fixture.load([:], rules: ["test"])
        let host = try fixture.run(onPorts: [80])
        let result = host.ports[Port(80, .tcp)]?.scripts.first
        return (result.map { String(decoding: $0.output, as: UTF8.self) }, fixture.messages)
    }

    @Test("a worker gets its arguments, runs beside its script, and its state can be asked for")
    func arguments() throws {
        let output = try run(
            """
            local got
            local worker, info = stdnse.new_thread(function(a, b) stdnse.sleep(0.01) got = a .. b end, "x", 7)
            local before = info()
            while coroutine.status(worker) ~= "dead" do stdnse.sleep(0.01) end
            return before .. " " .. info() .. " " .. tostring(got)
            """
        ).output
        #expect(output == "suspended dead x7")
    }

    @Test("a worker has its script's id, host and port, and says that it is a worker")
    func identity() throws {
        let output = try run(
            """
            local said
            local worker = stdnse.new_thread(function()
              local host, port = stdnse.gethostport()
              said = table.concat({
                stdnse.getid(), host.ip, port.number, tostring(stdnse.isworker()),
                tostring(stdnse.base() == coroutine.running()), stdnse.getinfo():match("^test W:%x+$") and "W",
                stdnse.gettid(),
              }, " ")
            end)
            while coroutine.status(worker) ~= "dead" do stdnse.sleep(0.01) end
            local own = tostring(stdnse.isworker()) .. " " .. (stdnse.getinfo():match("^test M:%x+$") and "M")
            return said:gsub("thread: 0x%x+", function(id) return tostring(id == stdnse.gettid()) end) .. " " .. own
            """
        ).output
        #expect(output == "test 127.0.0.1 80 true true W true false M")
    }

    @Test(
        "what a worker failed with is told, and its script goes on",
        arguments: [
            ("error({reason = 'mine'})", "mine"), ("nmap.new_try()(false, 'tried')", "tried"),
            ("error('text', 0)", "text"), ("return 'ignored'", "nil"),
        ]
    )
    func failures(body: String, expected: String) throws {
        let output = try run(
            """
            local worker, info = stdnse.new_thread(function() \(body) end)
            while coroutine.status(worker) ~= "dead" do stdnse.sleep(0.01) end
            local status, problem = info()
            return type(problem) == "table" and problem.reason or tostring(problem)
            """
        ).output
        #expect(output == expected)
    }

    @Test("the death of a worker wakes who waits on a condition that it fetched")
    func condition() throws {
        let output = try run(
            """
            local condition = nmap.condvar("mine")
            local worker = stdnse.new_thread(function() nmap.condvar("mine") stdnse.sleep(0.01) error("dead") end)
            condition "wait"
            return coroutine.status(worker)
            """
        ).output
        #expect(output == "dead")
    }

    @Test("workers that outlive all scripts of a run level are dropped")
    func orphans() throws {
        var settings = ScriptSettings()
        settings.debugging = 1
        let (output, messages) = try run(
            """
            stdnse.new_thread(function() stdnse.sleep(100) nmap.registry.reached = true end)
            stdnse.new_thread(function() stdnse.sleep(100) end)
            return "done"
            """,
            settings
        )
        #expect(output == "done")
        #expect(messages.contains("NSE: 3 orphans left!"))
    }

    @Test("a worker's time counts from its script's start")
    func timeout() throws {
        var settings = ScriptSettings()
        settings.timeout = .milliseconds(50)
        let output = try run(
            """
            local _, info = stdnse.new_thread(function() stdnse.sleep(100) end)
            nmap.registry.info = info
            stdnse.sleep(100)
            """,
            settings
        ).output
        #expect(output == nil)
    }

    @Test("only functions can be workers")
    func misuse() throws {
        let output = try run("local fine, text = pcall(stdnse.new_thread, 5) return text").output
        #expect(output?.hasSuffix("function expected") == true)
    }

    @Test("a script that asks quietly for a library that is not there is left out without an error")
    func silentRequire() throws {
        let tree = try ScriptTree(scripts: [
            "quiet": """
            local stdnse = require "stdnse"
            stdnse.silent_require "nowhere"
            categories = {} prerule = function() return true end action = function() return "ran" end
            """
        ])
        let fixture = try EngineFixture(directory: tree.path)
        try fixture.load([:], rules: ["quiet"])
        #expect(try fixture.runBeforeHosts().isEmpty)
    }
}
