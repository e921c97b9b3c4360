// SPDX-License-Identifier: Apache-2.0

/// The two numbers of an RSA key, read from its DER form (RFC 8017, A.1.1).
///
/// To ask the library for them makes it export the whole key each time, which costs more than a step of a handshake.
struct RSANumbers: Hashable, Sendable {
    /// The modulus, highest octet first, without leading zeros.
    let modulus: [UInt8]
    /// The public exponent, in the same form.
    let exponent: [UInt8]

    private static let sequence: UInt8 = 0x30, integer: UInt8 = 0x02

    /// Reads the numbers; nothing if the octets are not exactly such a key with positive numbers.
    init?(der octets: [UInt8]) {
        var outer = octets[...]
        guard var inner = Self.take(Self.sequence, &outer), outer.isEmpty,
            let modulus = Self.number(&inner), let exponent = Self.number(&inner), inner.isEmpty
        else { return nil }
        self.modulus = modulus
        self.exponent = exponent
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let octets = take(integer, &rest), let first = octets.first, first < 0x80 else { return nil }
        let digits = octets.drop { $0 == 0 }
        return digits.isEmpty ? [0] : Array(digits)
    }

    /// Takes the content of one element off the front.
    private static func take(_ tag: UInt8, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let digits = rest.prefix(Int(first & 0x7F))
            guard (1...4).contains(digits.count), digits.count == Int(first & 0x7F) else { return nil }
            length = digits.reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(digits.count)
        }
        guard length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
