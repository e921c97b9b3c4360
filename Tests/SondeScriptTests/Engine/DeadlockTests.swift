// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

@Suite struct DeadlockTests {
    private func script(_ action: String) -> String {
        "local nmap = require 'nmap'\n" + EngineFixture.prescript(action)
    }

    @Test("a mutex that its holder asks for again is a deadlock, named at once")
    func ownMutex() throws {
        let fixture = try EngineFixture()
        let output = try fixture.run(
            """
            local m = nmap.mutex("mine")
            m("lock")
            local ok, text = pcall(m, "lock")
            return tostring(ok) .. " " .. text:gsub("M:%x+", "M")
            """
        )
        #expect(output == "false deadlock: test M waits for a mutex that it holds itself")
    }

    @Test(
        "two scripts that wait for each other's mutexes: the one that closes the circle is told, the other goes on"
    )
    func circle() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "one": script(
                """
                local a, b = nmap.mutex("a"), nmap.mutex("b")
                a("lock")
                nmap.socket.sleep(0.01)
                b("lock")
                return "has both"
                """
            ),
            "two": script(
                """
                local a, b = nmap.mutex("a"), nmap.mutex("b")
                b("lock")
                nmap.socket.sleep(0.02)
                a("lock")
                return "has both"
                """
            ),
        ])
        let outputs = try fixture.runBeforeHosts()
        #expect(outputs["one"] == "has both")
        #expect(outputs["two"]?.hasPrefix("ERROR") == true)
        let reason = fixture.records.first { $0.id == "two" }?.reason
        #expect(reason?.contains("deadlock: two M:") == true)
        #expect(reason?.contains("waits for a mutex of one M:") == true)
    }

    @Test("threads that all wait for a signal are told, and the phase ends")
    func signals() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "one": script("nmap.condvar('never')('wait') return 'woken'"),
            "two": script(
                "local ok, text = pcall(nmap.condvar('at all'), 'wait') return text:match('deadlock[^:]*')"
            ),
        ])
        let outputs = try fixture.runBeforeHosts()
        #expect(outputs["one"]?.hasPrefix("ERROR") == true)
        #expect(outputs["two"] == "deadlock")
        #expect(
            fixture.records.first { $0.id == "one" }?.reason?.contains("every script thread waits") == true
        )
    }

    @Test("a thread that waits while another works is left alone")
    func hope() throws {
        let fixture = try EngineFixture()
        try fixture.load([
            "one": script("nmap.condvar('soon')('wait') return 'woken'"),
            "two": script(
                "nmap.socket.sleep(0.05) nmap.condvar('soon')('signal') nmap.socket.sleep(0.01) return 'x'"
            ),
        ])
        #expect(try fixture.runBeforeHosts()["one"] == "woken")
    }
}
