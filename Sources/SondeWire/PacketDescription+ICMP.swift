// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The part of a packet's line that an ICMP message for IPv4 fills.
extension PacketDescription {
    /// The words for a message: what it says, type and code, and its fields.
    static func icmp(_ octets: Span<UInt8>, _ message: ICMPv4Message) -> String {
        let kind = "(type=\(message.kind.rawValue)/code=\(message.code))"
        return "\(word(octets, message)) \(kind) \(fields(octets, message))"
    }

    private static func word(_ octets: Span<UInt8>, _ message: ICMPv4Message) -> String {
        switch message.kind {
        case .echoReply: "Echo reply"
        case .echoRequest: "Echo request"
        case .timestampRequest: "Timestamp request"
        case .timestampReply: "Timestamp reply"
        case .maskRequest: "Address mask request"
        case .maskReply: "Address mask reply"
        case .unreachable: unreachable(octets, message)
        case .timeExceeded: message.code == 0 ? "TTL=0 during transit" : "TTL=0 during reassembly"
        case .sourceQuench: "Source quench"
        case .redirect: "Redirect"
        case .parameterProblem: "Parameter problem"
        default: "Unknown type"
        }
    }

    private static func fields(_ octets: Span<UInt8>, _ message: ICMPv4Message) -> String {
        guard !message.isError else { return "" }
        let ids = "id=\(message.identifier) seq=\(message.sequence)"
        let start = message.body.lowerBound
        switch message.kind {
        case .timestampRequest, .timestampReply:
            let words = [start, start + 4, start + 8].map { (try? octets.uint32(at: $0)) ?? 0 }
            return "\(ids) orig=\(words[0]) recv=\(words[1]) trans=\(words[2])"
        case .maskRequest, .maskReply:
            guard let mask = try? octets.ipv4Address(at: start) else { return ids }
            return "\(ids) mask=\(mask)"
        default: return ids
        }
    }

    private static func unreachable(_ octets: Span<UInt8>, _ message: ICMPv4Message) -> String {
        let quoted = try? IPv4Header(parsing: octets, at: message.body.lowerBound)
        switch message.code {
        case 0: return "Network \(quoted.map { "\($0.destination) " } ?? "")unreachable"
        case 1: return "Host \(quoted.map { "\($0.destination) " } ?? "")unreachable"
        case 2: return "Protocol \(quoted.map { "\($0.proto.rawValue) " } ?? "")unreachable"
        case 3: return "Port unreachable"
        case 4: return "Fragmentation required (next-hop-MTU=\(message.rest & 0xFFFF))"
        case 5: return "Source route failed"
        case 6: return "Destination network unknown"
        case 7: return "Destination host unknown"
        case 8: return "Source host isolated"
        case 9: return "Destination network administratively prohibited"
        case 10: return "Destination host administratively prohibited"
        case 11: return "Network unreachable for TOS"
        case 12: return "Host unreachable for TOS"
        case 13: return "Communication administratively prohibited by filtering"
        case 14: return "Host precedence violation"
        case 15: return "Precedence cutoff in effect"
        default: return "Destination unreachable"
        }
    }
}
