// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc

/// A system call that failed: which, and the error number.
package struct SystemError: Error, Hashable, Sendable {
    /// The error number (`errno`).
    package let number: Int32
    /// The name of the call, such as `connect`.
    package let call: String

    /// Makes an error.
    package init(number: Int32, call: String) {
        self.number = number
        self.call = call
    }

    /// The system's words for the error number.
    package var reason: String { systemText(number) }

    /// Whether the system lacked something that may be there again soon: descriptors, buffers, ports.
    package var isShortage: Bool {
        number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM
            || number == EADDRNOTAVAIL
    }
}

extension SystemError: CustomStringConvertible {
    /// The call and what went wrong: `connect: Connection refused`.
    package var description: String { "\(call): \(reason)" }
}

/// The table behind the text is constant and never freed.
private func systemText(_ number: Int32) -> String {
    guard let text = unsafe sonde_error_text(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}
