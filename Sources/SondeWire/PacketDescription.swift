// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One line about a packet, as packet traces show it.
package struct PacketDescription: CustomStringConvertible {
    /// The line.
    package let description: String

    /// Describes an IP packet; octets that are none say so.
    ///
    /// - Parameters:
    ///   - octets: the packet.
    ///   - start: where it begins.
    ///   - name: the name of a protocol number that is not among the usual ones.
    package init(of octets: Span<UInt8>, at start: Int = 0, name: (UInt8) -> String? = { _ in nil }) {
        do throws(WireError) {
            let packet = try IPPacket(parsing: octets, at: start)
            let head = try Self.headText(octets, at: start, packet)
            description = Self.line(octets, packet, head, name)
        } catch {
            description = "BOGUS!  \(error.code.rawValue) at octet \(error.offset)"
        }
    }

    /// Describes an ARP packet.
    package init(_ packet: ARPPacket) {
        switch packet.operation {
        case .request: description = "ARP who-has \(packet.target) tell \(packet.sender)"
        case .reply:
            description = "ARP reply \(packet.sender) is-at \(packet.senderHardware)"
        default:
            description = "ARP operation \(packet.operation.rawValue) \(packet.sender) > \(packet.target)"
        }
    }

    /// Describes a tell of a neighbour.
    package init(_ message: NeighborMessage, source: IPAddress, destination: IPAddress) {
        let word = message.kind == .solicitation ? "solicitation" : "advertisement"
        let hardware = message.hardware.map { " is at \($0)" } ?? ""
        description = "neighbor \(word) \(source) > \(destination) \(message.target)\(hardware)"
    }

    /// The fields of the IP header.
    private static func headText(
        _ octets: Span<UInt8>,
        at start: Int,
        _ packet: IPPacket
    ) throws(WireError) -> String {
        guard packet.source.family == .inet else {
            let header = try IPv6Header(parsing: octets, at: start)
            let flow = String(header.flowLabel, radix: 16)
            return "hopl=\(header.hopLimit) flow=\(flow) payloadlen=\(header.payloadLength)"
        }
        let header = try IPv4Header(parsing: octets, at: start)
        var text = "ttl=\(header.timeToLive) id=\(header.identification) iplen=\(header.totalLength) "
        if header.fragmentOffset > 0 || header.hasMoreFragments {
            text += "frag offset=\(header.fragmentOffset)\(header.hasMoreFragments ? "+" : "") "
        }
        guard !header.options.isEmpty else { return text }
        let options = IPv4Option.list(header.options).map(\.description).joined(separator: " ")
        return text + "ipopts={ \(options)}"
    }

    private static func line(
        _ octets: Span<UInt8>,
        _ packet: IPPacket,
        _ head: String,
        _ name: (UInt8) -> String?
    ) -> String {
        let isV4 = packet.source.family == .inet
        if packet.fragmentOffset == 0 {
            switch packet.proto {
            case .tcp: return tcp(octets, packet, head)
            case .udp:
                guard let udp = try? UDPHeader(parsing: octets, in: packet.payload) else { break }
                return "UDP \(ends(packet, udp.sourcePort, udp.destinationPort)) \(head)"
            case .sctp:
                guard let sctp = try? SCTPPacket(parsing: octets, in: packet.payload) else { break }
                return "SCTP \(ends(packet, sctp.sourcePort, sctp.destinationPort)) \(head)"
            case .icmp where isV4:
                guard let message = try? ICMPv4Message(parsing: octets, in: packet.payload) else { break }
                let text = icmp(octets, message)
                return "ICMP [\(packet.source) > \(packet.destination) \(text)] IP [\(head)]"
            case .icmpv6:
                guard let message = try? ICMPv6Message(parsing: octets, in: packet.payload) else { break }
                let kind = "(type=\(message.kind.rawValue)/code=\(message.code))"
                return "ICMPv6 (58) \(packet.source) > \(packet.destination) \(kind) \(head)"
            default: break
            }
        }
        let number = packet.proto.rawValue
        let word = name(number).map { "\($0) (\(number))" } ?? "unknown (\(number))"
        return "\(word) \(packet.source) > \(packet.destination): \(head)"
    }

    private static func ends(_ packet: IPPacket, _ source: UInt16, _ destination: UInt16) -> String {
        "\(packet.source):\(source) > \(packet.destination):\(destination)"
    }

    private static func tcp(_ octets: Span<UInt8>, _ packet: IPPacket, _ head: String) -> String {
        guard let tcp = try? TCPHeader(parsing: octets, in: packet.payload) else {
            guard let source = try? octets.uint16(at: packet.payload.lowerBound),
                let destination = try? octets.uint16(at: packet.payload.lowerBound + 2),
                packet.payload.count >= 4
            else { return "TCP \(packet.source) > \(packet.destination): \(head)(incomplete)" }
            return "TCP \(ends(packet, source, destination)) ?? \(head)(incomplete)"
        }
        var text = "TCP \(ends(packet, tcp.sourcePort, tcp.destinationPort)) \(tcp.flags) \(head) "
        text += "seq=\(tcp.sequence) win=\(tcp.window) "
        guard !tcp.options.isEmpty else { return text }
        return text + "<" + TCPOption.list(tcp.options).map(\.description).joined(separator: ",") + ">"
    }
}
