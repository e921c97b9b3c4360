// SPDX-License-Identifier: Apache-2.0

package import SondeModel
package import SondeWire

/// What a captured packet says about a probe of ours.
package struct RawReply: Hashable, Sendable {
    /// What the packet carries, as far as scans care.
    package enum Content: Hashable, Sendable {
        /// A TCP segment.
        case tcp(TCPHeader)
        /// A UDP datagram.
        case udp(UDPHeader)
        /// An SCTP packet, with the kind of its first chunk.
        case sctp(from: UInt16, to: UInt16, SCTPChunk.Kind?)
        /// An ICMP reply: what it answers, and its identifier.
        case icmp(ICMPReply, identifier: UInt16)
        /// An error message about a packet of ours.
        case error(ICMPError, Quoted)
        /// Anything else.
        case other
    }

    /// The packets that answer ICMP requests.
    package enum ICMPReply: Hashable, Sendable {
        /// An echo reply.
        case echo
        /// A timestamp reply.
        case timestamp
        /// An address mask reply.
        case mask
    }

    /// The beginning of our packet that an error message quotes.
    package struct Quoted: Hashable, Sendable {
        /// Whom it was for.
        package var destination: IPAddress
        /// What it carried.
        package var proto: IPProtocol
        /// Its source port, or ICMP identifier; 0 if not quoted or without ports.
        package var sourcePort: UInt16 = 0
        /// Its destination port; 0 if not quoted or without ports.
        package var destinationPort: UInt16 = 0
        /// The sequence number of a TCP segment; 0 for others.
        package var sequence: UInt32 = 0
    }

    /// Who sent the packet.
    package var source: IPAddress
    /// Whom it was for.
    package var destination: IPAddress
    /// What it carries.
    package var proto: IPProtocol
    /// Its time to live as received.
    package var timeToLive: UInt8
    /// What it says.
    package var content: Content

    /// The host that the packet is about: its sender, or for an error message the one we wrote to.
    package var host: IPAddress {
        if case .error(_, let quoted) = content { return quoted.destination }
        return source
    }

    /// Whether this may be a probe of ours to an address of our own, which captures show as well as the answer.
    ///
    /// It is when sender and receiver are the same, so that only what a probe never is proves an answer: a probe
    /// from a port to the same port looks like a connection that opens from both sides, and one of a rare
    /// protocol like an answer in that protocol.
    var mayBeOwnProbe: Bool {
        guard source == destination else { return false }
        switch content {
        case .tcp(let header):
            let isAnswer = header.flags.contains(.rst) || header.flags.isSuperset(of: [.syn, .ack])
            return header.sourcePort == header.destinationPort && !isAnswer
        case .udp(let header): return header.sourcePort == header.destinationPort
        case .sctp(let from, let to, _): return from == to
        case .other: return true
        case .icmp, .error: return false
        }
    }

    /// Makes the answer of a neighbour to a question on the link.
    ///
    /// - Parameters:
    ///   - neighbor: who answers.
    ///   - asker: whom the answer is for.
    init(neighbor: IPAddress, of asker: IPAddress) {
        source = neighbor
        destination = asker
        proto = .none
        timeToLive = 0
        content = .other
    }

    /// Reads a packet.
    ///
    /// - Parameters:
    ///   - octets: what was captured.
    ///   - start: where the IP header begins.
    /// - Throws: if it is no IP packet, or a fragment without the transport header.
    package init(parsing octets: Span<UInt8>, at start: Int) throws(WireError) {
        let packet = try IPPacket(parsing: octets, at: start)
        guard packet.fragmentOffset == 0 else { throw WireError(.unexpected, at: start) }
        source = packet.source
        destination = packet.destination
        proto = packet.proto
        timeToLive = packet.timeToLive
        content = try Self.content(octets, packet)
    }

    private static func content(_ octets: Span<UInt8>, _ packet: IPPacket) throws(WireError) -> Content {
        switch packet.proto {
        case .tcp: return .tcp(try TCPHeader(parsing: octets, in: packet.payload))
        case .udp: return .udp(try UDPHeader(parsing: octets, in: packet.payload))
        case .sctp:
            let sctp = try SCTPPacket(parsing: octets, in: packet.payload)
            return .sctp(from: sctp.sourcePort, to: sctp.destinationPort, sctp.chunks.first?.kind)
        case .icmp where packet.source.family == .inet:
            let message = try ICMPv4Message(parsing: octets, in: packet.payload)
            if let error = ICMPError(message) {
                return .error(error, try quoted(octets, message.body))
            }
            let replies: [ICMPv4Message.Kind: ICMPReply] = [
                .echoReply: .echo, .timestampReply: .timestamp, .maskReply: .mask,
            ]
            return replies[message.kind].map { .icmp($0, identifier: message.identifier) } ?? .other
        case .icmpv6:
            let message = try ICMPv6Message(parsing: octets, in: packet.payload)
            if let error = ICMPError(message) {
                return .error(error, try quoted(octets, message.body))
            }
            return message.kind == .echoReply ? .icmp(.echo, identifier: message.identifier) : .other
        default: return .other
        }
    }

    /// Reads as much of the quoted packet as there is; ports may be missing.
    private static func quoted(_ octets: Span<UInt8>, _ body: Range<Int>) throws(WireError) -> Quoted {
        let inner = try IPPacket(parsing: octets, at: body.lowerBound)
        var quoted = Quoted(destination: inner.destination, proto: inner.proto)
        guard inner.fragmentOffset == 0 else { return quoted }
        let start = inner.payload.lowerBound
        switch inner.proto {
        case .tcp, .udp, .sctp:
            quoted.sourcePort = (try? octets.uint16(at: start)) ?? 0
            quoted.destinationPort = (try? octets.uint16(at: start + 2)) ?? 0
            if inner.proto == .tcp { quoted.sequence = (try? octets.uint32(at: start + 4)) ?? 0 }
        case .icmp, .icmpv6: quoted.sourcePort = (try? octets.uint16(at: start + 4)) ?? 0
        default: break
        }
        return quoted
    }
}
