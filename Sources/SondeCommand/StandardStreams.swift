// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Writing to standard output and standard error.
enum StandardStreams {
    /// How writing ended.
    enum Outcome: Hashable, Sendable {
        /// All was written.
        case written
        /// Nobody reads any more; no reason to complain.
        case brokenPipe
        /// The system refused, with this error number.
        case failed(CInt)
    }

    /// Writes a text to standard output.
    static func write(_ text: String) -> Outcome { write(text, to: STDOUT_FILENO) }

    /// Writes a message and a newline to standard error.
    static func complain(_ message: String) {
        _ = write(errorText(message) + "\n", to: STDERR_FILENO)
    }

    /// Writes all of a text; a full pipe is waited for.
    static func write(_ text: String, to descriptor: CInt) -> Outcome {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // The buffer is valid for the length of the call and the count is its own.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno == EPIPE {
                return .brokenPipe
            } else if errno == EAGAIN {
                waitUntilWritable(descriptor)
            } else if errno != EINTR {
                return .failed(errno)
            }
        }
        return .written
    }

    private static func waitUntilWritable(_ descriptor: CInt) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // One entry, owned by this frame.
        _ = unsafe poll(&entry, 1, -1)
    }
}
