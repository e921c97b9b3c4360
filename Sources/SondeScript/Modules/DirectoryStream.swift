// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An open directory whose names are read one by one, in no particular order.
///
/// The only owner of its `DIR`.
@safe
final class DirectoryStream {
    /// Nil once closed.
    private var stream: OpaquePointer?

    /// Opens a directory.
    init(path: SystemPath) throws(SystemFailure) {
        unsafe stream = try unsafe path.lend { unsafe opendir($0) }
    }

    deinit { close() }

    /// Whether names can still be read.
    var isOpen: Bool { unsafe stream != nil }

    /// The next name, `.` and `..` among them; at the end nothing, and the directory is closed.
    func next() -> [UInt8]? {
        guard let stream = unsafe stream, let entry = unsafe readdir(stream) else {
            close()
            return nil
        }
        // The name ends with a zero, and is valid until the next call on the stream.
        return unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            let start = unsafe UnsafeRawPointer(name)
            let count = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
            return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    /// Closes the directory; does nothing if it is closed already.
    func close() {
        guard let stream = unsafe stream else { return }
        unsafe self.stream = nil
        _ = unsafe closedir(stream)
    }
}
