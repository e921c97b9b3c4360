// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct ZlibModuleTests {
    /// Texts that several tests read back: all three ends of lines.
    private func fixture() throws -> ModuleFixture {
        let fixture = try ModuleFixture()
        _ = try fixture.run(
            """
            text = "line1\\nline2\\r\\nline3\\rlast"
            plain, zipped = zlib.compress(text), zlib.compress(text, 9, 8, 31)
            """
        )
        return fixture
    }

    @Test(
        "whole texts are processed as in the reference",
        arguments: [
            ("crc32()", "0.0"), ("adler32()", "1.0"), ("crc32(0, 'abc')", "891568578.0"),
            ("adler32(1, 'abc')", "38600999.0"), ("crc32(-1, 'abc')", "899311407.0"),
            ("crc32(2^32, 'abc')", "891568578.0"), ("crc32('0', 'abc')", "891568578.0"),
            ("crc32(zlib.crc32(), 12)", "1330857165.0"), ("crc32(7.0, '')", "7.0"),
            ("compress('abc', 10)", "nil -2.0"), ("compress('abc', 5, 9)", "nil -2.0"),
            ("compress('abc', 5, 8, 99)", "nil -2.0"),
            ("decompress(plain) == text", "true"), ("decompress(plain .. 'more') == text", "true"),
            ("decompress(zipped, 31) == text", "true"), ("decompress(zipped, 47) == text", "true"),
            ("decompress(zlib.compress('abc', 9, 8, -15), -15)", "abc"),
            ("decompress(plain, 15, 5)", "line1"), ("decompress(plain, 15, 0) == ''", "true"),
            ("decompress(plain, 15, -5) == ''", "true"),
            ("decompress((zlib.compress(''))) == ''", "true"),
            ("_VERSION, zlib.GZIP_WINDOWBITS, zlib.RAW_WINDOWBITS", "lzlib 0.4-work3 16 -1"),
        ]
    )
    func wholeTexts(call: String, expected: String) throws {
        #expect(try fixture().values("zlib.\(call)") == expected)
    }

    @Test("compression answers its data and a float")
    func compression() throws {
        #expect(
            try fixture().run("local data, status = zlib.compress('abc') return hex(data) .. ' ' .. status")
                == "789c4b4c4a0600024d0127 1.0"
        )
        #expect(
            try fixture().values("#zlib.decompress((zlib.compress(('abc'):rep(1000000))), 15, 2^40)")
                == "3000000"
        )
        #expect(try fixture().values("#zlib.decompress((zlib.compress(('a'):rep(11000000))))") == "10485760")
    }

    @Test(
        "errors have the reference's texts, those about data without a place",
        arguments: [
            ("decompress('garbage')", "failed to process zlib stream"),
            ("decompress('')", "failed to process zlib stream"),
            ("decompress(plain:sub(1, 10))", "failed to process zlib stream"),
            ("decompress(plain, 31)", "failed to process zlib stream"),
            ("decompress(plain, 99)", "failed to initialize zstream structures"),
            ("decompress()", "test:1: bad argument #1 to 'decompress' (string expected, got no value)"),
            ("crc32(nil, '')", "test:1: bad argument #1 to 'crc32' (number expected, got nil)"),
            ("crc32(0)", "test:1: bad argument #2 to 'crc32' (string expected, got no value)"),
            ("crc32(1.5, '')", "test:1: bad argument #1 to 'crc32' (number has no integer representation)"),
            ("compress('a', 'x')", "test:1: bad argument #2 to 'compress' (number expected, got string)"),
            (
                "inflate()",
                "test:1: bad argument #1 to 'inflate' "
                    + "(input parameter must be a string, function, table or userdata value)"
            ),
            (
                "inflate({read = 5})",
                "test:1: bad argument #1 to 'inflate' (input parameter does not provide :read function)"
            ),
            ("inflate('', 99)", "call to inflateInit2 failed"),
            ("inflate('', 15, {})", "test:1: bad argument #3 to 'inflate' (string expected, got table)"),
            (
                "deflate('x')",
                "test:1: bad argument #1 to 'deflate' (output parameter must be a function, table or userdata value)"
            ),
            (
                "deflate({})",
                "test:1: bad argument #1 to 'deflate' (output parameter does not provide :write function)"
            ),
            ("deflate(print, 99)", "call to deflateInit2 failed"),
            ("inflate('garbage'):read('*a')", "failed to decompress [-3]"),
            ("inflate('garbage'):read()", "failed to decompress [-3]"),
            ("inflate(function() return {} end):read()", "deflate callback must return string or nil"),
            ("inflate(function() error('boom', 0) end):read()", "boom"),
            ("inflate(plain):read('x')", "test:1: bad argument #1 to 'read' (invalid option)"),
            ("inflate(plain):read('*x')", "test:1: bad argument #1 to 'read' (invalid format)"),
            ("inflate(plain):read({})", "test:1: bad argument #1 to 'read' (invalid option)"),
            (
                "inflate(plain).read('x')",
                "test:1: bad argument #1 to 'read' (zlib:zstream expected, got string)"
            ),
            (
                "inflate(plain):write('x')",
                "test:1: calling 'write' on bad self (attempt to use invalid zlib stream)"
            ),
            (
                "deflate(print):read()",
                "test:1: calling 'read' on bad self (attempt to use invalid zlib stream)"
            ),
            ("deflate(print):flush('x')", "test:1: bad argument #1 to 'flush' (invalid option 'x')"),
            ("deflate(print):write({})", "test:1: bad argument #1 to 'write' (string expected, got table)"),
        ]
    )
    func errors(call: String, expected: String) throws {
        #expect(try fixture().error("zlib.\(call)") == expected)
    }

    @Test("a stream gives lines, counts and the rest, and tells its end")
    func reading() throws {
        let fixture = try fixture()
        _ = try fixture.run("s = zlib.inflate(zipped)")
        #expect(
            try fixture.values("s:read(), s:read('*l'), s:read('*l'), s:read(0), s:read(2)")
                == "line1 line2 line3  la"
        )
        #expect(
            try fixture.values("s:read('*a'), s:read('*a') == '', s:read(), s:read(0), s:read(5)")
                == "st true nil nil nil"
        )
        #expect(
            try fixture.values("zlib.inflate(plain):read(2, '*l', 0, 3, '*a', '*l')").hasSuffix("last nil")
        )
        #expect(try fixture.values("select('#', zlib.inflate(plain):read('*a', '*l', '*a'))") == "2")
        #expect(
            try fixture.values("zlib.inflate(plain):read(-1) == text, zlib.inflate(plain):read(2^60) == text")
                == "true true"
        )
        let lines = try fixture.run(
            "local t = {} for line in zlib.inflate(plain):lines() do t[#t + 1] = line end return table.concat(t, ',')"
        )
        #expect(lines == "line1,line2,line3,last")
    }

    @Test(
        "the ends of lines are CR, LF or both",
        arguments: [
            ("a\\n", "a nil nil"), ("a\\nb", "a b nil"), ("\\n\\n", "  nil"), ("a\\r\\n", "a nil nil"),
            ("a\\r", "a nil nil"), ("a\\n\\r", "a  nil"),
        ]
    )
    func lineEnds(text: String, expected: String) throws {
        let fixture = try fixture()
        _ = try fixture.run("s = zlib.inflate((zlib.compress('\(text)')))")
        #expect(try fixture.values("s:read(), s:read(), s:read()") == expected)
        // The same with one octet at a time, where a CR may come without what follows it.
        _ = try fixture.run(
            """
            local data, at = zlib.compress('\(text)', 0), 0
            s = zlib.inflate(function() at = at + 1 return data:sub(at, at) end)
            """
        )
        #expect(try fixture.values("s:read(), s:read(), s:read()") == expected)
    }

    @Test("data from functions and objects is pulled as it is needed")
    func sources() throws {
        let fixture = try fixture()
        _ = try fixture.run(
            """
            hints = {}
            local at = 0
            byOctet = zlib.inflate(function(hint) hints[hint] = true at = at + 1 return plain:sub(at, at) end)
            local whole = plain .. "TRAILER"
            peeking = zlib.inflate {
              peek = function(self, n) return #whole > 0 and whole:sub(1, 7) or nil end,
              read = function(self, n) whole = whole:sub(n + 1) end,
            }
            function left() return whole end
            """
        )
        #expect(try fixture.values("byOctet:read('*a') == text, next(hints)") == "true 8192 true")
        #expect(try fixture.values("peeking:read('*a') == text, left()") == "true TRAILER")
        #expect(try fixture.values("zlib.inflate(plain .. 'more'):read('*a') == text") == "true")
        #expect(try fixture.values("zlib.inflate(plain:sub(1, 10)):read('*a')") == "line1\nl")
        #expect(
            try fixture.values("zlib.inflate(zipped, -15) ~= nil, zlib.inflate(12) ~= nil") == "true true"
        )
        let big = try fixture.run(
            """
            local data = {} for i = 1, 30000 do data[i] = "line " .. i end
            local packed = zlib.compress(table.concat(data, "\\n"))
            local at, n = 1, 0
            local s = zlib.inflate(function(hint) local c = packed:sub(at, at + hint - 1) at = at + hint return c end)
            for line in s:lines() do n = n + 1 assert(line == data[n]) end
            return n
            """
        )
        #expect(big == "30000")
    }

    @Test("a closed or failed stream cannot be used, and closing twice does nothing")
    func closing() throws {
        let fixture = try fixture()
        _ = try fixture.run("s = zlib.inflate(plain) s:read() f = zlib.inflate('garbage') pcall(f.read, f)")
        #expect(try fixture.values("tostring(s):match '^zlib inflate stream %(0x%x+%)$' ~= nil") == "true")
        #expect(try fixture.values("s:close(), s:close(), s") == "true true zlib stream (closed)")
        for method in ["read", "lines", "write", "flush", "adler"] {
            let text = "bad argument #1 to '?' (attempt to use invalid zlib stream)"
            #expect(try fixture.values("pcall(s.\(method), s)") == "false \(text)")
        }
        #expect(try fixture.values("f") == "zlib stream (closed)")
    }

    @Test("a source that uses its own stream, or yields, gives an error")
    func reentry() throws {
        let fixture = try fixture()
        #expect(
            try fixture.error(
                "(function() local s s = zlib.inflate(function() s:read() end) return s:read() end)()"
            )
            .hasSuffix("calling 'read' on bad self (attempt to use invalid zlib stream)")
        )
        #expect(
            try fixture.error(
                "(function() local s s = zlib.inflate(function() s:close() end) return s:read() end)()"
            )
            .hasSuffix("calling 'close' on bad self (attempt to use invalid zlib stream)")
        )
        #expect(
            try fixture.values(
                "pcall(coroutine.wrap(function() return zlib.inflate(coroutine.yield):read() end))"
            ) == "false attempt to yield across a C-call boundary"
        )
    }

    @Test("what is written comes out compressed, when flushed or closed")
    func writing() throws {
        let fixture = try fixture()
        _ = try fixture.run(
            "out = '' d = zlib.deflate(function(data) assert(#data > 0) out = out .. data end)"
        )
        #expect(try fixture.values("d:write('abc', 'def', 12), d:write()") == "true true")
        #expect(
            try fixture.values("d:flush(), d:flush('sync'), zlib.inflate(out):read('*a')")
                == "true true abcdef12"
        )
        #expect(try fixture.values("d:adler() == zlib.adler32(1, 'abcdef12')") == "true")
        #expect(
            try fixture.values("d:flush('full'), d:flush('finish'), d, d:close()")
                == "true true zlib stream (closed) true"
        )
        #expect(try fixture.values("zlib.decompress(out)") == "abcdef12")
        _ = try fixture.run(
            """
            parts = {write = function(self, data) self[#self + 1] = data end}
            o = zlib.deflate(parts, 9, 8, 31)
            for i = 1, 3000 do o:write("number ", i, "\\n") end
            o:close()
            """
        )
        #expect(
            try fixture.values("select(2, zlib.decompress(table.concat(parts), 31):gsub('\\n', ''))")
                == "3000"
        )
    }

    @Test("a failing sink raises its own error")
    func failingSink() throws {
        let fixture = try fixture()
        _ = try fixture.run("t = {} d = zlib.deflate(function() error(t) end)")
        #expect(try fixture.run("local ok, e = pcall(d.flush, d) return e == t") == "true")
    }

    @Test("dictionaries are used where data wants them")
    func dictionaries() throws {
        let fixture = try fixture()
        _ = try fixture.run(
            """
            out = ""
            local d = zlib.deflate(function(x) out = out .. x end, nil, nil, nil, nil, nil, "line1 dictionary")
            d:write("line1 dictionary")
            d:close()
            """
        )
        #expect(
            try fixture.values("zlib.inflate(out, 15, 'line1 dictionary'):read('*a')") == "line1 dictionary"
        )
        #expect(try fixture.error("zlib.inflate(out):read('*a')") == "no inflate dictionary provided")
        #expect(
            try fixture.error("zlib.inflate(out, 15, 'other'):read('*a')")
                == "call to inflateSetDictionnary failed"
        )
    }

    @Test("damaged data gives text or an error and never traps")
    func damagedData() throws {
        let text = try fixture().run(
            """
            local seed = 7
            local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % n + 1 end
            local whole = zlib.compress(("some text "):rep(300) .. text, 9, 8, 31)
            for round = 1, 3000 do
              local at = random(#whole)
              local data = whole:sub(1, at - 1) .. string.char(random(256) - 1) .. whole:sub(at + random(3))
              pcall(zlib.decompress, data, 47)
              pcall(zlib.decompress, data:sub(11), -15)
              local s, p = zlib.inflate(data), 0
              pcall(function() repeat until not s:read(random(50)) end)
              s = zlib.inflate(function() p = p + 3 return data:sub(p - 2, p) end)
              pcall(function() for line in s:lines() do end end)
            end
            return "done"
            """
        )
        #expect(text == "done")
    }
}
