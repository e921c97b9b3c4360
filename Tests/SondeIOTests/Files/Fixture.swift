// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// Files of the repository that tests read.
enum Fixture {
    /// The path of a file under `Tests/Fixtures`.
    static func path(_ name: String, file: String = #filePath) -> String {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        let tests = parts.lastIndex(of: "Tests").map { parts[...$0].joined(separator: "/") } ?? "Tests"
        return tests + "/Fixtures/" + name
    }
}

/// A directory of this test alone, removed at the end.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/sonde-test-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove(path) }

    /// Makes a directory in it.
    func makeDirectory(_ name: String) -> String {
        _ = unsafe mkdir(path + "/" + name, 0o700)
        return path + "/" + name
    }

    /// Writes a file in it.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let descriptor = unsafe open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let octets = Array(text.utf8)
        try #require(unsafe Glibc.write(descriptor, octets, octets.count) == octets.count)
        return path + "/" + name
    }

    private func remove(_ path: String) {
        if let directory = unsafe opendir(path) {
            while let entry = unsafe readdir(directory) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            unsafe closedir(directory)
            _ = unsafe rmdir(path)
        } else {
            _ = unsafe unlink(path)
        }
    }
}
