// SPDX-License-Identifier: Apache-2.0

/// Why a port or host is believed to be in a state, in the words of Nmap's reports.
public struct Reason: RawRepresentable, Hashable, Sendable {
    /// The word, as `syn-ack`.
    public let rawValue: String

    /// Makes a reason from its word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A TCP reset.
    public static let reset = Reason(rawValue: "reset")
    /// `connect` was refused.
    public static let connectionRefused = Reason(rawValue: "conn-refused")
    /// A connection was accepted.
    public static let synAck = Reason(rawValue: "syn-ack")
    /// A connection was accepted where a scan had seen nothing.
    public static let tcpResponse = Reason(rawValue: "tcp-response")
    /// A datagram came back.
    public static let udpResponse = Reason(rawValue: "udp-response")
    /// ICMP: network unreachable.
    public static let networkUnreachable = Reason(rawValue: "net-unreach")
    /// ICMP: host unreachable.
    public static let hostUnreachable = Reason(rawValue: "host-unreach")
    /// ICMP: protocol unreachable.
    public static let protocolUnreachable = Reason(rawValue: "proto-unreach")
    /// ICMP: port unreachable.
    public static let portUnreachable = Reason(rawValue: "port-unreach")
    /// ICMP: destination unreachable, other codes.
    public static let destinationUnreachable = Reason(rawValue: "dest-unreach")
    /// ICMP: administratively prohibited.
    public static let administrativelyProhibited = Reason(rawValue: "admin-prohibited")
    /// ICMP: network administratively prohibited.
    public static let networkProhibited = Reason(rawValue: "net-prohibited")
    /// ICMP: host administratively prohibited.
    public static let hostProhibited = Reason(rawValue: "host-prohibited")
    /// ICMP: send more slowly.
    public static let sourceQuench = Reason(rawValue: "source-quench")
    /// ICMP: too many routers.
    public static let timeExceeded = Reason(rawValue: "time-exceeded")
    /// ICMP: the header was not understood.
    public static let parameterProblem = Reason(rawValue: "param-problem")
    /// ICMPv6: no route.
    public static let noRoute = Reason(rawValue: "no-route")
    /// ICMPv6: beyond the scope of the source address.
    public static let beyondScope = Reason(rawValue: "beyond-scope")
    /// ICMPv6: a route that rejects.
    public static let rejectRoute = Reason(rawValue: "reject-route")
    /// An ICMP echo reply.
    public static let echoReply = Reason(rawValue: "echo-reply")
    /// An ICMP timestamp reply.
    public static let timestampReply = Reason(rawValue: "timestamp-reply")
    /// An ICMP address mask reply.
    public static let maskReply = Reason(rawValue: "addressmask-reply")
    /// An ARP reply.
    public static let arpResponse = Reason(rawValue: "arp-response")
    /// A neighbour advertisement.
    public static let neighborResponse = Reason(rawValue: "nd-response")
    /// Both ends opened at once.
    public static let splitHandshake = Reason(rawValue: "split-handshake-syn")
    /// Any packet of the protocol.
    public static let protocolResponse = Reason(rawValue: "proto-response")
    /// SCTP: agreement.
    public static let initAck = Reason(rawValue: "init-ack")
    /// SCTP: refusal.
    public static let abort = Reason(rawValue: "abort")
    /// Nothing came back.
    public static let noResponse = Reason(rawValue: "no-response")
    /// The target is this machine.
    public static let localhostResponse = Reason(rawValue: "localhost-response")
    /// A script said so.
    public static let scriptSet = Reason(rawValue: "script-set")
    /// The user said so (`-Pn`).
    public static let userSet = Reason(rawValue: "user-set")
    /// Not one of the known.
    public static let unknownResponse = Reason(rawValue: "unknown-response")

    /// The word for a number of ports, as in `Not shown: 98 closed tcp ports (resets)`.
    public func text(count: Int) -> String {
        guard count != 1 else { return rawValue }
        if ["conn-refused", "time-exceeded", "script-set"].contains(rawValue) { return rawValue }
        if rawValue.hasSuffix("-unreach") || rawValue == "reset" {
            return rawValue + (rawValue == "reset" ? "s" : "es")
        }
        if rawValue.hasSuffix("-reply") { return String(rawValue.dropLast()) + "ies" }
        return rawValue + "s"
    }
}

/// A state together with what it rests on.
public struct PortOutcome: Hashable, Sendable {
    /// The state.
    public var state: PortState
    /// The deciding answer.
    public var reason: Reason
    /// The answer's IP time to live; 0 if not known.
    public var ttl: UInt8
    /// Who answered, if not the target.
    public var source: IPAddress?

    /// Makes an outcome.
    public init(_ state: PortState, _ reason: Reason, ttl: UInt8 = 0, source: IPAddress? = nil) {
        self.state = state
        self.reason = reason
        self.ttl = ttl
        self.source = source
    }
}
