// SPDX-License-Identifier: Apache-2.0

/// Why a text is not what it should be.
package struct TextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1.
    package let line: Int
    /// What is wrong, a lower-case fragment.
    package let reason: String

    /// Makes an error.
    package init(line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }

    /// `line 3: the element <host> has no end`.
    package var description: String { "line \(line): \(reason)" }
}
