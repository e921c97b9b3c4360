// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The fixed header of an IPv6 packet (RFC 8200).
package struct IPv6Header: Hashable, Sendable {
    /// Octets in the header.
    package static let octetCount = 40

    /// Six bits of service class, two of congestion.
    package var trafficClass: UInt8 = 0
    /// What packets of one flow share, 20 bits.
    package var flowLabel: UInt32 = 0
    /// Octets behind this header as it says; captured packets may be shorter.
    package private(set) var payloadLength = 0
    /// The first extension header, or what the packet carries.
    package var nextHeader: IPProtocol
    /// Routers that the packet may still pass.
    package var hopLimit: UInt8 = 64
    /// Who sent it.
    package var source: IPAddress
    /// Whom it is for.
    package var destination: IPAddress
    /// Where extension headers and data lie.
    package private(set) var payload = 0..<0

    /// Makes a header.
    package init(nextHeader: IPProtocol, source: IPAddress, destination: IPAddress) {
        self.nextHeader = nextHeader
        self.source = source
        self.destination = destination
    }

    /// Reads a header; a packet cut short behind it is no error.
    package init(parsing octets: Span<UInt8>, at start: Int = 0) throws(WireError) {
        let first = try octets.uint32(at: start)
        guard first >> 28 == 6 else { throw WireError(.unexpected, at: start) }
        trafficClass = UInt8(truncatingIfNeeded: first >> 20)
        flowLabel = first & 0xFFFFF
        payloadLength = Int(try octets.uint16(at: start + 4))
        nextHeader = IPProtocol(rawValue: try octets.octet(at: start + 6))
        hopLimit = try octets.octet(at: start + 7)
        source = try octets.ipv6Address(at: start + 8)
        destination = try octets.ipv6Address(at: start + 24)
        payload = start + Self.octetCount..<min(start + Self.octetCount + payloadLength, octets.count)
    }

    /// Writes the header.
    ///
    /// - Parameters:
    ///   - writer: where to.
    ///   - payloadLength: octets that will follow.
    package func write(to writer: inout OctetWriter, payloadLength: Int) {
        writer.write(UInt32(6) << 28 | UInt32(trafficClass) << 20 | flowLabel & 0xFFFFF)
        writer.write(UInt16(clamping: payloadLength))
        writer.write(nextHeader.rawValue)
        writer.write(hopLimit)
        writer.write(source)
        writer.write(destination)
    }
}
