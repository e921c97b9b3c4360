// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Scanning ports.
extension HostPipeline {
    func makeScans() {
        guard let selection else { return }
        var random = SeededRandom(seed: session.plan.seed ?? UInt64.random(in: .min ... .max))
        for technique in session.plan.techniques {
            let ports = selection.ports(technique.transport)
            guard !ports.isEmpty, let probes = makeTechnique(technique) else { continue }
            let order =
                session.plan.ports.isSequential
                ? ports : ProbeOrder.shuffled(ports, technique.transport, using: &random)
            let progress = ScanProgress(technique.transport == .udp ? .udpScan : .connectScan)
            var settings = PortScan.Settings(order: order, timing: timing(technique.transport))
            settings.socketLimit = max(16, session.network.gate.budget.limit)
            let index = scans.count
            scans.append(
                PortScan(session.network.loop, probes, settings, progress: progress) {
                    [unowned self] active, ending in
                    if case .timedOut = ending { active.host.timedOut = true }
                    scanPorts(of: active, from: index + 1)
                }
            )
            scanProgress.append(progress)
        }
    }

    private func makeTechnique(_ technique: Sonde.ScanTechnique) -> (any SondeScan.ScanTechnique)? {
        switch technique {
        case .connect: ConnectScan(session.network, options: connectOptions)
        case .udp: UDPScan(session.network, payloads: session.files.payloads, options: connectOptions)
        default: nil
        }
    }

    func scanPorts(of active: ActiveHost, from index: Int) {
        guard index < scans.count, !active.host.timedOut else {
            advance(active, after: .ports)
            return
        }
        scans[index].add(active, timeLimit: session.plan.timing.template.hostTimeout)
    }

    func timing(_ transport: TransportProtocol) -> ScanTiming {
        ScanTiming(
            session.plan.timing.template,
            transport: transport,
            maximumScanDelay: session.plan.timing.maximumScanDelay
        )
    }

    var connectOptions: ConnectOptions {
        let packets = session.plan.packets
        var options = ConnectOptions()
        options.source = packets.sourceAddress.map { SocketAddress($0, port: 0) }
        options.interface = packets.interface
        options.ttl = packets.timeToLive
        return options
    }
}
