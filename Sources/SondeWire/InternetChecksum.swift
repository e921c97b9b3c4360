// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The checksum of IP, TCP, UDP and ICMP: the one's complement sum of 16-bit words (RFC 1071).
package struct InternetChecksum: Hashable, Sendable {
    private var sum: UInt64 = 0

    /// Starts with nothing summed.
    package init() {}

    /// Starts with the pseudo header that TCP, UDP and ICMPv6 sum.
    ///
    /// - Parameters:
    ///   - source: who sends.
    ///   - destination: who receives, of the same family.
    ///   - proto: the protocol above IP.
    ///   - length: octets of its header and data.
    package init(source: IPAddress, destination: IPAddress, proto: IPProtocol, length: Int) {
        add(source)
        add(destination)
        sum += UInt64(proto.rawValue) + UInt64(truncatingIfNeeded: max(length, 0) & 0xFFFF_FFFF)
    }

    private mutating func add(_ address: IPAddress) {
        var rest = address.value
        while rest != 0 {
            sum += UInt64(truncatingIfNeeded: rest & 0xFFFF)
            rest >>= 16
        }
    }

    /// Sums octets; only the last piece summed may have an odd number of them.
    package mutating func add(_ octets: Span<UInt8>, from start: Int = 0) {
        var index = max(start, 0)
        let end = octets.count
        while index + 1 < end {
            sum += UInt64(octets[index]) << 8 | UInt64(octets[index + 1])
            index += 2
        }
        if index < end { sum += UInt64(octets[index]) << 8 }
    }

    /// The checksum as it stands in a header.
    package var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = (folded & 0xFFFF) + (folded >> 16) }
        return ~UInt16(truncatingIfNeeded: folded)
    }

    /// The checksum of octets alone.
    package static func of(_ octets: Span<UInt8>, from start: Int = 0) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(octets, from: start)
        return checksum.value
    }
}
