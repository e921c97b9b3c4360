// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// Targets, exclusions and the address family.
    mutating func resolveTargets() throws(UsageError) {
        let typed = flags.targets
        guard !(typed.usesIPv4 && typed.usesIPv6) else {
            throw .value("-4 and -6 cannot be used in one scan; run two")
        }
        var targets = TargetRequest()
        targets.words = words
        for word in targets.words where word.isEmpty {
            throw .value("a target \(shown(word)) is empty; give a host, an address or a network")
        }
        if let file = try ValueParsing.single(typed.inputFiles, .inputFile) {
            targets.inputFile = try ValueParsing.text(file, .inputFile)
        }
        if let source = try ValueParsing.single(typed.from, .from) {
            request.source = try ValueParsing.text(source, .from)
        }
        if let file = try ValueParsing.single(typed.excludeFiles, .excludeFile) {
            targets.exclusionFile = try ValueParsing.text(file, .excludeFile)
        }
        targets.exclusions = typed.exclude.flatMap { list in
            list.split(separator: ",").map(String.init).filter { !$0.isEmpty }
        }
        if let empty = typed.exclude.first(where: { $0.utf8.allSatisfy { $0 == UInt8(ascii: ",") } }) {
            throw .value("--exclude \(shown(empty)) names nothing; give hosts and networks, parted by commas")
        }
        targets.family = typed.usesIPv6 ? .inet6 : .inet
        targets.scansAllAddresses = typed.resolvesAll
        targets.scansEachAddressOnce = typed.isUnique
        targets.isShuffled = typed.randomizesHosts
        request.plan.targets = targets
    }

    /// How far the scan goes, and by which techniques.
    mutating func resolveExtent() throws(UsageError) {
        let typed = flags.ports
        var techniques: [ScanTechnique] = []
        if typed.isUDPScan { techniques.append(.udp) }
        if typed.isConnectScan { techniques.append(.connect) }
        let stops = flags.discovery.isListScan ? "-sL" : flags.discovery.isPingScan ? "-sn" : nil
        guard let stops else {
            request.plan.techniques = techniques.isEmpty ? [.connect] : techniques
            if techniques.isEmpty, environment.isRoot, flags.output.verboseCount > 0 {
                note("connect scan: SYN scan is not available in this version")
            }
            return
        }
        if let first = techniques.first {
            throw .value(
                "\(stops) scans no ports, so \(first == .udp ? "-sU" : "-sT") cannot be used with it; leave one out"
            )
        }
        let ports = typed.isFast ? "-F" : typed.portLists.isEmpty ? nil : "-p"
        if let ports {
            throw .value("\(stops) scans no ports, so \(ports) cannot be used with it; leave one out")
        }
        request.plan.extent = stops == "-sL" ? .list : .hosts
        request.plan.techniques = []
    }

    /// Discovery probes.
    mutating func resolveDiscovery() throws(UsageError) {
        let typed = flags.discovery
        _ = try ValueParsing.single(typed.synPing, .synPing)
        _ = try ValueParsing.single(typed.ackPing, .ackPing)
        var discovery = DiscoveryRequest()
        discovery.isSkipped = typed.skipsPing || typed.isListScan
        discovery.usesLinkProbes = !typed.disablesARPPing
        discovery.ignoresResets = typed.ignoresResets
        for use in uses {
            switch use.flag {
            case .synPing: discovery.probes.append(.tcpSYN(ports: use.value ?? ""))
            case .ackPing: discovery.probes.append(.tcpACK(ports: use.value ?? ""))
            case .echoPing: discovery.probes.append(.icmpEcho)
            case .timestampPing: discovery.probes.append(.icmpTimestamp)
            case .netmaskPing: discovery.probes.append(.icmpNetmask)
            default: continue
            }
        }
        discovery.probes = unique(discovery.probes)
        let isIPv4Only = discovery.probes.contains(.icmpTimestamp) || discovery.probes.contains(.icmpNetmask)
        if isIPv4Only, request.plan.targets.family == .inet6 {
            throw .value("-PP and -PM are probes of IPv4; leave them out with -6")
        }
        if typed.echoPing || isIPv4Only {
            note("ICMP probes are not available in this version: TCP connections are tried instead")
        }
        request.plan.discovery = discovery
    }

    private func unique(_ probes: [DiscoveryProbe]) -> [DiscoveryProbe] {
        probes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Name look-ups.
    mutating func resolveNames() throws(UsageError) {
        let typed = flags.discovery
        var names = NameRequest()
        names.mode = typed.noNames ? .never : typed.allNames ? .always : .hostsThatAreUp
        names.usesSystemResolver = typed.systemNames
        for list in typed.nameServers {
            for part in list.split(separator: ",", omittingEmptySubsequences: false) {
                guard let address = IPAddress(parsing: part) else {
                    throw .value("--dns-servers \(shown(String(part))): give addresses, parted by commas")
                }
                names.servers.append(address)
            }
        }
        request.plan.names = names
    }

    /// The ports to scan.
    mutating func resolvePorts() throws(UsageError) {
        let typed = flags.ports
        var ports = PortRequest()
        ports.isSequential = typed.isSequential
        if let list = try ValueParsing.single(typed.portLists, .portList) {
            ports.specification = try ValueParsing.text(list, .portList)
        }
        if let list = try ValueParsing.single(typed.exclusions, .excludePorts) {
            ports.exclusion = try ValueParsing.text(list, .excludePorts)
        }
        if typed.isFast, ports.specification != nil {
            throw .value(
                "-F cannot be used with -p; --top-ports or --port-ratio take the most common of a list"
            )
        }
        if let text = typed.topPorts, typed.portRatio != nil {
            throw .value("--top-ports \(shown(text)) cannot be used with --port-ratio; leave one out")
        }
        if let text = typed.topPorts {
            ports.selection = .top(try ValueParsing.integer(text, .topPorts, in: 1...65536))
        } else if let text = typed.portRatio {
            guard let ratio = ValueParsing.decimal(text), ratio < 1 else {
                throw .value("--port-ratio \(shown(text)): give a number from 0 to below 1")
            }
            ports.selection = .ratio(ratio)
        } else if typed.isFast || flags.miscellaneous.serviceDatabase != nil && ports.specification == nil {
            ports.selection = .fast
        }
        request.plan.ports = ports
    }
}
