// SPDX-License-Identifier: Apache-2.0

/// Reading numbers and addresses in network order out of octets, without ever reading past their end.
extension Span where Element == UInt8 {
    /// One octet; an error past the end.
    package func octet(at offset: Int) throws(WireError) -> UInt8 {
        guard offset >= 0, offset < count else { throw WireError(.truncated, at: count) }
        return self[offset]
    }

    /// Two octets as a number; an error past the end.
    package func uint16(at offset: Int) throws(WireError) -> UInt16 {
        guard offset >= 0, offset <= count - 2 else { throw WireError(.truncated, at: count) }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// Four octets as a number; an error past the end.
    package func uint32(at offset: Int) throws(WireError) -> UInt32 {
        guard offset >= 0, offset <= count - 4 else { throw WireError(.truncated, at: count) }
        return UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }

    /// Sixteen octets as a number; an error past the end.
    package func uint128(at offset: Int) throws(WireError) -> UInt128 {
        let words = (
            try uint32(at: offset), try uint32(at: offset + 4), try uint32(at: offset + 8),
            try uint32(at: offset + 12)
        )
        return UInt128(words.0) << 96 | UInt128(words.1) << 64 | UInt128(words.2) << 32 | UInt128(words.3)
    }

    /// A copy of some octets; an error if they do not all exist.
    package func copy(_ range: Range<Int>) throws(WireError) -> [UInt8] {
        try require(range)
        var octets: [UInt8] = []
        octets.reserveCapacity(range.count)
        for index in range { octets.append(self[index]) }
        return octets
    }

    /// Fails unless all octets of a range exist.
    package func require(_ range: Range<Int>) throws(WireError) {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            throw WireError(.truncated, at: count)
        }
    }
}
