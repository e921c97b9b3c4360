// SPDX-License-Identifier: Apache-2.0

internal import SondeWire

/// Splitting packets of IPv4 into small fragments (`-f`, `--mtu`).
enum IPv4Fragments {
    /// The fragments of a packet; the packet itself if it needs none or is none of IPv4.
    ///
    /// - Parameters:
    ///   - packet: from the IP header on.
    ///   - size: most data octets in one, a multiple of 8.
    /// - Returns: the fragments in order.
    static func split(_ packet: [UInt8], size: Int) -> [[UInt8]] {
        guard size >= 8, let header = try? IPv4Header(parsing: packet.span), header.payload.count > size
        else {
            return [packet]
        }
        let step = size / 8 * 8
        var fragments: [[UInt8]] = []
        for start in stride(from: header.payload.lowerBound, to: header.payload.upperBound, by: step) {
            let end = min(start + step, header.payload.upperBound)
            var part = header
            part.fragmentOffset = start - header.payload.lowerBound
            part.flags = end < header.payload.upperBound ? 1 : 0
            // Options that are not marked to be copied stay in the first fragment (RFC 791); ours are all short.
            if part.fragmentOffset > 0 { part.options = [] }
            var writer = OctetWriter(capacity: 60 + step)
            part.write(to: &writer, payloadLength: end - start)
            writer.write(Array(packet[start..<end]))
            fragments.append(writer.octets)
        }
        return fragments
    }
}
