// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeWire

/// Makes the packets of OS detection, bit by bit (spec page `os-detection`, section 3).
package struct OSProbeWriter: Hashable, Sendable {
    /// Where probes go.
    package struct Ports: Hashable, Sendable {
        /// An open TCP port; nothing if there is none.
        package var open: UInt16?
        /// A TCP port that is closed, or hopefully is.
        package var closed: UInt16
        /// A UDP port that is closed, or hopefully is.
        package var closedUDP: UInt16

        /// Makes a choice.
        package init(open: UInt16?, closed: UInt16, closedUDP: UInt16) {
            self.open = open
            self.closed = closed
            self.closedUDP = closedUDP
        }
    }

    /// How far the source port of the UDP probe is from the first port of a round.
    package static let udpPortOffset: UInt16 = 20
    /// Source ports that a round takes.
    package static let portCount: UInt16 = 21

    /// Our address.
    package var source: IPAddress
    /// The host's address.
    package var destination: IPAddress
    /// The ports probed.
    package var ports: Ports
    /// The first source port of the round.
    package var basePort: UInt16
    /// The ICMP identifier of the first echo request.
    package var echoIdentifier: UInt16
    /// The sequence number of the round.
    package var sequence: UInt32
    /// The acknowledgement number of the round.
    package var acknowledgement: UInt32
    /// The time to live of the UDP probe.
    package var udpTimeToLive: UInt8
    /// The time to live of all probes, if the user wants one.
    package var timeToLive: UInt8?
    /// Whether checksums shall be wrong.
    package var spoilsChecksums = false

    /// Draws the numbers of a round.
    package init(
        from source: IPAddress,
        to destination: IPAddress,
        ports: Ports,
        basePort: UInt16,
        using random: inout some RandomNumberGenerator
    ) {
        self.source = source
        self.destination = destination
        self.ports = ports
        self.basePort = basePort
        echoIdentifier = .random(in: 1...0xFFF0, using: &random)
        sequence = .random(in: 1...0xFFFF_FF00, using: &random)
        acknowledgement = .random(in: 1...0xFFFF_FF00, using: &random)
        udpTimeToLive = .random(in: 51...64, using: &random)
    }

    /// What answers of the round are compared with.
    package var sent: ReplyTests.Sent {
        let packet = unreachablePacket(identification: ReplyTests.udpIdentification)
        return ReplyTests.Sent(
            sequence: sequence,
            acknowledgement: acknowledgement,
            timeToLive: timeToLive ?? udpTimeToLive,
            udpChecksum: (try? packet.span.uint16(at: IPv4Header.octetCount + 6)) ?? 0
        )
    }

    /// The packet of a probe; nothing if there is no port for it.
    package func packet(_ probe: OSProbe, using random: inout some RandomNumberGenerator) -> [UInt8]? {
        let life = timeToLive ?? .random(in: 37...59, using: &random)
        let identification = UInt16.random(in: 1...0xFFFF, using: &random)
        switch probe {
        case .echo(let index): return echoPacket(index, life, identification)
        case .unreachable: return unreachablePacket(identification: ReplyTests.udpIdentification)
        case .neighbor: return nil
        case .sequence, .options, .congestion, .t:
            guard let shape = OSProbeShape(probe), let offset = probe.portOffset,
                let port = probe.wantsClosedPort ? ports.closed : ports.open
            else { return nil }
            return tcpPacket(shape, from: basePort &+ offset, to: port, life, identification)
        }
    }

    // MARK: TCP

    private func tcpPacket(
        _ shape: OSProbeShape,
        from sourcePort: UInt16,
        to port: UInt16,
        _ life: UInt8,
        _ identification: UInt16
    ) -> [UInt8] {
        var header = TCPHeader(from: sourcePort, to: port, shape.flags)
        header.sequence = sequence &+ shape.sequenceOffset
        header.acknowledgement = shape.acknowledges ? acknowledgement : 0
        header.reserved = shape.reserved
        header.window = shape.window
        header.urgentPointer = shape.urgentPointer
        header.options = shape.options
        var writer = OctetWriter(capacity: 64)
        var ip = ipHeader(.tcp, life, identification)
        if shape.mustNotFragment { ip.flags = 2 }
        ip.write(to: &writer, payloadLength: header.headerLength)
        header.write(to: &writer, source: source, destination: destination, spoilsChecksum: spoilsChecksums)
        return writer.take()
    }

    private func ipHeader(_ proto: IPProtocol, _ life: UInt8, _ identification: UInt16) -> IPv4Header {
        var header = IPv4Header(proto: proto, source: source, destination: destination)
        header.timeToLive = life
        header.identification = identification
        return header
    }

    // MARK: ICMP and UDP

    private func echoPacket(_ index: Int, _ life: UInt8, _ identification: UInt16) -> [UInt8]? {
        guard (0...1).contains(index) else { return nil }
        let message = ICMPv4Message(
            .echoRequest,
            code: index == 0 ? 9 : 0,
            identifier: echoIdentifier &+ UInt16(index),
            sequence: 295 + UInt16(index)
        )
        let data = [UInt8](repeating: 0, count: index == 0 ? 120 : 150)
        var header = ipHeader(.icmp, life, identification)
        header.typeOfService = index == 0 ? 0 : 4
        header.flags = index == 0 ? 2 : 0
        var writer = OctetWriter(capacity: 192)
        header.write(to: &writer, payloadLength: ICMPv4Message.octetCount + data.count)
        message.write(to: &writer, data: data, spoilsChecksum: spoilsChecksums)
        return writer.take()
    }

    private func unreachablePacket(identification: UInt16) -> [UInt8] {
        let count = ReplyTests.udpLength - IPv4Header.octetCount - UDPHeader.octetCount
        let header = UDPHeader(from: basePort &+ Self.udpPortOffset, to: ports.closedUDP)
        var writer = OctetWriter(capacity: ReplyTests.udpLength)
        ipHeader(.udp, timeToLive ?? udpTimeToLive, identification)
            .write(to: &writer, payloadLength: UDPHeader.octetCount + count)
        header.write(
            to: &writer,
            data: [UInt8](repeating: ReplyTests.udpFilling, count: count),
            source: source,
            destination: destination,
            spoilsChecksum: spoilsChecksums
        )
        return writer.take()
    }
}
