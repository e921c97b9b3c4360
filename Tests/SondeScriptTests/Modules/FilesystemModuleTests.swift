// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// A fresh folder that goes away with its fixture; nothing must be left in it but files and empty folders.
private final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/sonde-lfs-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template).map { unsafe String(cString: $0) }
        path = try #require(made)
    }
    deinit {
        for name in ["file", "copy", "symbolic"] { unsafe _ = unlink("\(path)/\(name)") }
        for name in ["new", ""] { unsafe _ = rmdir("\(path)/\(name)") }
    }
}

@Suite struct FilesystemModuleTests {
    @Test("directories are made, listed and removed")
    func directories() throws {
        let fixture = try ModuleFixture()
        let folder = try Folder()
        _ = try fixture.run("path = '\(folder.path)' io.open(path .. '/file', 'w'):close()")
        #expect(try fixture.values("lfs.mkdir(path .. '/new')") == "true")
        #expect(try fixture.values("lfs.mkdir(path .. '/new')") == "nil File exists")
        #expect(try fixture.values("lfs.mkdir(path .. '/no/such')") == "nil No such file or directory")
        let names = try fixture.run(
            "local t = {} for name in lfs.dir(path) do t[#t + 1] = name end table.sort(t) return table.concat(t, ' ')"
        )
        #expect(names == ". .. file new")
        #expect(try fixture.values("lfs.rmdir(path .. '/new')") == "true")
        #expect(try fixture.values("lfs.rmdir(path .. '/new')") == "nil No such file or directory")
        #expect(try fixture.values("lfs.rmdir(path .. '/file')") == "nil Not a directory")
        #expect(try fixture.values("lfs.rmdir(path)") == "nil Directory not empty")
    }

    @Test("links are made, and their errors have a number")
    func links() throws {
        let fixture = try ModuleFixture()
        let folder = try Folder()
        _ = try fixture.run("path = '\(folder.path)/' io.open(path .. 'file', 'w'):write('x'):close()")
        #expect(try fixture.values("lfs.link(path .. 'file', path .. 'copy')") == "true")
        #expect(try fixture.values("lfs.link('file', path .. 'symbolic', true)") == "true")
        #expect(try fixture.values("lfs.link(path .. 'file', path .. 'copy')") == "nil File exists 17")
        #expect(
            try fixture.values("lfs.link(path .. 'none', path .. 'other')")
                == "nil No such file or directory 2"
        )
        #expect(try fixture.values("io.open(path .. 'symbolic'):read('a')") == "x")
    }

    @Test("a directory object is closed at its end and by close, and unusable after")
    func closing() throws {
        let fixture = try ModuleFixture()
        _ = try fixture.run("held = {lfs.dir('/tmp')}")
        #expect(
            try fixture.values("type(held[1]), held[1](held[2]) ~= nil, held[2]:next() ~= nil")
                == "function true true"
        )
        #expect(try fixture.values("select('#', held[2]:close()), select('#', held[2]:close())") == "0 0")
        #expect(
            try fixture.values("pcall(held[2].next, held[2])")
                == "false bad argument #1 to '?' (closed directory)"
        )
        #expect(
            try fixture.values("pcall(held[1], held[2])") == "false bad argument #1 to '?' (closed directory)"
        )
        #expect(
            try fixture.values("pcall(held[1])")
                == "false bad argument #1 to '?' (directory metatable expected, got no value)"
        )
        #expect(
            try fixture.values("pcall(held[2].close, 'x')").hasSuffix(
                "(directory metatable expected, got string)"
            )
        )
        _ = try fixture.run("held = {lfs.dir('/proc/self')} while held[2]:next() do end")
        #expect(
            try fixture.values("pcall(held[2].next, held[2])")
                == "false bad argument #1 to '?' (closed directory)"
        )
    }

    @Test("errors have the reference's texts")
    func errors() throws {
        let fixture = try ModuleFixture()
        #expect(
            try fixture.error("lfs.dir('/no/such')")
                == "test:1: cannot open /no/such: No such file or directory"
        )
        #expect(
            try fixture.error("lfs.dir()")
                == "test:1: bad argument #1 to 'dir' (string expected, got no value)"
        )
        #expect(
            try fixture.values("pcall(lfs.link, 'a')")
                == "false bad argument #2 to 'lfs.link' (string expected, got no value)"
        )
    }

    @Test("the module has no more than the reference's functions")
    func contents() throws {
        let fixture = try ModuleFixture()
        #expect(
            try fixture.values("lfs.get_path_separator(), lfs._VERSION, lfs.attributes, lfs.chdir")
                == "/ LuaFileSystem 1.5.0 nil nil"
        )
    }
}
