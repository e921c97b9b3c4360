// SPDX-License-Identifier: Apache-2.0

/// One chunk of an SCTP packet (RFC 9260).
package struct SCTPChunk: Hashable, Sendable {
    /// Octets before a chunk's value.
    package static let headerLength = 4

    /// What a chunk is for, by its number.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        /// The number.
        package let rawValue: UInt8

        /// Makes a kind from its number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Data.
        package static let data = Self(rawValue: 0)
        /// Opens an association.
        package static let initiation = Self(rawValue: 1)
        /// Agrees.
        package static let initiationAcknowledgement = Self(rawValue: 2)
        /// Ends an association at once.
        package static let abort = Self(rawValue: 6)
        /// Gives the cookie of the agreement back.
        package static let cookieEcho = Self(rawValue: 10)
        /// Answers that.
        package static let cookieAcknowledgement = Self(rawValue: 11)
    }

    /// What the chunk is for.
    package var kind: Kind
    /// Its flags.
    package var flags: UInt8 = 0
    /// Its value, without padding.
    package var value: [UInt8]

    /// Makes a chunk.
    package init(_ kind: Kind, flags: UInt8 = 0, value: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.value = value
    }

    /// A chunk that opens an association.
    ///
    /// - Parameters:
    ///   - tag: what the answer must carry; not 0.
    ///   - credit: octets that the sender would take.
    ///   - outStreams: streams out.
    ///   - inStreams: streams in at most.
    ///   - sequence: the number of the first data chunk.
    /// - Returns: the chunk.
    package static func initiation(
        tag: UInt32,
        credit: UInt32 = 32768,
        outStreams: UInt16 = 10,
        inStreams: UInt16 = 2048,
        sequence: UInt32
    ) -> SCTPChunk {
        var writer = OctetWriter(capacity: 16)
        writer.write(tag)
        writer.write(credit)
        writer.write(outStreams)
        writer.write(inStreams)
        writer.write(sequence)
        return SCTPChunk(.initiation, value: writer.octets)
    }
}

/// The header of an SCTP packet with its chunks.
package struct SCTPPacket: Hashable, Sendable {
    /// Octets before the first chunk.
    package static let headerLength = 12

    /// Which checksum to write.
    package enum Checksum: Hashable, Sendable {
        /// That of RFC 3309 and later.
        case crc32c
        /// That of RFC 2960.
        case adler32
    }

    /// Sending port.
    package var sourcePort: UInt16
    /// Receiving port.
    package var destinationPort: UInt16
    /// What the receiver chose to know the association by.
    package var verificationTag: UInt32 = 0
    /// The checksum as received; `write` makes its own.
    package private(set) var checksum: UInt32 = 0
    /// The chunks; what comes after one that makes no sense is left out.
    package var chunks: [SCTPChunk]

    /// Makes a packet.
    package init(
        from sourcePort: UInt16,
        to destinationPort: UInt16,
        verificationTag: UInt32 = 0,
        chunks: [SCTPChunk]
    ) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.verificationTag = verificationTag
        self.chunks = chunks
    }

    /// Reads a packet.
    ///
    /// - Parameters:
    ///   - octets: a packet.
    ///   - range: where the SCTP packet lies in it.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, in range: Range<Int>) throws(WireError) {
        try octets.require(range)
        guard range.count >= Self.headerLength else { throw WireError(.truncated, at: range.upperBound) }
        let start = range.lowerBound
        sourcePort = try octets.uint16(at: start)
        destinationPort = try octets.uint16(at: start + 2)
        verificationTag = try octets.uint32(at: start + 4)
        checksum = try octets.uint32(at: start + 8)
        chunks = []
        var place = start + Self.headerLength
        while place + SCTPChunk.headerLength <= range.upperBound {
            let length = Int(try octets.uint16(at: place + 2))
            guard length >= SCTPChunk.headerLength, place + length <= range.upperBound else { return }
            let kind = SCTPChunk.Kind(rawValue: try octets.octet(at: place))
            let value = try octets.copy(place + SCTPChunk.headerLength..<place + length)
            chunks.append(SCTPChunk(kind, flags: try octets.octet(at: place + 1), value: value))
            place += (length + 3) / 4 * 4
        }
    }

    /// Writes the packet with its checksum.
    ///
    /// - Parameters:
    ///   - writer: where to.
    ///   - kind: which checksum.
    ///   - spoilsChecksum: whether it shall be wrong.
    package func write(
        to writer: inout OctetWriter,
        checksum kind: Checksum = .crc32c,
        spoilsChecksum: Bool = false
    ) {
        let start = writer.count
        writer.write(sourcePort)
        writer.write(destinationPort)
        writer.write(verificationTag)
        writer.write(UInt32(0))
        for chunk in chunks {
            writer.write(chunk.kind.rawValue)
            writer.write(chunk.flags)
            writer.write(UInt16(clamping: chunk.value.count + SCTPChunk.headerLength))
            writer.write(chunk.value)
            writer.write(zeros: (4 - chunk.value.count % 4) % 4)
        }
        let value =
            switch kind {
            case .crc32c: SCTPChecksum.crc32c(writer.octets.span, from: start)
            case .adler32: SCTPChecksum.adler32(writer.octets.span, from: start)
            }
        writer.set(spoilsChecksum ? value &+ 1 : value, at: start + 8)
    }
}
