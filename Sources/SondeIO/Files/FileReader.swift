// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Reads whole files.
package enum FileReader {
    /// The most octets read unless the caller says otherwise: 64 MiB, several times the largest data file.
    package static let defaultLimit = 64 << 20

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: the file. A pipe or device is never waited for.
    ///   - limit: the most octets accepted; a larger file is an error, not cut.
    /// - Returns: its octets.
    /// - Throws: ``FileError`` with the path and the failed call.
    package static func contents(
        of path: String,
        limit: Int = defaultLimit
    ) throws(FileError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw failure(path, ENOENT, "open") }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, errno, "open") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        octets.reserveCapacity(min(size(of: descriptor) + 1, limit + 1))
        while true {
            let count = append(from: descriptor, to: &octets)
            if count == 0 { return octets }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, errno, "read") }
            guard octets.count <= limit else { throw FileError(path: path, kind: .tooLarge(limit: limit)) }
        }
    }

    private static func failure(_ path: String, _ number: Int32, _ call: String) -> FileError {
        FileError(path: path, kind: .system(SystemError(number: number, call: call)))
    }

    /// The size the system tells, which some special files leave at zero.
    private static func size(of descriptor: CInt) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return 0 }
        return Int(clamping: max(status.st_size, 0))
    }

    /// Reads once: the number of octets, 0 at the end, negative if the call failed.
    private static func append(from descriptor: CInt, to octets: inout [UInt8]) -> Int {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
            // The call has written `count` octets at the buffer's start.
            if count > 0 { unsafe octets.append(contentsOf: buffer.prefix(count)) }
            return count
        }
    }
}

extension FileReader {
    /// What is at a path: a readable file, a directory, or nothing that can be used.
    package static func look(at path: String) -> FoundPath? {
        FileStatus(path).found
    }

    /// The names in a directory, but for `.` and `..`, in no order; none if it cannot be read.
    package static func names(in path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
