// SPDX-License-Identifier: Apache-2.0

/// A set of octets: what one part of an IPv4 target expression stands for.
package struct OctetSet: Hashable, Sendable {
    private var low: UInt128 = 0
    private var high: UInt128 = 0

    /// Makes an empty set.
    package init() {}

    /// Makes the set of a range.
    package init(_ range: ClosedRange<UInt8>) { insert(range) }

    /// All 256 octets.
    package static let all = OctetSet(0...255)

    /// Adds a range.
    package mutating func insert(_ range: ClosedRange<UInt8>) {
        for octet in range { insert(octet) }
    }

    /// Adds one octet.
    package mutating func insert(_ octet: UInt8) {
        if octet < 128 { low |= 1 << UInt128(octet) } else { high |= 1 << UInt128(octet - 128) }
    }

    /// Whether an octet is in the set.
    package func contains(_ octet: UInt8) -> Bool {
        (octet < 128 ? low >> UInt128(octet) : high >> UInt128(octet - 128)) & 1 == 1
    }

    /// How many octets are in the set.
    package var count: Int { low.nonzeroBitCount + high.nonzeroBitCount }

    /// The least octet of the set.
    package var first: UInt8? { next(atLeast: 0) }

    /// The least octet of the set that is not below a number; nothing if there is none.
    package func next(atLeast octet: Int) -> UInt8? {
        if octet < 128 {
            let shift = UInt128(max(octet, 0))
            let rest = (low >> shift) << shift
            if rest != 0 { return UInt8(rest.trailingZeroBitCount) }
        }
        guard octet < 256 else { return nil }
        let shift = UInt128(max(octet - 128, 0))
        let rest = (high >> shift) << shift
        return rest == 0 ? nil : UInt8(128 + rest.trailingZeroBitCount)
    }

    /// Whether the set is an unbroken run.
    package var isRange: Bool {
        guard let first else { return true }
        return (Int(first)..<Int(first) + count).allSatisfy { $0 < 256 && contains(UInt8($0)) }
    }

    /// The set of all octets that agree with a member in the bits of a mask.
    package func widened(by mask: UInt8) -> OctetSet {
        guard mask != 255 else { return self }
        var wider = OctetSet()
        var octet = next(atLeast: 0)
        while let member = octet {
            wider.insert(member & mask...member | ~mask)
            octet = next(atLeast: Int(member | ~mask) + 1)
        }
        return wider
    }
}
