// SPDX-License-Identifier: Apache-2.0

/// Why the text of `script.db` could not be read.
package struct ScriptIndexError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line of the fault, from 1.
    package let line: Int
    /// What is wrong, as `expected '=' after 'filename'`.
    package let reason: String

    /// `script.db:12: expected '='`.
    package var description: String { "script.db:\(line): \(reason)" }
}
