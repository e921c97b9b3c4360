// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What one word on the command line, or in a target file, asks to scan (spec page `cli`, section 2).
package enum TargetSpecification: Hashable, Sendable {
    /// IPv4 addresses: one, a network, or a range per octet.
    case pattern(OctetPattern)
    /// IPv6 addresses: one, or a network.
    case network(IPNetwork)
    /// A host name; the caller resolves it and calls ``ResolvedTarget/init(name:prefixLength:addresses:family:)``.
    case name(String, prefixLength: Int?)

    /// Reads a specification.
    ///
    /// - Parameters:
    ///   - text: the word.
    ///   - family: the family that is scanned (`-4`, `-6`).
    ///   - zoneIndex: finds an interface's index by its name, for `fe80::1%eth0`.
    /// - Throws: for text that can be neither address, network, range nor name; nothing is looked up.
    package init(
        parsing text: String,
        family: AddressFamily = .inet,
        zoneIndex: (String) -> UInt32? = { UInt32($0) }
    ) throws(TargetError) {
        if text.isEmpty { throw TargetError(text, .empty) }
        if text == "-" { throw TargetError(text, .bareDash) }
        let (head, prefix) = try Self.splitPrefix(text)
        if head.contains(":") {
            guard family == .inet6 else { throw TargetError(text, .needsIPv6) }
            self = .network(try Self.network(head, prefix, text, zoneIndex))
        } else if head.utf8.allSatisfy(Self.isPatternOctet) {
            let pattern = try Self.pattern(head, prefix, text)
            guard family == .inet else { throw TargetError(text, .needsIPv4) }
            self = .pattern(pattern)
        } else {
            guard Self.isHostName(head) else { throw TargetError(text, .badName) }
            try Self.check(prefix, family, text)
            self = .name(String(head), prefixLength: prefix)
        }
    }

    private static func check(_ prefix: Int?, _ family: AddressFamily, _ text: String) throws(TargetError) {
        guard let prefix, prefix > family.bitCount else { return }
        throw TargetError(text, .prefixTooLong(prefix, family))
    }

    private static func splitPrefix(_ text: String) throws(TargetError) -> (Substring, Int?) {
        guard let slash = text.firstIndex(of: "/") else { return (text[...], nil) }
        let digits = text[text.index(after: slash)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw TargetError(text, .badPrefix(String(digits)))
        }
        return (text[..<slash], Int(digits) ?? Int.max)
    }

    /// Whether an octet may be part of an address or a range; words of only these are never names.
    private static func isPatternOctet(_ octet: UInt8) -> Bool {
        (48...57).contains(octet) || [42, 44, 45, 46].contains(octet)
    }

    private static func isHostName(_ name: Substring) -> Bool {
        guard name.utf8.count <= 253, name.utf8.first != 45 else { return false }
        let labels = (name.hasSuffix(".") ? name.dropLast() : name)
            .split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { octet in
                    (48...57).contains(octet) || (97...122).contains(octet | 32) || octet == 45
                        || octet == 95 || octet >= 128
                }
        }
    }

    private static func network(
        _ head: Substring,
        _ prefix: Int?,
        _ text: String,
        _ zoneIndex: (String) -> UInt32?
    ) throws(TargetError) -> IPNetwork {
        let parts = head.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(parsing: $0) }), address.family == .inet6 else {
            throw TargetError(text, .badIPv6Address)
        }
        var zone: UInt32 = 0
        if parts.count == 2 {
            guard let index = UInt32(parts[1]) ?? zoneIndex(String(parts[1])), index > 0 else {
                throw TargetError(text, .unknownZone(String(parts[1])))
            }
            zone = index
        }
        try check(prefix, .inet6, text)
        let zoned = IPAddress(family: .inet6, value: address.value, zone: zone)
        return IPNetwork(zoned, prefixLength: prefix ?? 128) ?? IPNetwork(zoned)
    }

    private static func pattern(
        _ head: Substring,
        _ prefix: Int?,
        _ text: String
    ) throws(TargetError) -> OctetPattern {
        let parts = head.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { throw TargetError(text, .badAddress) }
        var sets: [OctetSet] = []
        for part in parts {
            guard let set = octetSet(part) else { throw TargetError(text, .badOctet(String(part))) }
            sets.append(set)
        }
        try check(prefix, .inet, text)
        guard let pattern = OctetPattern(sets, prefixLength: prefix ?? 32) else {
            throw TargetError(text, .badAddress)
        }
        return pattern
    }

    private static func octetSet(_ text: Substring) -> OctetSet? {
        if text == "*" { return .all }
        var set = OctetSet()
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
            guard !item.isEmpty, ends.count <= 2, let first = ends.first, let last = ends.last,
                let low = octet(first, ifEmpty: 0), let high = octet(last, ifEmpty: 255), low <= high
            else { return nil }
            set.insert(low...high)
        }
        return set
    }

    private static func octet(_ text: Substring, ifEmpty value: UInt8) -> UInt8? {
        guard !text.isEmpty else { return value }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt8(text)
    }
}
