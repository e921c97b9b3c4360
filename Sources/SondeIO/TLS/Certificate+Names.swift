// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// One attribute of a distinguished name.
package struct CertificateNameEntry: Hashable, Sendable {
    /// What the attribute is called.
    package enum Name: Hashable, Sendable {
        /// The long name, as `commonName`.
        case text(String)
        /// The numbers of an object identifier that OpenSSL has no name for, in decimal.
        case numbers([String])
    }

    /// What the attribute is called.
    package let name: Name
    /// The octets of the value, in whatever character set the certificate has them.
    package let value: [UInt8]

    /// Makes an attribute.
    package init(name: Name, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

extension Certificate {
    /// Whom the certificate is for, in the order written; attributes may repeat.
    package var subject: [CertificateNameEntry] {
        unsafe entries(of: X509_get_subject_name(pointer))
    }

    /// Who issued the certificate, in the order written; attributes may repeat.
    package var issuer: [CertificateNameEntry] {
        unsafe entries(of: X509_get_issuer_name(pointer))
    }

    private func entries(of name: OpaquePointer?) -> [CertificateNameEntry] {
        guard let name = unsafe name else { return [] }
        let count = unsafe X509_NAME_entry_count(name)
        return (0..<max(count, 0)).compactMap { index in
            guard let entry = unsafe X509_NAME_get_entry(name, index),
                let value = unsafe X509_NAME_ENTRY_get_data(entry)
            else { return nil }
            return CertificateNameEntry(
                name: unsafe entryName(X509_NAME_ENTRY_get_object(entry)),
                value: unsafe OpenSSLText.octets(of: value)
            )
        }
    }

    private func entryName(_ object: OpaquePointer?) -> CertificateNameEntry.Name {
        let number = unsafe OBJ_obj2nid(object)
        guard number == NID_undef, let object = unsafe object else {
            guard let name = unsafe OBJ_nid2ln(number) else { return .numbers([]) }
            return .text(unsafe String(cString: name))
        }
        return .numbers(unsafe OpenSSLText.dotted(object).split(separator: ".").map(String.init))
    }
}

/// Octets and identifiers in OpenSSL's types.
enum OpenSSLText {
    /// The octets of an ASN.1 string.
    static func octets(of string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        let count = unsafe ASN1_STRING_length(string)
        guard count > 0, let start = unsafe ASN1_STRING_get0_data(string) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// An object identifier as dotted numbers.
    static func dotted(_ object: OpaquePointer) -> String {
        unsafe text { buffer, count in unsafe OBJ_obj2txt(buffer, count, object, 1) }
    }

    /// An object identifier's long name, or its dotted numbers if it has none.
    static func longName(_ object: OpaquePointer) -> String {
        unsafe text { buffer, count in unsafe OBJ_obj2txt(buffer, count, object, 0) }
    }

    /// Calls a printer that tells the wanted length, a second time if the first buffer was too short.
    private static func text(_ print: (UnsafeMutablePointer<CChar>?, CInt) -> CInt) -> String {
        let wanted = print(nil, 0)
        guard wanted > 0, wanted < 1 << 16 else { return "" }
        var buffer = [CChar](repeating: 0, count: Int(wanted) + 1)
        _ = unsafe buffer.withUnsafeMutableBufferPointer { unsafe print($0.baseAddress, wanted + 1) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
