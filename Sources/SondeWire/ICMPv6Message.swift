// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// An ICMP message for IPv6 (RFC 4443).
package struct ICMPv6Message: Hashable, Sendable {
    /// Octets before the body.
    package static let octetCount = 8

    /// What a message says, by its number.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        /// The number.
        package let rawValue: UInt8

        /// Makes a kind from its number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The packet could not be delivered.
        package static let unreachable = Self(rawValue: 1)
        /// The packet was longer than the link allows.
        package static let packetTooBig = Self(rawValue: 2)
        /// The packet passed too many routers.
        package static let timeExceeded = Self(rawValue: 3)
        /// The packet's header was wrong.
        package static let parameterProblem = Self(rawValue: 4)
        /// Asks whether somebody is there.
        package static let echoRequest = Self(rawValue: 128)
        /// Answer to it.
        package static let echoReply = Self(rawValue: 129)
        /// Asks for routers.
        package static let routerSolicitation = Self(rawValue: 133)
        /// A router's answer.
        package static let routerAdvertisement = Self(rawValue: 134)
        /// Asks who has an address.
        package static let neighborSolicitation = Self(rawValue: 135)
        /// I have it.
        package static let neighborAdvertisement = Self(rawValue: 136)
    }

    /// What the message says.
    package var kind: Kind
    /// The closer meaning.
    package var code: UInt8 = 0
    /// The checksum as received; `write` makes its own.
    package private(set) var checksum: UInt16 = 0
    /// The four octets before the body: identifier and sequence number, or what else the kind puts there.
    package var rest: UInt32 = 0
    /// Where the body lies: data, or the beginning of the packet that an error is about.
    package private(set) var body = 0..<0

    /// Makes a message with an identifier and a sequence number.
    package init(_ kind: Kind, code: UInt8 = 0, identifier: UInt16 = 0, sequence: UInt16 = 0) {
        self.kind = kind
        self.code = code
        rest = UInt32(identifier) << 16 | UInt32(sequence)
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - range: where the message lies in it.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, in range: Range<Int>) throws(WireError) {
        try octets.require(range)
        guard range.count >= Self.octetCount else { throw WireError(.truncated, at: range.upperBound) }
        let start = range.lowerBound
        kind = Kind(rawValue: try octets.octet(at: start))
        code = try octets.octet(at: start + 1)
        checksum = try octets.uint16(at: start + 2)
        rest = try octets.uint32(at: start + 4)
        body = start + Self.octetCount..<range.upperBound
    }

    /// The identifier of a request or reply.
    package var identifier: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }
    /// The sequence number of a request or reply.
    package var sequence: UInt16 { UInt16(truncatingIfNeeded: rest) }
    /// Whether the body quotes the packet that the message is about.
    package var isError: Bool { kind.rawValue < 128 }

    /// Writes the message with its checksum.
    ///
    /// - Parameters:
    ///   - writer: where to.
    ///   - data: the body.
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
        writer.write(kind.rawValue)
        writer.write(code)
        writer.write(UInt16(0))
        writer.write(rest)
        writer.write(data)
        var sum = InternetChecksum(
            source: source,
            destination: destination,
            proto: .icmpv6,
            length: writer.count - start
        )
        sum.add(writer.octets.span, from: start)
        writer.set(spoilsChecksum ? sum.value &+ 1 : sum.value, at: start + 2)
    }
}
