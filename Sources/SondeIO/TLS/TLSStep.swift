// SPDX-License-Identifier: Apache-2.0

/// How far a handshake has come.
package enum TLSStep: Hashable, Sendable {
    /// It is finished.
    case done
    /// Call again when the socket is readable.
    case wantsRead
    /// Call again when the socket is writable.
    case wantsWrite
    /// It failed; the session is of no more use.
    case failed(StreamError)
}

/// What reading from or writing to a session gave.
package enum TLSTransfer: Hashable, Sendable {
    /// So many bytes were moved; for a read at least one.
    case count(Int)
    /// Call again, with the same bytes if writing, when the socket is readable.
    case wantsRead
    /// Call again, with the same bytes if writing, when the socket is writable.
    case wantsWrite
    /// The peer ended the stream, with or without saying so.
    case endOfStream
    /// The session is broken.
    case failed(StreamError)
}
