// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// One end of a certificate's validity.
package enum CertificateTime: Hashable, Sendable {
    /// A time in UTC.
    case calendar(CertificateDate)
    /// The octets as written, which are not a time of the form RFC 5280 asks for.
    case unparsed([UInt8])
}

/// A time to the second, in UTC.
package struct CertificateDate: Hashable, Sendable {
    /// The year, all digits.
    package let year: Int
    /// The month, 1 to 12.
    package let month: Int
    /// The day, 1 to 31.
    package let day: Int
    /// The hour, 0 to 23.
    package let hour: Int
    /// The minute, 0 to 59.
    package let minute: Int
    /// The second, 0 to 60.
    package let second: Int

    /// Reads `YYMMDDhhmmssZ` (two digits of a year from 1950 to 2049) or `YYYYMMDDhhmmssZ` (RFC 5280, 4.1.2.5).
    ///
    /// - Parameters:
    ///   - octets: the text; anything else gives nil.
    ///   - yearDigits: 2 or 4.
    init?(parsing octets: [UInt8], yearDigits: Int) {
        guard octets.count == yearDigits + 11, octets.last == UInt8(ascii: "Z") else { return nil }
        let digits = octets.dropLast().map { Int($0) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
        let number = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
        let pair = { (index: Int) in number(yearDigits + index * 2..<yearDigits + index * 2 + 2) }
        let written = number(0..<yearDigits)
        year = yearDigits == 4 ? written : written < 50 ? 2000 + written : 1900 + written
        (month, day, hour, minute, second) = (pair(0), pair(1), pair(2), pair(3), pair(4))
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else {
            return nil
        }
    }
}

extension Certificate {
    /// From when the certificate is valid; nil if it does not say.
    package var notBefore: CertificateTime? { unsafe time(X509_get0_notBefore(pointer)) }

    /// Until when the certificate is valid; nil if it does not say.
    package var notAfter: CertificateTime? { unsafe time(X509_get0_notAfter(pointer)) }

    private func time(_ value: UnsafePointer<ASN1_TIME>?) -> CertificateTime? {
        guard let value = unsafe value else { return nil }
        let octets = unsafe OpenSSLText.octets(of: value)
        let isShort = unsafe ASN1_STRING_type(value) == V_ASN1_UTCTIME
        guard let date = CertificateDate(parsing: octets, yearDigits: isShort ? 2 : 4) else {
            return .unparsed(octets)
        }
        return .calendar(date)
    }
}
