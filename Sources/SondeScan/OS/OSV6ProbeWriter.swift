// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeWire

/// Makes the packets of IPv6 OS detection.
///
/// They follow those of IPv4, as the reference was seen to send them: all with one flow label, the second echo request
/// behind headers that make no sense, and one more that asks for the link-layer address.
package struct OSV6ProbeWriter: Hashable, Sendable {
    /// The flow label of all probes.
    static let flowLabel: UInt32 = 0x12345
    /// The identifier of echo requests.
    static let echoIdentifier: UInt16 = 0xABCD

    /// Our address.
    package let source: IPAddress
    /// The host's address.
    package let destination: IPAddress
    /// The ports probed.
    package let ports: OSProbeWriter.Ports
    /// The first source port.
    package let basePort: UInt16
    /// The first sequence number.
    package let sequence: UInt32
    /// The hop limit of all probes, if the user wants one.
    package var hopLimit: UInt8?

    /// Draws the numbers of a round.
    package init(
        from source: IPAddress,
        to destination: IPAddress,
        ports: OSProbeWriter.Ports,
        basePort: UInt16,
        using random: inout some RandomNumberGenerator
    ) {
        self.source = source.withoutZone
        self.destination = destination.withoutZone
        self.ports = ports
        self.basePort = basePort
        sequence = .random(in: 1...0xFFFF_FF00, using: &random)
    }

    /// The name of a probe's line; nothing if it has none.
    package static func name(_ probe: OSProbe) -> String? {
        switch probe {
        case .sequence(let index): "S\(index + 1)"
        case .echo(let index): "IE\(index + 1)"
        case .neighbor: "NS"
        case .unreachable: "U1"
        case .congestion: "TECN"
        case .t(let index): index > 1 ? "T\(index)" : nil
        case .options: nil
        }
    }

    /// How far the source port of a TCP probe is from the first; nothing for the others.
    static func portOffset(_ probe: OSProbe) -> UInt16? {
        switch probe {
        case .sequence(let index): UInt16(truncatingIfNeeded: index)
        case .congestion: 6
        case .t(let index) where (2...7).contains(index): UInt16(truncatingIfNeeded: 5 + index)
        case .t, .options, .echo, .unreachable, .neighbor: nil
        }
    }

    /// All probes, in the order of their lines.
    package static let all: [OSProbe] =
        (0..<6).map { .sequence($0) } + [.echo(0), .echo(1), .neighbor, .unreachable, .congestion]
        + (2...7).map { .t($0) }

    /// The packet of a probe; nothing if there is no port for it.
    package func packet(_ probe: OSProbe, using random: inout some RandomNumberGenerator) -> [UInt8]? {
        let life = hopLimit ?? .random(in: 37...59, using: &random)
        switch probe {
        case .echo(0):
            return packet(.hopByHop, life, Self.extensionHeader(.icmpv6) + echo(code: 9, 0, count: 120))
        case .echo(let index):
            return index == 1 ? packet(.hopByHop, life, oddHeaders + echo(code: 0, 1, count: 0)) : nil
        case .unreachable: return packet(.udp, life, datagram)
        case .neighbor:
            var writer = OctetWriter()
            NeighborMessage(.solicitation, target: destination, hardware: nil)
                .write(to: &writer, source: source, destination: destination)
            return packet(.icmpv6, 255, writer.take())
        case .sequence, .options, .congestion, .t:
            guard let shape = OSProbeShape(probe), let offset = Self.portOffset(probe),
                let port = probe.wantsClosedPort ? ports.closed : ports.open
            else { return nil }
            let acknowledgement = shape.acknowledges ? UInt32.random(in: 1...UInt32.max, using: &random) : 0
            return packet(.tcp, life, segment(shape, offset, to: port, acknowledgement))
        }
    }

    private func packet(_ next: IPProtocol, _ life: UInt8, _ data: [UInt8]) -> [UInt8] {
        var header = IPv6Header(nextHeader: next, source: source, destination: destination)
        header.flowLabel = Self.flowLabel
        header.hopLimit = life
        var writer = OctetWriter(capacity: 400)
        header.write(to: &writer, payloadLength: data.count)
        writer.write(data)
        return writer.take()
    }

    /// A header of eight octets that holds nothing but padding.
    private static func extensionHeader(_ next: IPProtocol) -> [UInt8] {
        [next.rawValue, 0, 1, 4, 0, 0, 0, 0]
    }

    /// Headers in an order in which none may come, one of them twice.
    private var oddHeaders: [UInt8] {
        Self.extensionHeader(.destinationOptions) + Self.extensionHeader(.routing) + [0, 0, 0, 0, 0, 0, 0, 0]
            + Self.extensionHeader(.icmpv6)
    }

    private func echo(code: UInt8, _ number: UInt16, count: Int) -> [UInt8] {
        var writer = OctetWriter()
        ICMPv6Message(.echoRequest, code: code, identifier: Self.echoIdentifier, sequence: number).write(
            to: &writer,
            data: [UInt8](repeating: 0, count: count),
            source: source,
            destination: destination
        )
        return writer.take()
    }

    private var datagram: [UInt8] {
        var writer = OctetWriter()
        UDPHeader(from: basePort &+ OSProbeWriter.udpPortOffset, to: ports.closedUDP).write(
            to: &writer,
            data: [UInt8](repeating: ReplyTests.udpFilling, count: 300),
            source: source,
            destination: destination
        )
        return writer.take()
    }

    private func segment(
        _ shape: OSProbeShape,
        _ offset: UInt16,
        to port: UInt16,
        _ acknowledgement: UInt32
    ) -> [UInt8] {
        var header = TCPHeader(from: basePort &+ offset, to: port, shape.flags)
        header.sequence = sequence &+ UInt32(offset)
        header.acknowledgement = acknowledgement
        header.window = shape.window
        header.urgentPointer = shape.urgentPointer
        header.options = shape.options
        var writer = OctetWriter()
        header.write(to: &writer, source: source, destination: destination)
        return writer.take()
    }

    // MARK: Answers

    /// The probe that a packet answers; nothing if it answers none.
    package func probe(answeredBy octets: Span<UInt8>, at start: Int) -> OSProbe? {
        guard let packet = try? IPPacket(parsing: octets, at: start), packet.source == destination,
            packet.destination == source, packet.fragmentOffset == 0
        else { return nil }
        switch packet.proto {
        case .tcp:
            guard let header = try? TCPHeader(parsing: octets, in: packet.payload) else { return nil }
            let probe = Self.all.first { probe in
                Self.portOffset(probe).map { basePort &+ $0 == header.destinationPort } ?? false
            }
            guard let probe, header.sourcePort == (probe.wantsClosedPort ? ports.closed : ports.open) else {
                return nil
            }
            return probe
        case .icmpv6: return messageProbe(octets, packet.payload)
        default: return nil
        }
    }

    private func messageProbe(_ octets: Span<UInt8>, _ range: Range<Int>) -> OSProbe? {
        guard let message = try? ICMPv6Message(parsing: octets, in: range) else { return nil }
        switch message.kind {
        case .neighborAdvertisement: return .neighbor
        case .echoReply:
            guard message.identifier == Self.echoIdentifier, message.sequence < 2 else { return nil }
            return .echo(Int(message.sequence))
        case .unreachable, .parameterProblem:
            let quoted = range.lowerBound + ICMPv6Message.octetCount
            guard let header = try? IPv6Header(parsing: octets, at: quoted),
                header.destination == destination,
                header.flowLabel == Self.flowLabel
            else { return nil }
            if header.nextHeader == .hopByHop { return .echo(1) }
            guard header.nextHeader == .udp,
                let port = try? octets.uint16(at: quoted + IPv6Header.octetCount),
                port == basePort &+ OSProbeWriter.udpPortOffset
            else { return nil }
            return .unreachable
        default: return nil
        }
    }
}
