// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// Which addresses a scan is about.
public struct TargetRequest: Hashable, Sendable {
    /// Target specifications from the command line, in typed order.
    public var words: [String] = []
    /// A file of further specifications, read after ``words``; `-` is standard input.
    public var inputFile: String?
    /// Specifications that must never be scanned, one per element.
    public var exclusions: [String] = []
    /// A file of such specifications; `-` is standard input.
    public var exclusionFile: String?
    /// The only family that is scanned.
    public var family = AddressFamily.inet
    /// Whether all addresses of a name are scanned, not only the first.
    public var scansAllAddresses = false
    /// Whether an address that is named twice is scanned once.
    public var scansEachAddressOnce = false
    /// Whether the order of hosts is random.
    public var isShuffled = false

    /// Makes a request without targets.
    public init() {}
}

/// How it is found out which hosts are up.
public struct DiscoveryRequest: Hashable, Sendable {
    /// Whether all hosts count as up without a probe (`-Pn`); wins over ``probes``.
    public var isSkipped = false
    /// The probes asked for, in typed order; empty means the default set.
    public var probes: [DiscoveryProbe] = []
    /// Whether hosts on the local link are asked by ARP or neighbour discovery, whatever ``probes`` says.
    public var usesLinkProbes = true
    /// Whether a reset from a host is no proof that it is up.
    public var ignoresResets = false

    /// Makes the default request.
    public init() {}
}

/// One kind of discovery probe, with its ports as typed.
///
/// The text of a port list is empty if none was typed: then the kind's default applies.
public enum DiscoveryProbe: Hashable, Sendable {
    /// TCP SYN (`-PS`); ports 80 by default. Without privileges, a connection.
    case tcpSYN(ports: String)
    /// TCP ACK (`-PA`); ports 80 by default. Without privileges, a connection.
    case tcpACK(ports: String)
    /// UDP (`-PU`); port 40125 by default.
    case udp(ports: String)
    /// SCTP INIT (`-PY`); port 80 by default.
    case sctp(ports: String)
    /// IP protocols (`-PO`); 1, 2 and 4 by default.
    case ipProtocol(numbers: String)
    /// ICMP echo request (`-PE`).
    case icmpEcho
    /// ICMP timestamp request (`-PP`).
    case icmpTimestamp
    /// ICMP address mask request (`-PM`).
    case icmpNetmask
}

/// Which names are looked up, and where.
public struct NameRequest: Hashable, Sendable {
    /// For which addresses a name is looked up.
    public enum Mode: Hashable, Sendable {
        /// For hosts that are up.
        case hostsThatAreUp
        /// For none (`-n`).
        case never
        /// For all targets (`-R`).
        case always
    }

    /// For which addresses a name is looked up.
    public var mode = Mode.hostsThatAreUp
    /// The name servers to ask; empty means the system's.
    public var servers: [IPAddress] = []
    /// Whether the system's own resolver is used (`--system-dns`).
    public var usesSystemResolver = false

    /// Makes the default request.
    public init() {}
}
