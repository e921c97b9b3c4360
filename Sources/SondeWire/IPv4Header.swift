// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The header of an IPv4 packet or fragment (RFC 791).
package struct IPv4Header: Hashable, Sendable {
    /// Octets in a header without options.
    package static let octetCount = 20

    /// Type of service: six bits of service class, two of congestion.
    package var typeOfService: UInt8 = 0
    /// Octets of the whole packet as the header says; captured packets may be shorter.
    package var totalLength = 0
    /// What the fragments of one packet share.
    package var identification: UInt16 = 0
    /// The three flag bits, highest first: reserved, do not fragment, more fragments.
    package var flags: UInt8 = 0
    /// Where a fragment's data begins in the whole packet's data, octets; a multiple of 8.
    package var fragmentOffset = 0
    /// Routers that the packet may still pass.
    package var timeToLive: UInt8 = 64
    /// What the packet carries.
    package var proto: IPProtocol
    /// The checksum as received; write(to:payloadLength:) makes its own.
    package private(set) var checksum: UInt16 = 0
    /// Who sent it.
    package var source: IPAddress
    /// Whom it is for.
    package var destination: IPAddress
    /// The options with their padding, a multiple of 4 octets, 40 at most.
    package var options: [UInt8] = []
    /// Where the data lies, without octets that the link added behind the packet.
    package private(set) var payload = 0..<0

    /// Makes a header.
    package init(proto: IPProtocol, source: IPAddress, destination: IPAddress) {
        self.proto = proto
        self.source = source
        self.destination = destination
    }

    /// Reads a header; a packet cut short behind it is no error.
    package init(parsing octets: Span<UInt8>, at start: Int = 0) throws(WireError) {
        let first = try octets.octet(at: start)
        guard first >> 4 == 4 else { throw WireError(.unexpected, at: start) }
        let headerLength = Int(first & 15) * 4
        guard headerLength >= Self.octetCount else { throw WireError(.malformed, at: start) }
        typeOfService = try octets.octet(at: start + 1)
        totalLength = Int(try octets.uint16(at: start + 2))
        identification = try octets.uint16(at: start + 4)
        let fragment = try octets.uint16(at: start + 6)
        flags = UInt8(fragment >> 13)
        fragmentOffset = Int(fragment & 0x1FFF) * 8
        timeToLive = try octets.octet(at: start + 8)
        proto = IPProtocol(rawValue: try octets.octet(at: start + 9))
        checksum = try octets.uint16(at: start + 10)
        source = try octets.ipv4Address(at: start + 12)
        destination = try octets.ipv4Address(at: start + 16)
        if headerLength > Self.octetCount {
            options = try octets.copy(start + Self.octetCount..<start + headerLength)
        }
        // The system sets no length in packets that it joined out of many.
        if totalLength == 0 { totalLength = octets.count - start }
        guard totalLength >= headerLength else { throw WireError(.malformed, at: start + 2) }
        payload = start + headerLength..<max(start + headerLength, min(start + totalLength, octets.count))
    }

    /// Octets in this header.
    package var headerLength: Int { Self.octetCount + (min(options.count, 40) + 3) / 4 * 4 }
    /// Whether routers must not split the packet.
    package var mustNotFragment: Bool { flags & 2 != 0 }
    /// Whether another fragment follows this one.
    package var hasMoreFragments: Bool { flags & 1 != 0 }

    /// Writes the header, its length and its checksum.
    ///
    /// - Parameters:
    ///   - writer: where to.
    ///   - payloadLength: octets that will follow.
    package func write(to writer: inout OctetWriter, payloadLength: Int) {
        let start = writer.count
        let length = headerLength
        writer.write(UInt8(0x40 | length / 4))
        writer.write(typeOfService)
        writer.write(UInt16(clamping: length + payloadLength))
        writer.write(identification)
        writer.write(UInt16(flags & 7) << 13 | UInt16(truncatingIfNeeded: fragmentOffset / 8) & 0x1FFF)
        writer.write(timeToLive)
        writer.write(proto.rawValue)
        writer.write(UInt16(0))
        writer.write(source)
        writer.write(destination)
        if !options.isEmpty {
            writer.write(options.count > 40 ? Array(options.prefix(40)) : options)
            writer.write(zeros: length - (writer.count - start))
        }
        writer.set(InternetChecksum.of(writer.octets.span, from: start), at: start + 10)
    }
}
