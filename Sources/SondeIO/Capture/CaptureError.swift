// SPDX-License-Identifier: Apache-2.0

/// Why packets cannot be captured.
package struct CaptureError: Error, Hashable, Sendable {
    /// The kind of failure; others may exist.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The word.
        package let rawValue: String

        /// Makes a code of a word.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// There is no such interface.
        package static let noDevice = Code(rawValue: "no such interface")
        /// This process may not capture.
        package static let notPermitted = Code(rawValue: "not permitted")
        /// The interface is down, or went down.
        package static let isDown = Code(rawValue: "interface is down")
        /// The filter is not in the filter language, or not possible on this link.
        package static let badFilter = Code(rawValue: "bad filter")
        /// Anything else.
        package static let failed = Code(rawValue: "failed")
    }

    /// The kind of failure.
    package let code: Code
    /// The interface.
    package let device: String
    /// What the library says.
    package let detail: String

    /// Makes an error.
    package init(_ code: Code, device: String, detail: String) {
        self.code = code
        self.device = device
        self.detail = detail
    }
}

extension CaptureError: CustomStringConvertible {
    /// What went wrong on which interface: `cannot capture on eth9: no such interface (…)`.
    package var description: String {
        let more = detail.isEmpty ? "" : " (\(detail))"
        return "cannot capture on \(device): \(code.rawValue)\(more)"
    }
}
