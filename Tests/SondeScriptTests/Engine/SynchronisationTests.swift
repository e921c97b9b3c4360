// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

@Suite struct SynchronisationTests {
    @Test("a mutex lets one thread in at a time, first come, first served")
    func mutex() throws {
        let fixture = try EngineFixture()
        let body = """
            local m = nmap.mutex("the one")
            m "lock"
            local seen = nmap.registry.inside or 0
            nmap.registry.inside = seen + 1
            nmap.socket.sleep(0.02)
            nmap.registry.inside = seen
            m "done"
            return seen
            """
        let script = EngineFixture.prescript(body)
        try fixture.load(["a": script, "b": script, "c": script])
        #expect(try fixture.runBeforeHosts() == ["a": "0", "b": "0", "c": "0"])
    }

    @Test("a mutex is released when its thread fails")
    func releasedOnFailure() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "a": EngineFixture.prescript("nmap.mutex('m') 'lock'; error('gone')"),
            "b": EngineFixture.prescript("nmap.socket.sleep(0.05); nmap.mutex('m') 'lock'; return 'mine'"),
        ])
        #expect(try fixture.runBeforeHosts()["b"] == "mine")
    }

    @Test(
        "misuse of a mutex is an error with the reference's words",
        arguments: [
            ("nmap.mutex(5)", "bad argument #1 to 'mutex' (object expected)"),
            ("nmap.mutex('x') 'done'", "do not have a lock on this mutex"),
            ("nmap.mutex('x') 'foo'", "invalid option 'foo'"),
        ]
    )
    func misuse(code: String, text: String) throws {
        let output = try EngineFixture().run("local _, e = pcall(function() \(code) end) return e")
        #expect(output?.hasSuffix(text) == true || output?.contains(text) == true)
    }

    @Test("trylock answers at once, and running names the holder")
    func tryLock() throws {
        let output = try EngineFixture().run(
            """
            local m = nmap.mutex(SCRIPT_NAME)
            local first, second = m "trylock", m "trylock"
            local mine = m "running" == coroutine.running()
            m "done"
            return tostring(first) .. tostring(second) .. tostring(mine) .. tostring(m "running")
            """
        )
        #expect(output == "truefalsetruenil")
    }

    @Test("a signal wakes one waiter, a broadcast all, and a thread's end all that wait on what it fetched")
    func conditions() throws {
        let fixture = try EngineFixture()
        let wait = EngineFixture.prescript("nmap.condvar('c') 'wait'; return 'woken'")
        try fixture.load([
            "a": wait, "b": wait,
            "z": EngineFixture.prescript("nmap.condvar('c'); nmap.socket.sleep(0.05)"),
        ])
        #expect(try fixture.runBeforeHosts() == ["a": "woken", "b": "woken"])
    }
}
