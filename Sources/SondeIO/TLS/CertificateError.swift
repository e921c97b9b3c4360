// SPDX-License-Identifier: Apache-2.0

/// Why octets could not be taken as a certificate, or its key not be read.
package struct CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong; an open set.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The code's name.
        package let rawValue: String
        /// Makes a code.
        package init(rawValue: String) { self.rawValue = rawValue }
        /// The octets are not one X.509 certificate.
        package static let notACertificate = Self(rawValue: "not-a-certificate")
        /// The certificate's public key cannot be decoded.
        package static let undecodableKey = Self(rawValue: "undecodable-key")
    }

    /// What went wrong.
    package let code: Code
    /// OpenSSL's words, as `error:…`; empty if it gave none.
    package let detail: String

    /// Makes an error.
    package init(code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The text scripts get: `Error parsing cert: ` and OpenSSL's words.
    package var description: String { "Error parsing cert: \(detail)" }
}
