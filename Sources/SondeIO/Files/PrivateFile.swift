// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file that only this user can have written, open for reading.
///
/// For what is believed without being checked as outside input is: file and folder must belong to the effective user, and
/// nobody else may write to either.
package final class PrivateFile: Sendable {
    /// How long it is.
    package let size: Int
    private let descriptor: CInt

    /// Opens a file; nothing if it is not there, or not only this user's.
    package init?(_ path: String) {
        guard !path.utf8.contains(0), Self.isPrivate(folderOf: path) else { return nil }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, Self.isOurs(status, kind: S_IFREG),
            let size = Int(exactly: status.st_size)
        else {
            Glibc.close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.size = size
    }

    deinit { Glibc.close(descriptor) }

    /// Some of its octets; nothing if there are not so many at that place.
    package func octets(at offset: Int, count: Int) -> [UInt8]? {
        guard offset >= 0, count >= 0, count <= size, offset <= size - count else { return nil }
        var done = 0
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while done < count {
                // What is left of the buffer is what is left to read.
                let part = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[done...]
                )
                let read = unsafe pread(descriptor, part.baseAddress, part.count, off_t(offset + done))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { break }
                done += read
            }
            filled = done
        }
        return done == count ? octets : nil
    }

    /// Puts a file in place of another, whole or not at all.
    ///
    /// Folders that are missing are made, if what they are made in is this user's.
    ///
    /// - Returns: whether the file is there now.
    @discardableResult
    package static func replace(_ path: String, with octets: [UInt8]) -> Bool {
        guard !path.utf8.contains(0), makeFolder(parent(of: path), depth: 3), isPrivate(folderOf: path) else {
            return false
        }
        let draft = "\(path).\(getpid())"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = write(octets, to: descriptor)
        guard Glibc.close(descriptor) == 0, isWritten, unsafe rename(draft, path) == 0 else {
            _ = unsafe unlink(draft)
            return false
        }
        return true
    }

    private static func write(_ octets: [UInt8], to descriptor: CInt) -> Bool {
        unsafe octets.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                // What is left of the array is what is left to write.
                let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = unsafe Glibc.write(descriptor, part.baseAddress, part.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    /// Makes a folder that is missing, and at most so many above it.
    private static func makeFolder(_ path: String, depth: Int) -> Bool {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        guard depth > 0, path.contains("/"), makeFolder(parent(of: path), depth: depth - 1),
            isPrivate(folderOf: path)
        else { return false }
        return unsafe mkdir(path, 0o700) == 0 || errno == EEXIST
    }

    private static func isPrivate(folderOf path: String) -> Bool {
        var status = stat()
        return unsafe stat(parent(of: path), &status) == 0 && isOurs(status, kind: S_IFDIR)
    }

    private static func isOurs(_ status: stat, kind: mode_t) -> Bool {
        status.st_mode & S_IFMT == kind && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
