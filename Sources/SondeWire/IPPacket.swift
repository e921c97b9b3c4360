// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The facts of an IP packet of either version that a reader of replies needs.
package struct IPPacket: Hashable, Sendable {
    /// Who sent it.
    package var source: IPAddress
    /// Whom it is for.
    package var destination: IPAddress
    /// What it carries, behind IPv6 extension headers.
    package var proto: IPProtocol
    /// Time to live, or hop limit, as received.
    package var timeToLive: UInt8
    /// The identification of IPv4, or of an IPv6 fragment; 0 for other IPv6 packets.
    package var identification: UInt32
    /// Where a fragment's data begins in the whole packet; only 0 has a transport header.
    package var fragmentOffset: Int
    /// Octets of the whole packet as its header says.
    package var totalLength: Int
    /// Where what it carries lies.
    package var payload: Range<Int>

    /// Reads the headers of a packet of either version.
    package init(parsing octets: Span<UInt8>, at start: Int = 0) throws(WireError) {
        switch try octets.octet(at: start) >> 4 {
        case 4: self.init(try IPv4Header(parsing: octets, at: start))
        case 6:
            let header = try IPv6Header(parsing: octets, at: start)
            self.init(header, try IPv6Extensions(parsing: octets, after: header))
        default: throw WireError(.unexpected, at: start)
        }
    }

    /// Takes the facts of an IPv4 header.
    package init(_ header: IPv4Header) {
        source = header.source
        destination = header.destination
        proto = header.proto
        timeToLive = header.timeToLive
        identification = UInt32(header.identification)
        fragmentOffset = header.fragmentOffset
        totalLength = header.totalLength
        payload = header.payload
    }

    /// Takes the facts of an IPv6 header and what follows it.
    package init(_ header: IPv6Header, _ extensions: IPv6Extensions) {
        source = header.source
        destination = header.destination
        proto = extensions.proto
        timeToLive = header.hopLimit
        identification = extensions.identification ?? 0
        fragmentOffset = extensions.fragmentOffset
        totalLength = header.payloadLength + IPv6Header.octetCount
        payload = extensions.payload
    }
}
