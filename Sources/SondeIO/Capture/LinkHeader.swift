// SPDX-License-Identifier: Apache-2.0

/// How many octets come before the network layer, by libpcap's number of the link type.
///
/// The lengths are those that scripts count with (spec `nse-api`, section 9.1).
enum LinkHeader {
    static let ethernet: Int32 = 1
    private static let taggedFrame: UInt16 = 0x8100

    /// The length of the header of one frame, at most what was captured of it.
    static func length(linkType: Int32, octets: RawSpan) -> Int {
        min(fullLength(linkType: linkType, octets: octets), octets.byteCount)
    }

    private static func fullLength(linkType: Int32, octets: RawSpan) -> Int {
        switch linkType {
        case ethernet: isTagged(octets) ? 18 : 14
        case 0, 108: 4  // null, loopback
        case 6: 22  // IEEE 802
        case 8, 9: 24  // SLIP, PPP
        case 10: 21  // FDDI
        case 109: 12  // ENC
        case 113: 16  // Linux cooked
        case 276: 20  // Linux cooked, second version
        case 226: 24  // IPNET
        default: 0  // raw IP, and what nobody knows
        }
    }

    private static func isTagged(_ octets: RawSpan) -> Bool {
        guard octets.byteCount >= 14 else { return false }
        // Any octets are a number, and there are enough of them.
        let type = unsafe octets.unsafeLoadUnaligned(fromByteOffset: 12, as: UInt16.self)
        return UInt16(bigEndian: type) == taggedFrame
    }
}
