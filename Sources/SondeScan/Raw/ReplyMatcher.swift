// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeWire

/// Finds the probe that a reply answers, by tables.
struct ReplyMatcher {
    /// What a reply answers.
    struct Match: Hashable {
        /// The probe's place in the list of probes; nothing for a timing ping.
        var item: UInt16?
        /// Which try, as ``ProbeStamp/octet(attempt:isPing:)``; nothing if that cannot be told.
        var octet: UInt8?
        /// The probe.
        var probe: RawProbe
    }

    private let stamp: ProbeStamp
    private let family: AddressFamily
    private let probes: [RawProbe]
    /// For each kind of probe, and each number, the place of the probe plus one; kinds without probes have no row.
    private var rows: [[UInt16]]

    /// Makes a matcher.
    ///
    /// - Parameters:
    ///   - probes: all probes of a scan; later replies name them by their places.
    ///   - stamp: how tries are told apart.
    ///   - family: the family of all hosts.
    init(_ probes: [RawProbe], _ stamp: ProbeStamp, _ family: AddressFamily) {
        self.stamp = stamp
        self.family = family
        self.probes = probes
        rows = [[UInt16]](repeating: [], count: Kind.count)
        for (index, probe) in probes.enumerated() where index < Int(UInt16.max) {
            let (kind, number) = Self.key(probe)
            if rows[kind.rawValue].isEmpty { rows[kind.rawValue] = [UInt16](repeating: 0, count: kind.width) }
            if rows[kind.rawValue][Int(number)] == 0 {
                rows[kind.rawValue][Int(number)] = UInt16(truncatingIfNeeded: index + 1)
            }
        }
    }

    /// What kind of probe a port or number belongs to.
    private enum Kind: Int {
        case syn, segment, udp, sctp, icmp, ipProtocol

        static let count = 6

        /// How many numbers there are.
        var width: Int {
            switch self {
            case .syn, .segment, .udp, .sctp: 65536
            case .icmp, .ipProtocol: 256
            }
        }
    }

    private static func key(_ probe: RawProbe) -> (Kind, UInt16) {
        switch probe {
        case .tcp(let flags, let port): (flags.contains(.syn) ? .syn : .segment, port)
        case .udp(let port): (.udp, port)
        case .sctpInit(let port), .sctpCookie(let port): (.sctp, port)
        case .ipProtocol(let number): (.ipProtocol, UInt16(number))
        case .icmpEcho: (.icmp, 0)
        case .icmpTimestamp: (.icmp, 1)
        case .icmpMask: (.icmp, 2)
        }
    }

    /// The probe that a reply answers; nothing if it is none of ours.
    func match(_ reply: RawReply) -> Match? {
        switch reply.content {
        case .tcp(let header):
            guard let octet = octet(header) else { return protocolMatch(reply.proto, nil) }
            let isOpening = header.flags.contains(.syn)
            return item(.syn, header.sourcePort, octet)
                ?? (isOpening ? nil : item(.segment, header.sourcePort, octet))
                ?? protocolMatch(reply.proto, octet)
        case .udp(let header):
            guard let octet = stamp.octet(sourcePort: header.destinationPort) else {
                return protocolMatch(reply.proto, nil)
            }
            return item(.udp, header.sourcePort, octet) ?? protocolMatch(reply.proto, octet)
        case .sctp(let from, let to, _):
            guard let octet = stamp.octet(sourcePort: to) else { return protocolMatch(reply.proto, nil) }
            return item(.sctp, from, octet) ?? protocolMatch(reply.proto, octet)
        case .icmp(let kind, let identifier): return match(kind, identifier, reply.proto)
        case .error(_, let quoted): return match(quoted)
        case .other: return protocolMatch(reply.proto, nil)
        }
    }

