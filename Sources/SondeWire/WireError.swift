// SPDX-License-Identifier: Apache-2.0

/// Why octets are not the packet they were taken for.
package struct WireError: Error, Hashable, Sendable {
    /// The kinds of fault.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// A word for messages.
        package let rawValue: String

        /// Makes a code from its word.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// Fewer octets than the header, or a length field in it, needs.
        package static let truncated = Self(rawValue: "truncated")
        /// A field has a value that its format does not allow.
        package static let malformed = Self(rawValue: "malformed")
        /// The version or type is another one.
        package static let unexpected = Self(rawValue: "unexpected")
    }

    /// What is wrong.
    package let code: Code
    /// Where, in octets from the start of what was parsed.
    package let offset: Int

    /// Makes an error.
    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}
