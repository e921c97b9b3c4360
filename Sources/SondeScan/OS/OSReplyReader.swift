// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeWire

/// An IPv4 packet that may answer a probe of OS detection.
package struct OSReply: Hashable, Sendable {
    /// What the packet carries.
    package enum Content: Hashable, Sendable {
        /// A TCP segment, with its ports.
        case tcp(from: UInt16, to: UInt16, OSTCPReply)
        /// The answer to an echo request, with its identifier.
        case echo(identifier: UInt16, OSEchoReply)
        /// The message that a UDP port is closed, with the ports of the datagram that it quotes.
        case unreachable(from: UInt16, to: UInt16, OSUnreachableReply)
    }

    /// Who sent it.
    package var source: IPAddress
    /// Whom it is for.
    package var destination: IPAddress
    /// What it carries.
    package var content: Content

    /// Reads a packet.
    ///
    /// - Parameters:
    ///   - octets: a captured packet.
    ///   - start: where its IP header begins.
    package init?(_ octets: Span<UInt8>, at start: Int) {
        guard let header = try? IPv4Header(parsing: octets, at: start), header.fragmentOffset == 0,
            let content = try? Self.content(octets, header, at: start)
        else { return nil }
        source = header.source
        destination = header.destination
        self.content = content
    }

    private static func content(
        _ octets: Span<UInt8>,
        _ header: IPv4Header,
        at start: Int
    ) throws(WireError) -> Content? {
        switch header.proto {
        case .tcp:
            let segment = try TCPHeader(parsing: octets, in: header.payload)
            return .tcp(
                from: segment.sourcePort,
                to: segment.destinationPort,
                try tcp(octets, header, segment)
            )
        case .icmp:
            let message = try ICMPv4Message(parsing: octets, in: header.payload)
            if message.kind == .echoReply {
                var reply = OSEchoReply()
                reply.timeToLive = header.timeToLive
                reply.mustNotFragment = header.mustNotFragment
                reply.identification = header.identification
                reply.code = message.code
                return .echo(identifier: message.identifier, reply)
            }
            guard message.kind == .unreachable, message.code == 3 else { return nil }
            return try unreachable(octets, header, message)
        default: return nil
        }
    }

    private static func tcp(
        _ octets: Span<UInt8>,
        _ header: IPv4Header,
        _ segment: TCPHeader
    ) throws(WireError) -> OSTCPReply {
        var reply = OSTCPReply()
        reply.timeToLive = header.timeToLive
        reply.mustNotFragment = header.mustNotFragment
        reply.identification = header.identification
        reply.sequence = segment.sequence
        reply.acknowledgement = segment.acknowledgement
        reply.flags = UInt8(truncatingIfNeeded: segment.flags.rawValue)
        reply.reserved = segment.reserved << 1 | UInt8(truncatingIfNeeded: segment.flags.rawValue >> 8)
        reply.window = segment.window
        reply.urgentPointer = segment.urgentPointer
        reply.options = segment.options
        if reply.has(OSTCPReply.rst) { reply.payload = try octets.copy(segment.payload) }
        return reply
    }

    private static func unreachable(
        _ octets: Span<UInt8>,
        _ header: IPv4Header,
        _ message: ICMPv4Message
    ) throws(WireError) -> Content? {
        let start = message.body.lowerBound
        let quoted = try octets.copy(start..<min(start + IPv4Header.octetCount, message.body.upperBound))
        guard quoted.count == IPv4Header.octetCount, quoted[0] >> 4 == 4, quoted[9] == IPProtocol.udp.rawValue
        else { return nil }
        let place = start + Int(quoted[0] & 15) * 4
        guard place >= start + IPv4Header.octetCount, place + UDPHeader.octetCount <= message.body.upperBound
        else { return nil }
        var reply = OSUnreachableReply()
        reply.timeToLive = header.timeToLive
        reply.mustNotFragment = header.mustNotFragment
        reply.totalLength = header.totalLength
        reply.unused = message.rest
        reply.quotedHeader = quoted
        reply.quotedUDPChecksum = try octets.uint16(at: place + 6)
        reply.quotedData = try octets.copy(place + UDPHeader.octetCount..<message.body.upperBound)
        return .unreachable(from: try octets.uint16(at: place), to: try octets.uint16(at: place + 2), reply)
    }
}
