// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeIO
import Testing

@Suite struct FileReaderTests {
    @Test("a file is read whole, whatever its size", arguments: [0, 1, 65535, 65536, 65537, 300_000])
    func whole(count: Int) throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "x", count: count)
        let path = try directory.write("file", text)
        #expect(try FileReader.contents(of: path) == Array(text.utf8))
    }

    @Test("a file whose size the system does not tell is read whole too")
    func specialFile() throws {
        #expect(try !FileReader.contents(of: "/proc/self/status").isEmpty)
    }

    @Test("a missing file is an error with its path and the system's number")
    func missing() {
        let error = #expect(throws: FileError.self) { try FileReader.contents(of: "/nowhere/at/all") }
        #expect(error?.path == "/nowhere/at/all")
        #expect(error?.kind == .system(SystemError(number: ENOENT, call: "open")))
        #expect(error?.description.hasPrefix("/nowhere/at/all: ") == true)
    }

    @Test("a directory is an error")
    func directory() {
        let error = #expect(throws: FileError.self) { try FileReader.contents(of: "/") }
        #expect(error?.kind == .system(SystemError(number: EISDIR, call: "read")))
    }

    @Test("a path with a zero in it is not cut there")
    func zero() {
        #expect(throws: FileError.self) { try FileReader.contents(of: "/etc/passwd\0.lua") }
    }

    @Test("a file of the most octets accepted is read, one more is an error")
    func limit() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("file", "12345")
        #expect(try FileReader.contents(of: path, limit: 5).count == 5)
        let error = #expect(throws: FileError.self) { try FileReader.contents(of: path, limit: 4) }
        #expect(error?.kind == .tooLarge(limit: 4))
    }

    @Test("an endless device is not read for ever")
    func endless() {
        let error = #expect(throws: FileError.self) {
            try FileReader.contents(of: "/dev/zero", limit: 1 << 20)
        }
        #expect(error?.kind == .tooLarge(limit: 1 << 20))
    }

    @Test("a pipe nobody writes to is not waited for", .timeLimit(.minutes(1)))
    func pipe() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/pipe"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        #expect(try FileReader.contents(of: path).isEmpty)
    }
}
