// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file that a report is written to, buffered.
///
/// Reporters flush after each host, so that `tail -f` shows what is done.
package final class OutputFile: OutputSink {
    /// Octets that may wait before they are written.
    private static let bufferLimit = 65536

    /// The name as the user gave it; `-` is standard output.
    package let name: String
    private var descriptor: CInt
    private let isOwned: Bool
    private var buffer: [UInt8] = []
    /// Whether flushing is put off: the octets wait for more, as far as the buffer reaches.
    package var isHeld = false

    /// Opens a file for writing, creating it if needed.
    ///
    /// - Parameters:
    ///   - name: the file's name, expanded already (``OutputFileName``); `-` means standard output.
    ///   - appending: whether to keep what is there.
    ///   - isForced: whether to write also over a database, and into a file that another scan writes.
    /// - Throws: ``OutputError`` if the name begins with `-`, the file cannot be opened, or writing would destroy
    ///   what another scan has found.
    package init(_ name: String, appending: Bool = false, isForced: Bool = false) throws(OutputError) {
        self.name = name
        guard name != "-" else {
            descriptor = STDOUT_FILENO
            isOwned = false
            return
        }
        guard !name.hasPrefix("-") else { throw OutputError(.name, file: name) }
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : 0)
        descriptor = unsafe open(name, flags, 0o666)
        isOwned = true
        guard descriptor >= 0 else { throw OutputError(.open, file: name, systemCode: errno) }
        guard Self.isRegular(descriptor) else { return }
        if !isForced, let code = Self.obstacle(name, descriptor) {
            _ = Glibc.close(descriptor)
            descriptor = -1
            throw OutputError(code, file: name)
        }
        // What was there goes only now that it is known to be nobody else's.
        guard appending || ftruncate(descriptor, 0) == 0 else {
            throw OutputError(.open, file: name, systemCode: errno)
        }
    }

    private static func isRegular(_ descriptor: CInt) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Why a file must be left alone: it is a database of SQLite, or another live scan holds its lock.
    private static func obstacle(_ name: String, _ descriptor: CInt) -> OutputError.Code? {
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return .busy }
        let reader = unsafe open(name, O_RDONLY | O_CLOEXEC)
        guard reader >= 0 else { return nil }
        defer { _ = Glibc.close(reader) }
        var head = [UInt8](repeating: 0, count: 16)
        // The buffer is owned by this frame and its own count is passed.
        let count = unsafe head.withUnsafeMutableBytes { unsafe Glibc.read(reader, $0.baseAddress, $0.count) }
        return count == 16 && head.starts(with: "SQLite format 3\0".utf8) ? .database : nil
    }

    /// Writes to a descriptor that somebody else owns and closes, as standard error.
    package init(borrowing descriptor: CInt, name: String) {
        self.name = name
        self.descriptor = descriptor
        isOwned = false
    }

    deinit {
        if isOwned && descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Takes octets; see ``OutputSink/write(_:)``.
    package func write(_ octets: some Collection<UInt8>) throws(OutputError) {
        buffer.append(contentsOf: octets)
        if buffer.count >= Self.bufferLimit { try writeOut() }
    }

    /// Hands on what waits, unless the file is held; see ``OutputSink/flush()``.
    package func flush() throws(OutputError) {
        if !isHeld { try writeOut() }
    }

    private func writeOut() throws(OutputError) {
        var done = 0
        // What could not be written is dropped: the file has failed, and memory is not a second disk.
        defer { buffer.removeAll(keepingCapacity: true) }
        while done < buffer.count {
            let written = writeOnce(from: done)
            if written > 0 {
                done += written
            } else if written < 0 && errno == EAGAIN {
                waitUntilWritable()
            } else if written < 0 && errno != EINTR {
                throw OutputError(.write, file: name, systemCode: errno)
            }
        }
    }

    /// Flushes and gives the file back; see ``OutputSink/close()``.
    package func close() throws(OutputError) {
        guard descriptor >= 0 else { return }
        let failure: OutputError?
        do throws(OutputError) {
            try writeOut()
            failure = nil
        } catch {
            failure = error
        }
        let result = isOwned ? Glibc.close(descriptor) : 0
        let code = errno
        descriptor = -1
        if let failure { throw failure }
        guard result == 0 else { throw OutputError(.write, file: name, systemCode: code) }
    }

    /// One `write`; the pointer is valid for the call, and the length is what the buffer holds from there on.
    private func writeOnce(from start: Int) -> Int {
        unsafe buffer.withUnsafeBytes { octets in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: octets[start...])
            return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        }
    }

    /// Standard output may be non-blocking, as terminals are shared with other programs.
    private func waitUntilWritable() {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
    }
}
