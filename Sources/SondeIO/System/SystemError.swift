// SPDX-License-Identifier: Apache-2.0

/// A failed system call.
package struct SystemError: Error, Hashable, Sendable {
    /// The error's number (`errno`).
    package let number: Int32
    /// The name of the call.
    package let call: String

    /// Makes an error.
    package init(number: Int32, call: String) {
        self.number = number
        self.call = call
    }
}

extension SystemError {
    /// The system's words for the error number.
    package var reason: String { "error \(number)" }
}
