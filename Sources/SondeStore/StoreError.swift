// SPDX-License-Identifier: Apache-2.0

/// Why the scan database could not do what was asked.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line for a person, naming the file.
    package let description: String

    /// Makes an error.
    package init(_ description: String) { self.description = description }
}
