// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeIO
import SondeLua
import SondeModel
import Testing

@testable import SondeScript

/// Compiled scripts that are kept from one run to the next.
@Suite struct ChunkCacheTests {
    let tree: ScriptTree
    let folder: String

    init() throws {
        tree = try ScriptTree(
            scripts: ["one": Self.script("require('helper').word()")],
            libraries: ["helper": "return {word = function() return 'fresh' end}"]
        )
        folder = tree.path + "/cache"
    }

    private static func script(_ result: String) -> String {
        """
        description = "d"
        categories = {"safe"}
        prerule = function() return true end
        action = function() return \(result) end
        """
    }

    /// A cache that finds every file old enough.
    private func makeCache() -> ChunkCache {
        ChunkCache(folder + "/sonde/chunks", now: { WallClock.nanoseconds + 60_000_000_000 })
    }

    private func run(_ cache: ChunkCache) throws -> String? {
        var settings = ScriptSettings()
        settings.chunks = cache
        let fixture = try EngineFixture(settings, directory: tree.path)
        try fixture.engine.setUp(ScriptSelector.Request(options: ["all"]))
        let outputs = try fixture.runBeforeHosts()
        fixture.engine.close()
        return outputs["one"]
    }

    /// A chunk as the engine would have made it of another text.
    private func chunk(of text: String, _ path: String) throws -> [UInt8] {
        let lua = try LuaState()
        defer { lua.close() }
        return try lua.withStack { (frame) throws(LuaError) in
            try frame.load(Array(text.utf8), name: "@\(path)")
            return frame.compiled() ?? []
        }
    }

    /// Puts a chunk into the cache that was not made of the library's text, so that its use shows.
    private func plant(_ word: String) throws {
        let path = tree.path + "/nselib/helper.lua"
        let code = try chunk(of: "return {word = function() return '\(word)' end}", path)
        let cache = makeCache()
        cache.add(path, FileIdentity(of: path), isOld: false) { code }
        cache.save()
    }

    private func removeCache() {
        for file in ["/sonde/chunks", "/sonde", ""] { _ = unsafe remove(folder + file) }
    }