    private func item(_ kind: Kind, _ number: UInt16, _ octet: UInt8?) -> Match? {
        if let octet, octet & 1 == 1 { return nil }
        let row = rows[kind.rawValue]
        guard Int(number) < row.count, row[Int(number)] > 0 else { return nil }
        let item = row[Int(number)] - 1
        return Match(item: item, octet: octet, probe: probes[Int(item)])
    }

    /// The try of a segment: by the port it came to, or by the number that it acknowledges.
    private func octet(_ header: TCPHeader) -> UInt8? {
        guard let octet = stamp.octet(sourcePort: header.destinationPort) else { return nil }
        guard stamp.fixedPort != nil else { return octet }
        return stamp.octet(sequence: header.acknowledgement &- 1)
            ?? stamp.octet(sequence: header.acknowledgement) ?? stamp.octet(sequence: header.sequence)
    }

    private func match(_ kind: RawReply.ICMPReply, _ identifier: UInt16, _ proto: IPProtocol) -> Match? {
        guard let request = stamp.request(identifier: identifier) else { return protocolMatch(proto, nil) }
        let number: UInt16 =
            switch kind {
            case .echo: 0
            case .timestamp: 1
            case .mask: 2
            }
        guard request.kind == Int(number) else { return protocolMatch(proto, request.octet) }
        return item(.icmp, number, request.octet)
    }

    private func match(_ quoted: RawReply.Quoted) -> Match? {
        switch quoted.proto {
        case .tcp, .udp, .sctp:
            guard let octet = octet(quoted) else { return protocolMatch(quoted.proto, nil) }
            let port = quoted.destinationPort
            let found =
                switch quoted.proto {
                case .tcp: item(.syn, port, octet) ?? item(.segment, port, octet)
                case .udp: item(.udp, port, octet)
                default: item(.sctp, port, octet)
                }
            return found ?? protocolMatch(quoted.proto, octet)
        case .icmp, .icmpv6:
            guard let request = stamp.request(identifier: quoted.sourcePort) else { return nil }
            return item(.icmp, UInt16(request.kind), request.octet)
                ?? protocolMatch(quoted.proto, request.octet)
        default: return protocolMatch(quoted.proto, nil)
        }
    }

    private func octet(_ quoted: RawReply.Quoted) -> UInt8? {
        guard let octet = stamp.octet(sourcePort: quoted.sourcePort) else { return nil }
        guard stamp.fixedPort != nil, quoted.proto == .tcp else { return octet }
        return stamp.octet(sequence: quoted.sequence) ?? octet
    }

    private func protocolMatch(_ proto: IPProtocol, _ octet: UInt8?) -> Match? {
        item(.ipProtocol, UInt16(proto.rawValue), octet)
    }

    /// The timing ping that a reply answers: its number; nothing if it answers none.
    ///
    /// - Parameters:
    ///   - reply: the reply.
    ///   - probe: what the ping asked.
    /// - Returns: the try as an octet.
    func pingOctet(_ reply: RawReply, _ probe: RawProbe) -> UInt8? {
        guard let octet = octet(of: reply, to: probe), octet & 1 == 1 else { return nil }
        return octet
    }

    /// What told the tries of a probe apart, as a reply gives it back; nothing if it answers no such probe.
    func octet(of reply: RawReply, to probe: RawProbe) -> UInt8? {
        switch reply.content {
        case .tcp(let header) where header.sourcePort == probe.port: self.octet(header)
        case .udp(let header) where header.sourcePort == probe.port:
            stamp.octet(sourcePort: header.destinationPort)
        case .sctp(let from, let to, _) where from == probe.port: stamp.octet(sourcePort: to)
        case .icmp(_, let identifier): stamp.request(identifier: identifier)?.octet
        case .error(_, let quoted) where quoted.proto == .icmp || quoted.proto == .icmpv6:
            stamp.request(identifier: quoted.sourcePort)?.octet
        case .error(_, let quoted): self.octet(quoted)
        case .tcp, .udp, .sctp, .other: nil
        }
    }
}
