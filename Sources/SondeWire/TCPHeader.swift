// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The flags of a TCP segment.
package struct TCPFlags: OptionSet, Hashable, Sendable {
    /// The bits: the flag octet, and NS (RFC 3540) above it.
    package let rawValue: UInt16

    /// Makes flags from their bits.
    package init(rawValue: UInt16) { self.rawValue = rawValue & 0x1FF }

    /// No more data from the sender.
    package static let fin = Self(rawValue: 1)
    /// Opens a connection.
    package static let syn = Self(rawValue: 2)
    /// Ends a connection at once.
    package static let rst = Self(rawValue: 4)
    /// Hand over at once.
    package static let psh = Self(rawValue: 8)
    /// The acknowledgement counts.
    package static let ack = Self(rawValue: 16)
    /// The urgent pointer counts.
    package static let urg = Self(rawValue: 32)
    /// Echo of congestion.
    package static let ece = Self(rawValue: 64)
    /// Congestion window reduced.
    package static let cwr = Self(rawValue: 128)
}

extension TCPFlags: CustomStringConvertible {
    /// The letters of packet traces, in their order there: `SA`, `RA`, `FPU`.
    package var description: String {
        let letters: [(TCPFlags, Character)] = [
            (.syn, "S"), (.fin, "F"), (.rst, "R"), (.psh, "P"), (.ack, "A"), (.urg, "U"), (.ece, "E"),
            (.cwr, "C"),
        ]
        return String(letters.filter { contains($0.0) }.map(\.1))
    }
}

/// The header of a TCP segment (RFC 9293).
package struct TCPHeader: Hashable, Sendable {
    /// Octets in a header without options.
    package static let octetCount = 20

    /// Sending port.
    package var sourcePort: UInt16
    /// Receiving port.
    package var destinationPort: UInt16
    /// Number of the first octet of data.
    package var sequence: UInt32 = 0
    /// Number of the octet expected next.
    package var acknowledgement: UInt32 = 0
    /// The three reserved bits.
    package var reserved: UInt8 = 0
    /// The flags.
    package var flags: TCPFlags
    /// Octets that the sender would take.
    package var window: UInt16 = 0
    /// The checksum as received; `write` makes its own.
    package private(set) var checksum: UInt16 = 0
    /// Where urgent data ends.
    package var urgentPointer: UInt16 = 0
    /// The options with their padding, a multiple of 4 octets, 40 at most.
    package var options: [UInt8] = []
    /// Where the data lies.
    package private(set) var payload = 0..<0

    /// Makes a header.
    package init(from sourcePort: UInt16, to destinationPort: UInt16, _ flags: TCPFlags) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.flags = flags
    }

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - range: where the segment lies in it.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, in range: Range<Int>) throws(WireError) {
        try octets.require(range)
        guard range.count >= Self.octetCount else { throw WireError(.truncated, at: range.upperBound) }
        let start = range.lowerBound
        sourcePort = try octets.uint16(at: start)
        destinationPort = try octets.uint16(at: start + 2)
        sequence = try octets.uint32(at: start + 4)
        acknowledgement = try octets.uint32(at: start + 8)
        let word = try octets.uint16(at: start + 12)
        reserved = UInt8(truncatingIfNeeded: word >> 9) & 7
        flags = TCPFlags(rawValue: word)
        window = try octets.uint16(at: start + 14)
        checksum = try octets.uint16(at: start + 16)
        urgentPointer = try octets.uint16(at: start + 18)
        let length = Int(word >> 12) * 4
        guard length >= Self.octetCount else { throw WireError(.malformed, at: start + 12) }
        guard length <= range.count else { throw WireError(.truncated, at: range.upperBound) }
        if length > Self.octetCount {
            options = try octets.copy(start + Self.octetCount..<start + length)
        }
        payload = start + length..<range.upperBound
    }

    /// Octets in this header.
    package var headerLength: Int { Self.octetCount + (min(options.count, 40) + 3) / 4 * 4 }

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
        let length = headerLength
        writer.write(sourcePort)
        writer.write(destinationPort)
        writer.write(sequence)
        writer.write(acknowledgement)
        writer.write(UInt16(length / 4) << 12 | UInt16(reserved & 7) << 9 | flags.rawValue)
        writer.write(window)
        writer.write(UInt16(0))
        writer.write(urgentPointer)
        if !options.isEmpty {
            writer.write(options.count > 40 ? Array(options.prefix(40)) : options)
            writer.write(zeros: length - (writer.count - start))
        }
        writer.write(data)
        var sum = InternetChecksum(
            source: source,
            destination: destination,
            proto: .tcp,
            length: writer.count - start
        )
        sum.add(writer.octets.span, from: start)
        writer.set(spoilsChecksum ? sum.value &+ 1 : sum.value, at: start + 16)
    }
}
