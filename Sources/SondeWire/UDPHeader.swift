// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The header of a UDP datagram (RFC 768).
package struct UDPHeader: Hashable, Sendable {
    /// Octets in a header.
    package static let octetCount = 8

    /// Sending port.
    package var sourcePort: UInt16
    /// Receiving port.
    package var destinationPort: UInt16
    /// Octets of header and data as the header says.
    package private(set) var length = Self.octetCount
    /// The checksum as received; `write` makes its own.
    package private(set) var checksum: UInt16 = 0
    /// Where the data lies.
    package private(set) var payload = 0..<0

    /// Makes a header.
    package init(from sourcePort: UInt16, to destinationPort: UInt16) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
    }

    /// Reads a header; a datagram cut short behind it is no error.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - range: where the datagram lies in it.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, in range: Range<Int>) throws(WireError) {
        try octets.require(range)
        guard range.count >= Self.octetCount else { throw WireError(.truncated, at: range.upperBound) }
        let start = range.lowerBound
        sourcePort = try octets.uint16(at: start)
        destinationPort = try octets.uint16(at: start + 2)
        length = Int(try octets.uint16(at: start + 4))
        checksum = try octets.uint16(at: start + 6)
        let end = max(start + Self.octetCount, min(start + length, range.upperBound))
        payload = start + Self.octetCount..<end
    }

    /// Writes the header and the data behind it, with their checksum.
    ///
    /// - Parameters:
    ///   - writer: where to.
    ///   - data: what follows the header.
    ///   - source: the packet's source address, for the checksum.
    ///   - destination: its destination.
    ///   - spoilsChecksum: whether the checksum shall be wrong.
    package func write(
        to writer: inout OctetWriter,
        data: [UInt8] = [],
        source: IPAddress,
        destination: IPAddress,
        spoilsChecksum: Bool = false
    ) {
        let start = writer.count
        writer.write(sourcePort)
        writer.write(destinationPort)
        writer.write(UInt16(clamping: Self.octetCount + data.count))
        writer.write(UInt16(0))
        writer.write(data)
        var sum = InternetChecksum(
            source: source,
            destination: destination,
            proto: .udp,
            length: writer.count - start
        )
        sum.add(writer.octets.span, from: start)
        // A checksum of zero would say that there is none.
        let value = sum.value == 0 ? 0xFFFF : sum.value
        writer.set(spoilsChecksum ? value &+ 1 : value, at: start + 6)
    }
}
