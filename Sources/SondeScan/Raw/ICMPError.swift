// SPDX-License-Identifier: Apache-2.0

package import SondeModel
package import SondeWire

/// What an ICMP error message of either version says of a packet.
package struct ICMPError: Hashable, Sendable {
    /// The kinds that scans tell apart.
    package enum Kind: Hashable, Sendable {
        /// The port is closed.
        case portUnreachable
        /// The protocol is not spoken.
        case protocolUnreachable
        /// Something on the way refuses.
        case blocked
        /// The packet passed too many routers.
        case timeExceeded
        /// A field of the header is not understood.
        case headerProblem
        /// Anything else.
        case other
    }

    /// What it says.
    package let kind: Kind
    /// The same in the words of reports.
    package let reason: Reason

    /// Takes what an IPv4 message says; nothing if it is no error message.
    package init?(_ message: ICMPv4Message) {
        switch message.kind {
        case .unreachable:
            switch message.code {
            case 2: kind = .protocolUnreachable
            case 3: kind = .portUnreachable
            case 0, 1, 9, 10, 13: kind = .blocked
            default: kind = .other
            }
            reason = Self.unreachable(message.code)
        case .timeExceeded: (kind, reason) = (.timeExceeded, .timeExceeded)
        case .sourceQuench: (kind, reason) = (.other, .sourceQuench)
        case .parameterProblem: (kind, reason) = (.other, .parameterProblem)
        default: return nil
        }
    }

    private static func unreachable(_ code: UInt8) -> Reason {
        switch code {
        case 0: .networkUnreachable
        case 1: .hostUnreachable
        case 2: .protocolUnreachable
        case 3: .portUnreachable
        case 9: .networkProhibited
        case 10: .hostProhibited
        case 13: .administrativelyProhibited
        default: .destinationUnreachable
        }
    }

    /// Takes what an IPv6 message says; nothing if it is no error message.
    package init?(_ message: ICMPv6Message) {
        switch message.kind {
        case .unreachable:
            kind = message.code == 4 ? .portUnreachable : .blocked
            let reasons: [Reason] = [
                .noRoute, .administrativelyProhibited, .beyondScope, .hostUnreachable, .portUnreachable,
                .administrativelyProhibited, .rejectRoute,
            ]
            reason = message.code < 7 ? reasons[Int(message.code)] : .destinationUnreachable
        case .timeExceeded: (kind, reason) = (.timeExceeded, .timeExceeded)
        case .parameterProblem:
            kind = message.code == 1 ? .protocolUnreachable : message.code == 0 ? .headerProblem : .other
            reason = .parameterProblem
        default: return nil
        }
    }
}
