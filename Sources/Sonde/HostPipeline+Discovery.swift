// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Finding out which hosts are up.
extension HostPipeline {
    func discover() {
        let plan = session.plan
        var settings = HostDiscovery.Settings(timing: timing(.tcp))
        settings.assumesUp = plan.discovery.isSkipped
        settings.ignoresRefusals = plan.discovery.ignoresResets
        settings.options = connectOptions
        if let ports = discoveryPorts() { settings.ports = ports }
        let discovery = HostDiscovery(
            session.network,
            settings,
            progress: ScanProgress(.discovery),
            source: { [unowned self] in nextHost() },
            onHost: { [unowned self] in discovered($0) }
        )
        discovery.onEnd = { [unowned self] in continueWithAdded() }
        self.discovery = discovery
        discovery.start()
    }

    /// The ports of `-PS` and `-PA`, both by connecting.
    private func discoveryPorts() -> [UInt16]? {
        var ports: [UInt16] = []
        for probe in session.plan.discovery.probes {
            switch probe {
            case .tcpSYN(let list), .tcpACK(let list):
                let parsed = try? PortSpecification(
                    list: list.isEmpty ? "80" : list,
                    transport: .tcp,
                    names: session.files.portNames
                )
                ports += parsed?.ports(.tcp) ?? []
            default: if !ports.contains(80) { ports.append(80) }
            }
        }
        return ports.isEmpty ? nil : ports
    }

    private func discovered(_ active: ActiveHost) {
        guard active.host.state == .up else {
            hostsDown += 1
            hostsTotal += 1
            active.host.ended = WallTime.now
            session.onEvent(.host(active.host))
            continueWithAdded()
            return
        }
        hostsUp += 1
        hostsActive += 1
        if hostsActive >= Self.mostActive { discovery?.pause() }
        findName(of: active)
    }
}
