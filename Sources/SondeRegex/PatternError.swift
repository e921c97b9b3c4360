// SPDX-License-Identifier: Apache-2.0

/// Why a pattern could not be compiled.
package struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the library says.
    package let message: String
    /// Where in the pattern, in octets from its start.
    package let offset: Int

    /// Makes an error.
    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// The message with its place.
    package var description: String { "\(message) (pattern offset: \(offset))" }
}
