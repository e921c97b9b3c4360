// SPDX-License-Identifier: Apache-2.0

/// Why a scan could not begin, or ended early: one line for the person who asked for it.
public struct ScanError: Error, Hashable, Sendable {
    /// Whose fault it is.
    public enum Kind: Hashable, Sendable {
        /// The request is wrong: exit status 255.
        case usage
        /// The request is right, but something failed: exit status 1.
        case failure
    }

    /// Whose fault it is.
    public let kind: Kind
    /// What is wrong, with the offending text and what would be right; one line.
    public let message: String
    /// More for `-d`, such as a traceback; may have several lines.
    public let detail: String

    /// Makes an error.
    public init(_ kind: Kind, _ message: String, detail: String = "") {
        self.kind = kind
        self.message = message
        self.detail = detail
    }
}
