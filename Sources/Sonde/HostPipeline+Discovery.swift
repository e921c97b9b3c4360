// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeWire

/// Finding out which hosts are up.
extension HostPipeline {
    func discover() {
        let plan = session.plan
        var settings = HostDiscovery.Settings(timing: timing(.tcp))
        settings.assumesUp = plan.discovery.isSkipped
        settings.ignoresRefusals = plan.discovery.ignoresResets
        settings.options = connectOptions
        settings.family = plan.targets.family
        settings.usesLink = plan.discovery.usesLinkProbes && !plan.packets.sendsPackets
        settings.channel = raw
        settings.probes = rawProbes()
        settings.payloads = payloads
        settings.pings = pings
        if let ports = connectPorts() { settings.ports = ports }
        let progress = ScanProgress(.discovery)
        phases.watch(progress)
        let discovery = HostDiscovery(
            session.network,
            settings,
            progress: progress,
            source: { [unowned self] in nextHost() },
            onHost: { [unowned self] in discovered($0) }
        )
        discovery.onEnd = { [unowned self] in continueWithAdded() }
        self.discovery = discovery
        discovery.start()
    }

    /// The ports of `-PS` and `-PA`, both by connecting.
    private func connectPorts() -> [UInt16]? {
        var found: [UInt16] = []
        for probe in session.plan.discovery.probes {
            switch probe {
            case .tcpSYN(let list), .tcpACK(let list): found += ports(list, .tcp, usual: [80])
            case .udp, .sctp, .ipProtocol, .icmpEcho, .icmpTimestamp, .icmpNetmask:
                if !found.contains(80) { found.append(80) }
            }
        }
        return found.isEmpty ? nil : found
    }

    private func ports(_ list: String, _ transport: TransportProtocol, usual: [UInt16]) -> [UInt16] {
        guard !list.isEmpty else { return usual }
        let parsed = try? PortSpecification(list: list, transport: transport, names: session.files.portNames)
        let excluded = session.plan.ports.exclusion.flatMap {
            try? PortSpecification(list: $0, transport: transport, names: session.files.portNames)
        }
        let left = Set(excluded?.ports(transport) ?? [])
        return (parsed?.ports(transport) ?? []).filter { !left.contains($0) }
    }

    /// The raw probes in the order of sending (spec page `port-scanning`, section 6).
    private func rawProbes() -> [RawProbe] {
        let plan = session.plan
        let isV4 = plan.targets.family == .inet
        guard !plan.discovery.probes.isEmpty else {
            let usual: [RawProbe] = [.icmpEcho, .tcp(.syn, port: 443), .tcp(.ack, port: 80)]
            return isV4 ? usual + [.icmpTimestamp] : usual
        }
        let ranked = plan.discovery.probes.flatMap { probe -> [(rank: Int, probe: RawProbe)] in
            switch probe {
            case .icmpEcho: [(0, .icmpEcho)]
            case .tcpSYN(let list): ports(list, .tcp, usual: [80]).map { (1, .tcp(.syn, port: $0)) }
            case .tcpACK(let list): ports(list, .tcp, usual: [80]).map { (2, .tcp(.ack, port: $0)) }
            case .icmpTimestamp: [(3, .icmpTimestamp)]
            case .udp(let list): ports(list, .udp, usual: [40125]).map { (4, .udp(port: $0)) }
            case .sctp(let list): ports(list, .sctp, usual: [80]).map { (5, .sctpInit(port: $0)) }
            case .ipProtocol(let list):
                ports(list, .ip, usual: [1, 2, 4]).map { (6, .ipProtocol(UInt8(truncatingIfNeeded: $0))) }
            case .icmpNetmask: [(7, .icmpMask)]
            }
        }
        return ranked.enumerated()
            .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element.probe)
    }

    private func discovered(_ active: ActiveHost) {
        guard active.host.state == .up else {
            hostsDown += 1
            hostsTotal += 1
            pings[active.number] = nil
            guard session.plan.names.mode == .always else { return reportDown(active) }
            findName(aside: active) { [weak self] in self?.reportDown(active) }
            return
        }
        hostsUp += 1
        hostsActive += 1
        nameVendor(of: active)
        if !scans.isEmpty { session.onEvent(.hostFound(active.host)) }
        if hostsActive >= Self.mostActive { discovery?.pause() }
        findName(of: active)
    }

    func reportDown(_ active: ActiveHost) {
        settleTwins(of: active)
        active.host.ended = WallTime.now
        session.onEvent(.host(active.host))
        continueWithAdded()
    }

    /// Finds out who made the host's interface.
    func nameVendor(of active: ActiveHost) {
        guard let address = active.host.macAddress, active.host.macVendor == nil else { return }
        active.host.macVendor = session.files.prefixes.vendor(of: address)
    }
}
