// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScript
import Testing

/// Trees of three generations of libraries, with one program.
@Suite struct GenerationTests {
    @Test(
        "libraries and scripts for Lua 5.1 run as they are",
        arguments: ["founding", "environments", "old-names", "old-sockets", "sealed"]
    )
    func old(name: String) throws {
        let world = try ScriptWorld(tree: "LuaOld")
        let peer = try ScriptedPeer(world.network)
        defer { peer.close() }
        try world.choose(name)
        let host = try world.run(onPorts: [peer.port])
        let said = host.ports.records { _ in true }.flatMap(\.scripts).first { $0.id == name }
        #expect(said.map { String(decoding: $0.output, as: UTF8.self) } == "all is well")
    }

    @Test("a tree for Lua 5.3 keeps its arithmetic, its bit32 and its comparisons")
    func classic() throws {
        let world = try ScriptWorld(tree: "LuaClassic")
        try world.choose("habits")
        #expect(try world.runBeforeHosts()["habits"] == "all is well")
    }

    @Test("a tree for Lua 5.4 gets Lua 5.4")
    func present() throws {
        let world = try ScriptWorld(tree: "Lua")
        try world.choose("present")
        #expect(try world.runBeforeHosts()["present"] == "all is well")
    }

    @Test(
        "all scripts of a tree load, with what they read of the arguments",
        arguments: ["Lua", "LuaClassic", "LuaOld"]
    )
    func loading(tree: String) throws {
        let report = try ScriptWorld(tree: tree).loadAll()
        #expect(report.failed.isEmpty && report.refused.isEmpty && !report.loaded.isEmpty)
    }

    @Test("old scripts with a run level come after those without")
    func runLevels() throws {
        let world = try ScriptWorld(tree: "LuaOld")
        try world.choose("first-level", "second-level")
        let peer = try ScriptedPeer(world.network)
        defer { peer.close() }
        let host = try world.run(onPorts: [peer.port])
        let said = host.ports.records { _ in true }.flatMap(\.scripts).first { $0.id == "second-level" }
        #expect(said.map { String(decoding: $0.output, as: UTF8.self) } == "the first has run")
    }
}
