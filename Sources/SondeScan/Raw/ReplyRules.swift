// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeWire

/// What replies mean for the ports of a scan (spec page `port-scanning`, section 4).
package enum ReplyRules: Hashable, Sendable {
    /// SYN scan.
    case syn
    /// ACK scan.
    case ack
    /// Window scan.
    case window
    /// NULL, FIN, Xmas and Maimon scan: open ports stay silent.
    case silentWhenOpen
    /// UDP scan.
    case udp
    /// SCTP INIT scan.
    case sctpInit
    /// SCTP COOKIE-ECHO scan.
    case sctpCookie
    /// IP protocol scan.
    case ipProtocol
    /// Host discovery: only proofs of life count, which make the probe open.
    case discovery(ignoresResets: Bool)

    /// What a port is that never answers.
    package var silence: PortState {
        switch self {
        case .syn, .ack, .window, .sctpInit, .discovery: .filtered
        case .silentWhenOpen, .udp, .sctpCookie, .ipProtocol: .openOrFiltered
        }
    }

    /// What a reply means for the port whose probe it answers; nothing if it says nothing.
    func outcome(of reply: RawReply, to probe: RawProbe) -> PortOutcome? {
        guard let (state, reason) = verdict(reply, probe) else { return nil }
        let source = reply.source == reply.host ? nil : reply.source
        return PortOutcome(state, reason, ttl: reply.timeToLive, source: source)
    }

    private func verdict(_ reply: RawReply, _ probe: RawProbe) -> (PortState, Reason)? {
        if reply.mayBeOwnProbe { return nil }
        if case .error(let error, let quoted) = reply.content {
            return verdict(error, isFromHost: reply.source == quoted.destination)
        }
        switch self {
        case .ipProtocol:
            if case .icmp(.echo, _) = reply.content { return (.open, .echoReply) }
            return (.open, .protocolResponse)
        case .discovery(let ignoresResets): return life(reply, probe, ignoresResets)
        case .udp:
            guard case .udp = reply.content else { return nil }
            return (.open, .udpResponse)
        case .sctpInit, .sctpCookie:
            guard case .sctp(_, _, let kind?) = reply.content else { return nil }
            if kind == .abort { return (.closed, .abort) }
            return kind == .initiationAcknowledgement && self == .sctpInit ? (.open, .initAck) : nil
        case .syn, .ack, .window, .silentWhenOpen:
            guard case .tcp(let header) = reply.content else { return nil }
            return verdict(header)
        }
    }

    private func verdict(_ header: TCPHeader) -> (PortState, Reason)? {
        let flags = header.flags
        switch self {
        case .syn:
            if flags.isSuperset(of: [.syn, .ack]) { return (.open, .synAck) }
            if flags.contains(.rst) { return (.closed, .reset) }
            return flags.contains(.syn) ? (.open, .splitHandshake) : nil
        case .ack: return flags.contains(.rst) ? (.unfiltered, .reset) : nil
        case .window:
            guard flags.contains(.rst) else { return nil }
            return (header.window == 0 ? .closed : .open, .reset)
        case .silentWhenOpen: return flags.contains(.rst) ? (.closed, .reset) : nil
        case .udp, .sctpInit, .sctpCookie, .ipProtocol, .discovery: return nil
        }
    }

    /// What an error message means.
    private func verdict(_ error: ICMPError, isFromHost: Bool) -> (PortState, Reason)? {
        switch (self, error.kind) {
        case (.discovery, .portUnreachable), (.discovery, .protocolUnreachable):
            return isFromHost ? (.open, error.reason) : nil
        case (.discovery, _): return nil
        case (.udp, .portUnreachable) where isFromHost: return (.closed, error.reason)
        case (.ipProtocol, .protocolUnreachable) where isFromHost: return (.closed, error.reason)
        case (.ipProtocol, .portUnreachable) where isFromHost: return (.open, error.reason)
        case (_, .headerProblem): return (.open, error.reason)
        case (_, .portUnreachable), (_, .protocolUnreachable), (_, .blocked), (_, .timeExceeded):
            return (.filtered, error.reason)
        case (_, .other): return nil
        }
    }

    /// What proves that a host is up.
    private func life(_ reply: RawReply, _ probe: RawProbe, _ ignoresResets: Bool) -> (PortState, Reason)? {
        if case .ipProtocol = probe { return (.open, .protocolResponse) }
        switch reply.content {
        case .tcp(let header):
            if header.flags.contains(.rst) { return ignoresResets ? nil : (.open, .reset) }
            return header.flags.isSuperset(of: [.syn, .ack]) ? (.open, .synAck) : nil
        case .udp: return (.open, .udpResponse)
        case .sctp(_, _, .initiationAcknowledgement?): return (.open, .initAck)
        case .sctp(_, _, .abort?): return (.open, .abort)
        case .icmp(.echo, _): return (.open, .echoReply)
        case .icmp(.timestamp, _): return (.open, .timestampReply)
        case .icmp(.mask, _): return (.open, .maskReply)
        case .sctp, .error, .other: return nil
        }
    }

    /// How good an answered probe is as a timing ping; 0 if it is none (spec page `port-scanning`, section 5).
    func pingScore(_ probe: RawProbe, _ outcome: PortOutcome) -> Int {
        if outcome.state == .filtered { return 20 }
        switch probe {
        case .tcp(let flags, let port):
            if flags.contains(.syn), outcome.reason == .synAck { return 30 }
            return [25, 113, 135, 139, 445].contains(port) ? 50 : 60
        case .sctpInit: return outcome.reason == .initAck ? 30 : 60
        case .sctpCookie: return 60
        case .icmpEcho, .icmpTimestamp, .icmpMask: return 50
        case .udp, .ipProtocol: return 20
        }
    }
}
