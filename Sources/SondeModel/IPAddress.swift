// SPDX-License-Identifier: Apache-2.0

/// Which version of IP an address belongs to.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    /// IPv4.
    case inet
    /// IPv6.
    case inet6

    /// Bits in an address of this family: 32 or 128.
    public var bitCount: Int { self == .inet ? 32 : 128 }
}

/// One IPv4 or IPv6 address.
///
/// Two addresses are equal if family, bits and zone are; they are ordered by family, then by value.
public struct IPAddress: Hashable, Sendable {
    /// The family.
    public let family: AddressFamily
    /// The address as a number; an IPv4 address fills the low 32 bits.
    public let value: UInt128
    /// The index of the interface that a link-local IPv6 address belongs to; 0 if none.
    public let zone: UInt32

    /// Makes an address from its number.
    ///
    /// - Parameters:
    ///   - family: IPv4 or IPv6.
    ///   - value: the number; bits beyond the family's width are dropped.
    ///   - zone: index of an interface, for IPv6 link-local addresses.
    public init(family: AddressFamily, value: UInt128, zone: UInt32 = 0) {
        self.family = family
        self.value = family == .inet ? value & 0xFFFF_FFFF : value
        self.zone = family == .inet ? 0 : zone
    }

    /// Makes an address from 4 or 16 octets in network order, or nothing for another count.
    public init?(octets: some Collection<UInt8>, zone: UInt32 = 0) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        let value = octets.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self.init(family: octets.count == 4 ? .inet : .inet6, value: value, zone: zone)
    }

    /// The address in network order: 4 or 16 octets.
    public var octets: [UInt8] {
        stride(from: family.bitCount - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> UInt128($0))
        }
    }

    /// Whether this is an address of the loopback network (127.0.0.0/8, `::1`).
    public var isLoopback: Bool {
        family == .inet ? value >> 24 == 127 : value == 1
    }

    /// Whether no interface owns it: `0.0.0.0` or `::`.
    public var isUnspecified: Bool { value == 0 }

    /// Whether it names a group: 224.0.0.0/4 or ff00::/8.
    public var isMulticast: Bool {
        family == .inet ? value >> 28 == 0xE : value >> 120 == 0xFF
    }

    /// The same address without a zone.
    public var withoutZone: IPAddress { IPAddress(family: family, value: value) }
}

extension IPAddress: Comparable {
    /// Whether one address comes before another: IPv4 first, then by number.
    public static func < (one: IPAddress, other: IPAddress) -> Bool {
        if one.family != other.family { return one.family == .inet }
        return (one.value, one.zone) < (other.value, other.zone)
    }
}

extension IPAddress: CustomStringConvertible {
    /// The usual text: dotted quad, or RFC 5952 for IPv6, with `%index` for a zone.
    public var description: String {
        guard family == .inet6 else { return dottedQuad(UInt32(truncatingIfNeeded: value)) }
        return zone == 0 ? ipv6Text : ipv6Text + "%\(zone)"
    }

    private var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
    }

    private var ipv6Text: String {
        if value >> 32 == 0xFFFF { return "::ffff:" + dottedQuad(UInt32(truncatingIfNeeded: value)) }
        let groups = groups
        let zeros = longestZeroRun(groups)
        let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard zeros.count >= 2 else { return hex(groups[...]) }
        return hex(groups[..<zeros.lowerBound]) + "::" + hex(groups[zeros.upperBound...])
    }

    private func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            guard group == 0 else {
                start = index + 1
                continue
            }
            if index + 1 - start > best.count { best = start..<index + 1 }
        }
        return best
    }

    private func dottedQuad(_ number: UInt32) -> String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }
}

extension IPAddress: LosslessStringConvertible {
    /// Reads the usual text forms.
    ///
    /// These are four decimal numbers of at most three digits, or the forms of RFC 4291 with an optional
    /// numeric `%zone`. Anything else gives nothing.
    public init?(_ text: String) {
        self.init(parsing: text)
    }

    /// Reads an address from any string; see ``init(_:)``.
    public init?(parsing text: some StringProtocol) {
        // The longest address with a zone is shorter; whatever else is this long is not looked at.
        guard text.utf8.count <= 64 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            self.init(ipv6: text)
            return
        }
        guard let number = Self.parseDottedQuad(text) else { return nil }
        self.init(family: .inet, value: UInt128(number))
    }

    private static func parseDottedQuad(_ text: some StringProtocol) -> UInt32? {
        var number: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for octet in text.utf8 {
            if octet == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                number = number << 8 | part
                part = 0
                digits = 0
                dots += 1
            } else {
                guard (48...57).contains(octet), digits < 3 else { return nil }
                part = part * 10 + UInt32(octet - 48)
                digits += 1
                guard part <= 255 else { return nil }
            }
        }
        return dots == 3 && digits > 0 ? number << 8 | part : nil
    }

    private init?(ipv6 text: some StringProtocol) {
        let pieces = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var zone: UInt32 = 0
        if pieces.count == 2 {
            guard let number = UInt32(pieces[1]) else { return nil }
            zone = number
        }
        guard let value = Self.parseGroups(pieces[0]) else { return nil }
        self.init(family: .inet6, value: value, zone: zone)
    }

    private static func parseGroups(_ text: some StringProtocol) -> UInt128? {
        guard let gap = text.utf8.indices.first(where: { text[$0...].hasPrefix("::") }) else {
            guard let groups = groupList(text), groups.count == 8 else { return nil }
            return groups.reduce(0) { $0 << 16 | UInt128($1) }
        }
        let rest = text[text.utf8.index(gap, offsetBy: 2)...]
        guard let head = groupList(text[..<gap]), let tail = groupList(rest), head.count + tail.count < 8
        else {
            return nil
        }
        let middle = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return (head + middle + tail).reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func groupList(_ text: some StringProtocol) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let quad = parseDottedQuad(part) else { return nil }
                groups += [UInt16(quad >> 16), UInt16(quad & 0xFFFF)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(Self.isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
