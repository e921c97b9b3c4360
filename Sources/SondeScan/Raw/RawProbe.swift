// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
package import SondeWire

/// What one probe asks of a host.
package enum RawProbe: Hashable, Sendable {
    /// A TCP segment with these flags.
    case tcp(TCPFlags, port: UInt16)
    /// A UDP datagram.
    case udp(port: UInt16)
    /// An SCTP INIT chunk.
    case sctpInit(port: UInt16)
    /// An SCTP COOKIE-ECHO chunk.
    case sctpCookie(port: UInt16)
    /// A packet of an IP protocol.
    case ipProtocol(UInt8)
    /// An ICMP echo request of either version.
    case icmpEcho
    /// An ICMP timestamp request.
    case icmpTimestamp
    /// An ICMP address mask request.
    case icmpMask

    /// The protocol of the packet.
    ///
    /// - Parameter family: the family of the host's address.
    /// - Returns: the protocol.
    func proto(_ family: AddressFamily) -> IPProtocol {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        case .sctpInit, .sctpCookie: .sctp
        case .ipProtocol(let number): IPProtocol(rawValue: number)
        case .icmpEcho, .icmpTimestamp, .icmpMask: family == .inet ? .icmp : .icmpv6
        }
    }

    /// The port that is asked; nothing for probes without ports.
    package var port: UInt16? {
        switch self {
        case .tcp(_, let port), .udp(let port), .sctpInit(let port), .sctpCookie(let port): port
        case .ipProtocol, .icmpEcho, .icmpTimestamp, .icmpMask: nil
        }
    }

    /// Which of the ICMP requests it is, from 0; nothing for others.
    var icmpIndex: Int? {
        switch self {
        case .icmpEcho: 0
        case .icmpTimestamp: 1
        case .icmpMask: 2
        case .tcp, .udp, .sctpInit, .sctpCookie, .ipProtocol: nil
        }
    }
}

/// How the tries of one scan's probes are told apart when they are answered.
///
/// A try is a number, and whether it is a timing ping. Both stand in the source port, or the ICMP identifier; with a
/// given source port they stand in the sequence number.
struct ProbeStamp: Hashable, Sendable {
    /// Source ports that one scan uses: 32 tries, each also as a timing ping.
    static let portCount = 64

    /// The first of our source ports.
    let basePort: UInt16
    /// The source port of all probes; nothing if the port tells the try.
    let fixedPort: UInt16?
    /// What sequence numbers are mixed with.
    let mask: UInt32
    /// The first of our ICMP identifiers.
    let baseIdentifier: UInt16

    /// A try as one octet; numbers above 31 begin again.
    static func octet(attempt: Int, isPing: Bool) -> UInt8 { UInt8(attempt & 31) << 1 | (isPing ? 1 : 0) }

    func sourcePort(_ octet: UInt8) -> UInt16 { fixedPort ?? basePort &+ UInt16(octet & 63) }

    func sequence(_ octet: UInt8) -> UInt32 { (UInt32(octet) << 16 | UInt32(octet)) ^ mask }

    /// Echo, timestamp and mask requests have identifiers of their own, as have those for protocol probes.
    func identifier(_ octet: UInt8, kind: Int) -> UInt16 {
        baseIdentifier &+ UInt16(kind & 3) << 6 &+ UInt16(octet & 63)
    }

    /// The try that a source port stands for; nothing if it is not ours.
    func octet(sourcePort: UInt16) -> UInt8? {
        if let fixedPort { return sourcePort == fixedPort ? 0 : nil }
        let offset = sourcePort &- basePort
        return offset < Self.portCount ? UInt8(offset) : nil
    }

    /// The try that a sequence number stands for; nothing if it is not ours.
    func octet(sequence: UInt32) -> UInt8? {
        let plain = sequence ^ mask
        let low = plain & 0xFFFF
        return low < Self.portCount && plain >> 16 == low ? UInt8(low) : nil
    }

    /// The kind of request and the try that an identifier stands for; nothing if it is not ours.
    func request(identifier: UInt16) -> (kind: Int, octet: UInt8)? {
        let offset = identifier &- baseIdentifier
        return offset < 256 ? (Int(offset >> 6), UInt8(offset & 63)) : nil
    }
}
