// SPDX-License-Identifier: Apache-2.0

/// The checksums of SCTP: CRC32c (RFC 4960, appendix B), and Adler-32 as RFC 2960 first had it.
package enum SCTPChecksum {
    /// The reflected polynomial of CRC32c.
    private static let polynomial: UInt32 = 0x82F6_3B78

    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
        return value
    }

    /// CRC32c as it stands in a header, its first octet highest.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - start: where its common header begins; the header's checksum counts as zeros.
    /// - Returns: the checksum.
    package static func crc32c(_ octets: Span<UInt8>, from start: Int = 0) -> UInt32 {
        let table = table
        var value = ~UInt32(0)
        for index in max(start, 0)..<max(octets.count, start, 0) {
            let octet = (8..<12).contains(index - start) ? 0 : octets[index]
            value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ octet)]
        }
        return (~value).byteSwapped
    }

    /// Adler-32 as it stands in a header.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - start: where its common header begins; the header's checksum counts as zeros.
    /// - Returns: the checksum.
    package static func adler32(_ octets: Span<UInt8>, from start: Int = 0) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for index in max(start, 0)..<max(octets.count, start, 0) {
            low = (low + ((8..<12).contains(index - start) ? 0 : UInt32(octets[index]))) % 65521
            high = (high + low) % 65521
        }
        return high << 16 | low
    }
}
