// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

/// What `-v` and `-d` tell of scripts (spec `nse-engine`, section 13).
@Suite struct DebugMessagesTests {
    private func messages(verbosity: Int, debugging: Int) throws -> [String] {
        var settings = ScriptSettings()
        settings.verbosity = verbosity
        settings.debugging = debugging
        let fixture = try EngineFixture(settings)
        try fixture.load([
            "a": "categories = {} portrule = function() return true end action = function() end",
            "b": "categories = {} portrule = function() return false end action = function() end",
        ])
        _ = try fixture.run(onPorts: [80])
        return fixture.messages.filter { !$0.contains("was selected by") && !$0.contains("Loaded '") }
    }

    @Test("without -v and -d nothing is told")
    func silent() throws { #expect(try messages(verbosity: 0, debugging: 0).isEmpty) }

    @Test("-v tells of phases, -vv of run levels")
    func verbose() throws {
        let phases = ["NSE: Loaded 2 scripts for scanning.", "NSE: Script scanning 127.0.0.1."]
        #expect(try messages(verbosity: 1, debugging: 0) == phases)
        #expect(
            try messages(verbosity: 2, debugging: 0) == phases + ["NSE: Starting runlevel 1 (of 1) scan."]
        )
    }

    @Test("-d tells of each thread whose rule passed")
    func debugging() throws {
        #expect(
            try messages(verbosity: 1, debugging: 1).suffix(2) == [
                "NSE: Starting a against 127.0.0.1:80.", "NSE: Finished a against 127.0.0.1:80.",
            ]
        )
    }

    @Test("-dd names threads by their addresses")
    func addresses() throws {
        let last = try #require(try messages(verbosity: 2, debugging: 2).last)
        #expect(last.hasPrefix("NSE: Finished a M:"))
        #expect(last.hasSuffix(" against 127.0.0.1:80."))
    }
}
