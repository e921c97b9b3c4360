// SPDX-License-Identifier: Apache-2.0

/// The protocols that ports belong to.
public enum TransportProtocol: String, Hashable, Sendable, CaseIterable {
    /// TCP.
    case tcp
    /// UDP.
    case udp
    /// SCTP.
    case sctp
    /// An IP protocol number takes the port's place (`-sO`).
    case ip
}

extension TransportProtocol: Comparable {
    /// The order of declaration, which is the order of reports.
    public static func < (one: TransportProtocol, other: TransportProtocol) -> Bool {
        one.order < other.order
    }

    private var order: Int {
        switch self {
        case .tcp: 0
        case .udp: 1
        case .sctp: 2
        case .ip: 3
        }
    }
}

/// A port number together with its transport protocol.
public struct Port: Hashable, Sendable {
    /// The number, 0 to 65535.
    public let number: UInt16
    /// The protocol.
    public let transport: TransportProtocol

    /// Makes a port.
    public init(_ number: UInt16, _ transport: TransportProtocol) {
        self.number = number
        self.transport = transport
    }
}

extension Port: Comparable, CustomStringConvertible {
    /// Ordered by protocol, then by number.
    public static func < (one: Port, other: Port) -> Bool {
        one.transport == other.transport ? one.number < other.number : one.transport < other.transport
    }

    /// `80/tcp`.
    public var description: String { "\(number)/\(transport.rawValue)" }
}

/// What a probe told of a port.
public enum PortState: String, Hashable, Sendable, CaseIterable {
    /// Reachable, nobody listens.
    case closed
    /// Somebody listens.
    case open
    /// No answer, or an administrative refusal.
    case filtered
    /// Reachable, but open or closed is not known.
    case unfiltered
    /// No answer where open ports stay silent.
    case openOrFiltered = "open|filtered"
    /// Closed or filtered.
    case closedOrFiltered = "closed|filtered"
    /// Not scanned.
    case unknown

    /// Whether scripts and `--open` take the port for possibly open.
    public var mayBeOpen: Bool { self == .open || self == .openOrFiltered || self == .unfiltered }

    /// Breaks ties between equally many ignored ports, lowest first (spec `port-scanning`, section 2).
    public var tieOrder: Int {
        switch self {
        case .closed: 1
        case .open: 2
        case .filtered: 3
        case .unfiltered: 6
        case .openOrFiltered: 7
        case .closedOrFiltered: 8
        case .unknown: 9
        }
    }
}
