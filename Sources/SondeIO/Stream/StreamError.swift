// SPDX-License-Identifier: Apache-2.0

/// Why a stream operation ended without success.
package struct StreamError: Error, Hashable, Sendable {
    /// The word scripts see.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The word.
        package let rawValue: String
        /// Makes a code.
        package init(rawValue: String) { self.rawValue = rawValue }
        /// Anything not named below.
        package static let error = Self(rawValue: "ERROR")
        /// The peer ended the stream.
        package static let endOfStream = Self(rawValue: "EOF")
    }

    /// The word scripts see.
    package let code: Code
    /// The failed system call, if there was one.
    package let underlying: SystemError?
    /// More about it.
    package let detail: String?

    /// Makes an error.
    package init(_ code: Code, underlying: SystemError? = nil, detail: String? = nil) {
        self.code = code
        self.underlying = underlying
        self.detail = detail
    }
}
