// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What is known of a captured packet besides its octets.
package struct CapturedPacket: Hashable, Sendable {
    /// When it passed the interface, nanoseconds since 1970.
    package let time: Int64
    /// The same on the clock of the loop; a little before the present.
    package let instant: Instant
    /// How long it was on the wire, of which less may have been kept.
    package let wireLength: Int
    /// How many of the octets belong to the link, before the network layer begins.
    package let linkHeaderLength: Int
    /// The kind of link, by libpcap's number.
    package let linkType: Int32

    /// Makes a description.
    package init(
        time: Int64,
        instant: Instant,
        wireLength: Int,
        linkHeaderLength: Int,
        linkType: Int32
    ) {
        self.time = time
        self.instant = instant
        self.wireLength = wireLength
        self.linkHeaderLength = linkHeaderLength
        self.linkType = linkType
    }

    /// The same in seconds, as scripts know it.
    package var seconds: Double { Double(time) / 1e9 }
}

/// Takes a captured packet and its octets, which last as long as the call.
package typealias PacketHandler = (_ packet: CapturedPacket, _ octets: RawSpan) -> Void
