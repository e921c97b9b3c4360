// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

/// How far the scan goes, by which techniques, and how hosts are discovered.
extension OptionsResolver {
    /// Whether raw packets may be sent.
    var isPrivileged: Bool {
        if flags.evasion.isPrivileged { return true }
        return !flags.evasion.isUnprivileged && environment.isRoot
    }

    private static var tcpTechniques: [ScanTechnique] {
        [.syn, .ack, .window, .fin, .xmas, .null, .maimon, .connect]
    }

    /// The techniques that were typed, in the order in which they are carried out.
    private var typedTechniques: [(technique: ScanTechnique, flag: FlagDeclaration)] {
        let typed = flags.ports
        let all: [(Bool, ScanTechnique, FlagDeclaration)] = [
            (typed.isSYNScan, .syn, .synScan), (typed.isACKScan, .ack, .ackScan),
            (typed.isWindowScan, .window, .windowScan), (typed.isFINScan, .fin, .finScan),
            (typed.isXmasScan, .xmas, .xmasScan), (typed.isNullScan, .null, .nullScan),
            (typed.isMaimonScan, .maimon, .maimonScan), (typed.isUDPScan, .udp, .udpScan),
            (typed.isConnectScan, .connect, .connectScan), (typed.isSCTPScan, .sctpInit, .sctpScan),
            (typed.isSCTPCookieScan, .sctpCookieEcho, .sctpCookieScan),
            (typed.isProtocolScan, .ipProtocol, .protocolScan),
        ]
        return all.compactMap { isTyped, technique, flag in isTyped ? (technique, flag) : nil }
    }

    /// How far the scan goes, and by which techniques.
    mutating func resolveExtent() throws(UsageError) {
        let typed = typedTechniques
        let stops = flags.discovery.isListScan ? "-sL" : flags.discovery.isPingScan ? "-sn" : nil
        request.plan.tracesRoutes =
            flags.discovery.tracesRoutes || flags.services.isAggressive && isPrivileged
        if flags.discovery.tracesRoutes, !isPrivileged {
            throw .value("--traceroute needs raw packets; run as root")
        }
        guard let stops else {
            try check(typed)
            request.plan.techniques = typed.isEmpty ? [usualTechnique] : typed.map(\.technique)
            return
        }
        if let first = typed.first {
            throw .value(
                "\(stops) scans no ports, so \(first.flag.name) cannot be used with it; leave one out"
            )
        }
        let ports = flags.ports.isFast ? "-F" : flags.ports.portLists.isEmpty ? nil : "-p"
        if let ports {
            throw .value("\(stops) scans no ports, so \(ports) cannot be used with it; leave one out")
        }
        request.plan.extent = stops == "-sL" ? .list : .hosts
        request.plan.techniques = []
    }

    /// SYN scan where raw packets may be sent, or where other flags show that they were meant.
    private var usualTechnique: ScanTechnique { isPrivileged ? .syn : .connect }

    private func check(_ typed: [(technique: ScanTechnique, flag: FlagDeclaration)]) throws(UsageError) {
        let tcp = typed.filter { Self.tcpTechniques.contains($0.technique) }
        if tcp.count > 1 {
            let names = tcp.map(\.flag.name).joined(separator: " and ")
            throw .value("\(names) are all TCP scans; choose one of them")
        }
        if typed.count > 1, typed.contains(where: { $0.technique == .ipProtocol }) {
            throw .value("-sO scans protocols, not ports, and cannot be combined with other scans; run two")
        }
        if !isPrivileged {
            for (technique, flag) in typed where technique != .connect && technique != .udp {
                throw .value("\(flag.name) (\(flag.summary)) needs raw packets; run as root or use -sT")
            }
        }
    }

    // MARK: Discovery

    /// Discovery probes.
    mutating func resolveDiscovery() throws(UsageError) {
        let typed = flags.discovery
        try checkDiscoveryLists()
        var discovery = DiscoveryRequest()
        discovery.isSkipped = typed.skipsPing || typed.isListScan
        discovery.usesLinkProbes = !typed.disablesARPPing
        discovery.ignoresResets = typed.ignoresResets
        for use in uses { discovery.probes += probes(use) }
        discovery.probes = discovery.probes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        let isIPv4Only = typed.timestampPing || typed.netmaskPing
        if isIPv4Only, request.plan.targets.family == .inet6 {
            throw .value("-PP and -PM are probes of IPv4; leave them out with -6")
        }
        if typed.echoPing || isIPv4Only, !isPrivileged {
            note("ICMP probes need raw packets: TCP connections are tried instead; run as root")
        }
        request.plan.discovery = discovery
    }

    private func checkDiscoveryLists() throws(UsageError) {
        let typed = flags.discovery
        _ = try ValueParsing.single(typed.synPing, .synPing)
        _ = try ValueParsing.single(typed.ackPing, .ackPing)
        let privileged: [([String], FlagDeclaration)] = [
            (typed.udpPing, .udpPing), (typed.sctpPing, .sctpPing), (typed.protocolPing, .protocolPing),
        ]
        for (values, flag) in privileged {
            _ = try ValueParsing.single(values, flag)
            if !values.isEmpty, !isPrivileged {
                throw .value("\(flag.name) needs raw packets; run as root or use -PS")
            }
        }
    }

    private func probes(_ use: NormalisedArguments.Use) -> [DiscoveryProbe] {
        let list = use.value ?? ""
        switch use.flag {
        case .synPing: return [.tcpSYN(ports: list)]
        case .ackPing: return [.tcpACK(ports: list)]
        case .udpPing: return [.udp(ports: list)]
        case .sctpPing: return [.sctp(ports: list)]
        case .protocolPing: return [.ipProtocol(numbers: list)]
        case .echoPing: return [.icmpEcho]
        case .timestampPing: return [.icmpTimestamp]
        case .netmaskPing: return [.icmpNetmask]
        case .defaultPing:
            let usual: [DiscoveryProbe] = [.icmpEcho, .tcpSYN(ports: "443"), .tcpACK(ports: list)]
            return request.plan.targets.family == .inet ? usual + [.icmpTimestamp] : usual
        default: return []
        }
    }
}
