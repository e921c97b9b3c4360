// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// One extension of a certificate.
package struct CertificateExtension: Hashable, Sendable {
    /// The long name, as `X509v3 Basic Constraints`, or the dotted object identifier.
    package let name: String
    /// The value as OpenSSL prints it, as `CA:TRUE`; nil if it cannot print it.
    package let value: [UInt8]?
    /// Whether who does not understand it must refuse the certificate.
    package let isCritical: Bool
}

extension Certificate {
    /// The extensions, in the order written.
    package var extensions: [CertificateExtension] {
        (0..<max(unsafe X509_get_ext_count(pointer), 0)).compactMap { index in
            guard let item = unsafe X509_get_ext(pointer, index),
                let object = unsafe X509_EXTENSION_get_object(item)
            else { return nil }
            return CertificateExtension(
                name: unsafe OpenSSLText.longName(object),
                value: unsafe OpenSSLMemory.collect { unsafe X509V3_EXT_print($0, item, 0, 0) == 1 },
                isCritical: unsafe X509_EXTENSION_get_critical(item) > 0
            )
        }
    }
}
