// SPDX-License-Identifier: Apache-2.0

/// Why the rules of `--script` could not be carried out.
package struct SelectionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of fault.
    package enum Code: Hashable, Sendable {
        /// Nothing fits the rule: no script of the index, no file, no directory.
        case noMatch
        /// The rule names a directory but does not end in `/`.
        case directoryWithoutSlash
    }

    /// The kind of fault.
    package let code: Code
    /// The rule, without its `+` and outer white space.
    package let rule: String
    /// The directory as it was found; nothing for other faults.
    package let path: String?
    /// What the user may have meant: the script name or category nearest to the rule's first unknown word, or
    /// the directory with a slash.
    package let suggestion: String?

    /// The message in the reference's words, without the suggestion.
    package var description: String {
        switch code {
        case .noMatch: "'\(rule)' did not match a category, filename, or directory"
        case .directoryWithoutSlash: "directory '\(path ?? rule)' found, but will not match without '/'"
        }
    }
}
