// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import Testing

@testable import SondeScript

@Suite struct ScriptLockTests {
    private static let script = """
        categories = {"safe"} prerule = function() return true end
        action = function() return require("late").word .. require "early".word end
        """

    /// A tree with one script and two libraries, of which one is named in the other only.
    private func tree() throws -> String {
        let folder =
            FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
            + "/lock-\(UUID().uuidString)"
        for part in ["scripts", "nselib"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(part)",
                withIntermediateDirectories: true
            )
        }
        for (file, text) in [
            "scripts/mine.nse": Self.script, "nselib/early.lua": "return {word = 'y'}",
            "nselib/late.lua": "local deep = function() return require 'deep' end return {word = 'x'}",
            "nselib/deep.lua": "return {}", "nselib/unused.lua": "return {}",
        ] {
            try write(text, to: "\(folder)/\(file)")
        }
        return folder
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func run(_ folder: String, _ lock: ScriptLock?) throws -> (output: String?, reason: String?) {
        var settings = ScriptSettings()
        settings.lock = lock
        let fixture = try EngineFixture(settings, directory: folder)
        try fixture.engine.setUp(ScriptSelector.Request(options: ["\(folder)/scripts/mine.nse"]))
        let output = try fixture.runBeforeHosts()["mine"]
        return (output, fixture.records.first?.reason)
    }

    @Test("a lock has the scripts and all libraries that they name, and is read back")
    func making() throws {
        let folder = try tree()
        let fixture = try EngineFixture(directory: folder)
        try fixture.engine.setUp(ScriptSelector.Request(options: ["\(folder)/scripts/mine.nse"]))
        let lock = try fixture.engine.makeLock()
        #expect(
            lock.digests.keys.sorted() == [
                "nselib/deep.lua", "nselib/early.lua", "nselib/late.lua", "scripts/mine.nse",
            ]
        )
        #expect(lock.digests["nselib/deep.lua"]?.count == 64)
        #expect(try ScriptLock(parsing: Array(lock.text.utf8)) == lock)
        #expect(try run(folder, lock).output == "xy")
    }

    @Test("what has changed is refused by name: a script when it loads, a library when it is asked for")
    func changed() throws {
        let folder = try tree()
        let fixture = try EngineFixture(directory: folder)
        try fixture.engine.setUp(ScriptSelector.Request(options: ["\(folder)/scripts/mine.nse"]))
        let lock = try fixture.engine.makeLock()
        try write("return {word = 'z'}", to: "\(folder)/nselib/early.lua")
        let result = try run(folder, lock)
        #expect(result.reason?.contains("nselib/early.lua has changed") == true)
        try write(Self.script + " ", to: "\(folder)/scripts/mine.nse")
        #expect(throws: ScriptSetupError.self) { try run(folder, lock) }
        #expect(throws: ScriptSetupError.self) { try run(folder, ScriptLock()) }
    }

    @Test(
        "lines that are no hash with a name",
        arguments: [
            "x", "\n0123  a", String(repeating: "g", count: 64) + "  a",
            String(repeating: "a", count: 64) + "  ",
        ]
    )
    func mistakes(text: String) {
        #expect(throws: ScriptLock.Mistake.self) { try ScriptLock(parsing: Array(text.utf8)) }
    }

    @Test("the hash is that of SHA-256")
    func hash() {
        var lock = ScriptLock()
        lock.note("a", Array("abc".utf8))
        #expect(lock.digests["a"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
