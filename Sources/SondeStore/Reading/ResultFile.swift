// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeText

/// Reads results from files, whatever program wrote them.
package enum ResultFile {
    /// The largest file that is read: 2 GiB.
    private static let sizeLimit = 1 << 31

    /// Reads the results in a file; the format is told by the file's beginning.
    ///
    /// - Parameter path: the file; `-` is standard input.
    /// - Returns: the results.
    /// - Throws: ``StoreError`` in one line that names the file and where it is wrong.
    package static func read(_ path: String) throws(StoreError) -> ScanResults {
        let octets = try contents(of: path)
        do throws(TextError) {
            return try parse(octets)
        } catch {
            throw StoreError("\(path): \(error)")
        }
    }

    /// Whether a file is a database of SQLite.
    package static func isDatabase(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        guard append(from: descriptor, to: &octets, atMost: 16) > 0 else { return false }
        return octets.starts(with: "SQLite format 3\0".utf8)
    }

    static func parse(_ octets: [UInt8]) throws(TextError) -> ScanResults {
        let start = octets.first { $0 > 32 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
        switch start {
        case UInt8(ascii: "<"): return try XMLResults.read(octets)
        case UInt8(ascii: "{"): return try JSONResults.read(octets)
        case UInt8(ascii: "["):
            // A list may begin with the bracket of an IPv6 address.
            let line = octets.drop { $0 <= 32 }.prefix { $0 != UInt8(ascii: "\n") }
            let isArray = line.count < 3 || line.contains(UInt8(ascii: "{"))
            return try isArray ? JSONResults.read(octets) : ListResults.read(octets)
        case nil: throw TextError(line: 1, "the file is empty")
        default: return try ListResults.read(octets)
        }
    }

    /// The octets of a file.
    package static func contents(of path: String) throws(StoreError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw StoreError("\(path): a file name cannot hold a NUL") }
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw StoreError("cannot read \(path): \(systemText(errno))") }
        defer { if path != "-" { close(descriptor) } }
        var octets: [UInt8] = []
        while true {
            let count = append(from: descriptor, to: &octets, atMost: 1 << 16)
            if count == 0 { return octets }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError("cannot read \(path): \(systemText(errno))") }
            guard octets.count <= sizeLimit else { throw StoreError("\(path) is larger than 2 GiB") }
        }
    }

    /// Reads once: the number of octets, 0 at the end, negative if the call failed.
    private static func append(from descriptor: CInt, to octets: inout [UInt8], atMost limit: Int) -> Int {
        unsafe withUnsafeTemporaryAllocation(byteCount: limit, alignment: 16) { buffer in
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            // The call has written `count` octets at the buffer's start.
            if count > 0 { unsafe octets.append(contentsOf: buffer.prefix(count)) }
            return count
        }
    }
}

/// The system's text for an error number.
func systemText(_ number: CInt) -> String {
    // The text is the C library's own and is copied at once.
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}