    @Test("the second run uses what the first compiled, and all else is the same")
    func reuse() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        #expect(try run(makeCache()) == "fresh")
        let kept = makeCache()
        for file in ["scripts/one.nse", "nselib/helper.lua", "nselib/stdnse.lua", "nselib/strict.lua"] {
            #expect(kept.chunk(of: "\(tree.path)/\(file)") != nil, "\(file) is kept")
        }
        #expect(try run(kept) == "fresh")
        try plant("kept")
        #expect(try run(makeCache()) == "kept")
    }

    @Test("a file that changed is compiled anew, though length and time of writing are those of before")
    func changed() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        try plant("kept")
        let path = tree.path + "/nselib/helper.lua"
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        let times = [status.st_atim, status.st_mtim]
        // The clock of the file system may stand still for some milliseconds.
        let before = try #require(FileIdentity(of: path))
        var after = before
        while after.changed == before.changed {
            try tree.write("nselib/helper.lua", "return {word = function() return 'other' end}")
            #expect(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
            after = try #require(FileIdentity(of: path))
        }
        #expect(after.size == before.size && after.modified == before.modified)
        #expect(try run(makeCache()) == "other")
    }

    @Test("a file that was written just now is not kept: its next change could bear the same times")
    func unsettled() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        let path = tree.path + "/nselib/helper.lua"
        let cache = ChunkCache(folder + "/sonde/chunks")
        cache.add(path, FileIdentity(of: path), isOld: false) { [1] }
        cache.save()
        #expect(makeCache().chunk(of: path) == nil)
    }

    @Test("what somebody else may have written is not believed")
    func rights() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        try plant("kept")
        #expect(unsafe chmod(folder + "/sonde", 0o720) == 0)
        #expect(try run(makeCache()) == "fresh")
        #expect(unsafe chmod(folder + "/sonde", 0o700) == 0)
        #expect(unsafe chmod(folder + "/sonde/chunks", 0o602) == 0)
        #expect(try run(makeCache()) == "fresh")
        #expect(unsafe chmod(folder + "/sonde/chunks", 0o600) == 0)
        #expect(unsafe rename(folder + "/sonde/chunks", folder + "/sonde/real") == 0)
        #expect(unsafe symlink("real", folder + "/sonde/chunks") == 0)
        defer { _ = unsafe unlink(folder + "/sonde/real") }
        #expect(try run(makeCache()) == "fresh")
    }

    @Test("a folder that others may write to gets no cache, and nothing is harmed without one")
    func unwritable() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        #expect(unsafe chmod(folder, 0o777) == 0)
        #expect(try run(makeCache()) == "fresh")
        #expect(unsafe access(folder + "/sonde", F_OK) != 0)
        #expect(try run(ChunkCache("/proc/no/such/place")) == "fresh")
        #expect(try run(ChunkCache("")) == "fresh")
    }

    @Test("no accident in the file gives another chunk than was written")
    func corruption() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        let path = tree.path + "/nselib/helper.lua"
        let cache = makeCache()
        cache.add(path, FileIdentity(of: path), isOld: true) { Array("the code of it".utf8) }
        cache.save()
        let file = folder + "/sonde/chunks"
        let octets = try FileReader.contents(of: file)
        for place in octets.indices {
            var broken = octets
            broken[place] ^= 0x11
            PrivateFile.replace(file, with: broken)
            #expect(makeCache().chunk(of: path) == nil, "octet \(place)")
            PrivateFile.replace(file, with: Array(octets.prefix(place)))
            #expect(makeCache().chunk(of: path) == nil, "cut after \(place) octets")
        }
        PrivateFile.replace(file, with: octets)
        #expect(makeCache().chunk(of: path)?.code == Array("the code of it".utf8))
        #expect(makeCache().chunk(of: path)?.isOld == true)
    }

    @Test("bytecode that is none is compiled anew, and entries of other files stay")
    func nonsense() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        let path = tree.path + "/nselib/helper.lua"
        let cache = makeCache()
        cache.add(path, FileIdentity(of: path), isOld: false) { Array("no bytecode".utf8) }
        let other = tree.path + "/scripts/script.db"
        cache.add(other, FileIdentity(of: other), isOld: false) { [7] }
        cache.save()
        #expect(try run(makeCache()) == "fresh")
        #expect(makeCache().chunk(of: other)?.code == [7])
        #expect(try run(makeCache()) == "fresh")
    }

    @Test("what a choice needs is compiled ahead, without running any of it")
    func ahead() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        try tree.write("scripts/one.nse", Self.script("'ran'") + "\nerror('this ran at load time')")
        try tree.write("nselib/broken.lua", "this is no Lua")
        var settings = ScriptSettings()
        settings.chunks = makeCache()
        let fixture = try EngineFixture(settings, directory: tree.path)
        fixture.engine.keepCompiled(ScriptSelector.Request(options: ["all"]))
        for file in ["scripts/one.nse", "nselib/helper.lua", "nselib/stdnse.lua"] {
            #expect(settings.chunks?.has("\(tree.path)/\(file)") == true, "\(file) is kept")
            #expect(makeCache().has("\(tree.path)/\(file)"), "\(file) is written")
        }
        #expect(settings.chunks?.has("\(tree.path)/nselib/broken.lua") == false)
    }

    @Test("an error names the same line with and without")
    func lines() throws {
        defer { removeCache() }
        #expect(unsafe mkdir(folder, 0o700) == 0)
        try tree.write(
            "scripts/one.nse",
            Self.script("select(2, pcall(error, 'here', 1)) .. debug.traceback('', 1)")
        )
        let first = try run(makeCache())
        #expect(first?.contains("one.nse:4:") == true)
        #expect(try run(makeCache()) == first)
    }

    @Test(
        "the cache is where the user's caches are",
        arguments: [
            (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/sonde/chunks"),
            (["HOME": "/h"], "/h/.cache/sonde/chunks"),
            (["XDG_CACHE_HOME": "relative", "HOME": "/h"], "/h/.cache/sonde/chunks"), (["HOME": ""], nil),
            ([:], nil),
        ] as [([String: String], String?)]
    )
    func place(environment: [String: String], path: String?) {
        #expect(ChunkCache.usualPath { environment[$0] } == path)
    }
}
