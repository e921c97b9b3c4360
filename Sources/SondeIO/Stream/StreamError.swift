// SPDX-License-Identifier: Apache-2.0

/// Why a stream operation ended without success.
package struct StreamError: Error, Hashable, Sendable {
    /// The kind of failure, as the word that scripts see.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The word.
        package let rawValue: String

        /// Makes a code from its word.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The deadline passed.
        package static let timeout = Self(rawValue: "TIMEOUT")
        /// The peer has ended the stream.
        package static let endOfStream = Self(rawValue: "EOF")
        /// The system or the peer refused; see ``StreamError/underlying``.
        package static let error = Self(rawValue: "ERROR")
        /// The operation was cancelled.
        package static let cancelled = Self(rawValue: "CANCELLED")
        /// The gate does not let traffic to this address pass.
        package static let denied = Self(rawValue: "DENIED")
    }

    /// The kind of failure.
    package let code: Code
    /// The system call behind it, if one failed.
    package let underlying: SystemError?
    /// More words for a person, if there are any.
    package let detail: String?

    /// Makes an error.
    package init(_ code: Code, underlying: SystemError? = nil, detail: String? = nil) {
        self.code = code
        self.underlying = underlying
        self.detail = detail
    }

    /// An error that a system call had.
    package init(_ underlying: SystemError) { self.init(.error, underlying: underlying) }

    /// The deadline passed.
    package static let timeout = StreamError(.timeout)
    /// The peer has ended the stream.
    package static let endOfStream = StreamError(.endOfStream)
    /// The operation was cancelled.
    package static let cancelled = StreamError(.cancelled)
    /// The gate does not let this pass.
    package static let denied = StreamError(.denied)
    /// The stream is closed.
    package static let closed = StreamError(.error, detail: "the socket is closed")
    /// The same kind of operation is already under way on this stream.
    package static let busy = StreamError(.error, detail: "an operation of this kind is already pending")
}

extension StreamError: CustomStringConvertible {
    /// The word, and the reason if there is one: `ERROR (connect: Connection refused)`.
    package var description: String {
        let reasons = [underlying.map(String.init(describing:)), detail].compactMap { $0 }
        return reasons.isEmpty ? code.rawValue : "\(code.rawValue) (\(reasons.joined(separator: "; ")))"
    }
}
