// SPDX-License-Identifier: Apache-2.0

/// Script text in the one form that all reports can hold: octets beyond ASCII as `\xHH`.
///
/// XML and our own formats write such octets in different ways; results that mean the same must compare as the same.
enum PlainOctets {
    /// The text of octets; line ends and tabs stay.
    static func text(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(octets.count)
        for octet in octets {
            if (0x20...0x7E).contains(octet) || (9...10).contains(octet) || octet == 13 {
                text.append(octet)
            } else {
                let digits = String(octet, radix: 16, uppercase: true)
                text.append(contentsOf: ("\\x" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
