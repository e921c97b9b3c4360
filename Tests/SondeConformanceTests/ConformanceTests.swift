// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import Testing

/// Runs the conformance scripts: each checks facts of the specification and says which do not hold.
@Suite struct ConformanceTests {
    @Test(
        "scripts before all hosts",
        arguments: [
            "nmap-plain", "nmap-sync", "nmap-socket", "modules", "natives", "streams", "pcre",
            "environment",
        ]
    )
    func prescripts(name: String) throws {
        var settings = ScriptSettings()
        // These two make files, and change what the sandbox closes.
        if ["natives", "environment"].contains(name) { settings.sandbox = nil }
        let world = try ScriptWorld(tree: "Lua", settings: settings)
        try world.choose(name)
        let output = try world.runBeforeHosts()[name] ?? "no output"
        #expect(output.hasSuffix(" checks, 0 failures"), Comment(rawValue: output))
        // A script that checks nothing passes nothing.
        #expect(!output.hasPrefix("0 "))
    }

    @Test(
        "captures and raw packets on the loopback",
        .enabled(if: RawAccess.isAvailable(), "needs raw sockets")
    )
    func raw() throws {
        var settings = ScriptSettings()
        settings.isPrivileged = true
        let world = try ScriptWorld(tree: "Lua", settings: settings)
        try world.choose("raw")
        let output = try world.runBeforeHosts()["raw"] ?? "no output"
        #expect(output.hasSuffix(" checks, 0 failures"), Comment(rawValue: output))
    }

    @Test("scripts against a peer", arguments: ["peer", "host-tables", "port-tables"])
    func portScripts(name: String) throws {
        let world = try ScriptWorld(tree: "Lua")
        let peer = try ScriptedPeer(world.network)
        defer { peer.close() }
        try world.choose(name)
        let host = try world.run(onPorts: [peer.port, 7])
        let said = host.scripts + host.ports.records { _ in true }.flatMap(\.scripts)
        let output = said.first { $0.id == name }.map { String(decoding: $0.output, as: UTF8.self) }
        #expect(output?.hasSuffix(" checks, 0 failures") == true, Comment(rawValue: output ?? "no output"))
    }
}
