// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SondeOutput

@Suite("OutputFile")
struct OutputFileTests {
    /// A folder of its own for one test.
    final class Folder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
        func path(_ name: String) -> String { url.appendingPathComponent(name).path }
        func text(_ name: String) throws -> String {
            try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
        }
    }

    @Test("what is written is in the file after a flush, and not before")
    func flush() throws {
        let folder = try Folder()
        let file = try OutputFile(folder.path("a"))
        try file.line("one")
        #expect(try folder.text("a") == "")
        try file.flush()
        #expect(try folder.text("a") == "one\n")
        try file.line("two")
        try file.close()
        try file.close()
        #expect(try folder.text("a") == "one\ntwo\n")
    }

    @Test("a large text is written whole, also without a flush")
    func large() throws {
        let folder = try Folder()
        let file = try OutputFile(folder.path("a"))
        for _ in 0..<100 { try file.write([UInt8](repeating: 65, count: 10_001)) }
        #expect(try folder.text("a").utf8.count > 900_000)
        try file.close()
        #expect(try folder.text("a").utf8.count == 1_000_100)
    }

    @Test("an existing file is replaced, or kept when appending")
    func appending() throws {
        let folder = try Folder()
        for (isAppending, expected) in [(false, "x\n"), (true, "x\nx\n"), (false, "x\n")] {
            let file = try OutputFile(folder.path("a"), appending: isAppending)
            try file.line("x")
            try file.close()
            #expect(try folder.text("a") == expected)
        }
    }

    @Test("names that begin with a hyphen are refused with advice")
    func hyphen() {
        #expect(throws: OutputError(.name, file: "-z")) { try OutputFile("-z") }
        #expect(OutputError(.name, file: "-z").description.contains("'./-z'"))
    }

    @Test("a file that cannot be opened is named, with the system's reason")
    func missingFolder() {
        #expect(throws: OutputError(.open, file: "/nonexistent/x", systemCode: ENOENT)) {
            try OutputFile("/nonexistent/x")
        }
        #expect(
            OutputError(.open, file: "/nonexistent/x", systemCode: ENOENT).description
                == "cannot open output file /nonexistent/x for writing: No such file or directory (2)"
        )
    }

    @Test("a full disk is an error, once, and closing still works")
    func fullDisk() throws {
        let file = try OutputFile("/dev/full")
        try file.line("x")
        #expect(throws: OutputError(.write, file: "/dev/full", systemCode: ENOSPC)) { try file.flush() }
        #expect(
            OutputError(.write, file: "a\u{1B}", systemCode: ENOSPC).description.contains("a\\x1B: No space")
        )
        try file.close()
    }
}

@Suite struct OutputFileProtectionTests {
    private func temporary(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "sonde-output-\(UUID().uuidString)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("a report does not overwrite a database unless forced")
    func database() throws {
        let path = try temporary("SQLite format 3\0and pages")
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: OutputError.self) { try OutputFile(path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("SQLite"))
        try OutputFile(path, isForced: true).close()
        #expect(try String(contentsOfFile: path, encoding: .utf8).isEmpty)
    }

    @Test("a report does not overwrite what another scan is writing, and overwrites what is finished")
    func busy() throws {
        let path = try temporary("old")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try OutputFile(path)
        try first.write("new".utf8)
        let error = #expect(throws: OutputError.self) { try OutputFile(path) }
        #expect(error?.code == .busy)
        try first.close()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
        try OutputFile(path).close()
        #expect(try String(contentsOfFile: path, encoding: .utf8).isEmpty)
    }
}
