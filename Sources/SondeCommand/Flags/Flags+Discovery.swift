// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let listScan = Self("-sL", "list the targets, send them nothing")
    static let pingScan = Self("-sn", "find out which hosts are up, scan no ports")
    static let oldPingScan = Self("-sP", availability: .standsFor("-sn"), "older name of -sn")
    static let noPing = Self("-Pn", aliases: ["-P0", "-PN", "-PD"], "take all hosts for up")
    static let synPing = Self(
        "-PS",
        value: .attached("PORTS"),
        "probe by TCP SYN, without privileges by connecting"
    )
    static let ackPing = Self(
        "-PA",
        value: .attached("PORTS"),
        "probe by TCP ACK, without privileges by connecting"
    )
    static let echoPing = Self("-PE", aliases: ["-PI"], "probe by ICMP echo")
    static let timestampPing = Self("-PP", "probe by ICMP timestamp")
    static let netmaskPing = Self("-PM", "probe by ICMP address mask")
    static let udpPing = Self("-PU", value: .attached("PORTS"), "probe by UDP")
    static let sctpPing = Self("-PY", value: .attached("PORTS"), "probe by SCTP")
    static let protocolPing = Self(
        "-PO",
        value: .attached("LIST"),
        "probe by IP protocol"
    )
    static let defaultPing = Self(
        "-PB",
        value: .attached("PORTS"),
        "the default probes, other ports"
    )
    static let arpPing = Self("-PR", availability: .withoutEffect(), "ARP, which is used by itself")
    static let noARPPing = Self("--disable-arp-ping", "no ARP or neighbour discovery unless asked for")
    static let ignoreResets = Self("--discovery-ignore-rst", "do not take a reset as proof that a host is up")
    static let noNames = Self("-n", "look up no names")
    static let allNames = Self("-R", "look up the names of all targets")
    static let nameServers = Self("--dns-servers", value: .required("LIST"), "ask these name servers")
    static let systemNames = Self("--system-dns", "ask the system's resolver")
    static let traceroute = Self("--traceroute", "trace the path to each host")

    /// The flags about host discovery and names.
    static let discovery: [Self] = [
        .listScan, .pingScan, .oldPingScan, .noPing, .synPing, .ackPing, .echoPing, .timestampPing,
        .netmaskPing, .udpPing, .sctpPing, .protocolPing, .defaultPing, .arpPing, .noARPPing,
        .ignoreResets, .noNames, .allNames, .nameServers, .systemNames, .traceroute,
    ]
}

/// How hosts are discovered, and which names are looked up.
struct DiscoveryFlags: ParsableArguments {
    @Flag(.listScan) var isListScan: Bool
    @Flag(.pingScan) var isPingScan: Bool
    @Flag(.noPing) var skipsPing: Bool
    @Option(.synPing) var synPing: [String]
    @Option(.ackPing) var ackPing: [String]
    @Flag(.echoPing) var echoPing: Bool
    @Flag(.timestampPing) var timestampPing: Bool
    @Flag(.netmaskPing) var netmaskPing: Bool
    @Option(.udpPing) var udpPing: [String]
    @Option(.sctpPing) var sctpPing: [String]
    @Option(.protocolPing) var protocolPing: [String]
    @Option(.defaultPing) var defaultPing: [String]
    @Flag(.traceroute) var tracesRoutes: Bool
    @Flag(.noARPPing) var disablesARPPing: Bool
    @Flag(.ignoreResets) var ignoresResets: Bool
    @Flag(.noNames) var noNames: Bool
    @Flag(.allNames) var allNames: Bool
    @Option(.nameServers) var nameServers: [String]
    @Flag(.systemNames) var systemNames: Bool
}
