// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeScan

extension ScanSession {
    /// The hosts that were given, as far as the plan's targets, exclusions and ports choose them.
    ///
    /// - Parameters:
    ///   - resolved: the typed targets; all hosts are meant if there are none.
    ///   - exclusions: what must not be touched.
    ///   - selection: the ports asked for; all are meant if none were typed.
    /// - Returns: the hosts; nothing where ports are scanned.
    /// - Throws: ``ScanError`` if names cannot be looked up.
    func givenHosts(
        _ resolved: [ResolvedTarget],
        _ exclusions: Exclusions,
        _ selection: PortSelection?
    ) throws(ScanError) -> [Host]? {
        guard let given = plan.given else { return nil }
        let wanted = hasTypedTargets ? Exclusions(resolved) : nil
        let ports = plan.ports.specification == nil ? nil : selection
        let hosts = (given.hosts + (try namedHosts(given))).filter { host in
            host.state != .down && !exclusions.contains(host.address)
                && (wanted?.contains(host.address) ?? true)
        }
        if hosts.isEmpty { warn("\(given.source): no host of it is up and among the targets") }
        return hosts.map { $0.asGiven(ports) }
    }

    /// Given hosts as targets, for the scope of scripts.
    static func targets(_ hosts: [Host]) -> [ResolvedTarget] {
        hosts.compactMap { host in
            let text = host.address.withoutZone.description
            return (try? TargetSpecification(parsing: text, family: host.address.family))
                .flatMap { ResolvedTarget($0) }
        }
    }

    private var hasTypedTargets: Bool { !plan.targets.words.isEmpty || plan.targets.inputFile != nil }

    /// Hosts of which only a name was given.
    private func namedHosts(_ given: GivenHosts) throws(ScanError) -> [Host] {
        guard !given.namedPorts.isEmpty else { return [] }
        var request = TargetRequest()
        request.words = given.namedPorts.keys.sorted()
        request.family = plan.targets.family
        var setup = TargetSetup(request, network)
        var hosts: [Host] = []
        for target in try setup.targets() {
            guard let name = target.name, let address = target.namedAddress else { continue }
            var host = Host(address: address, targetName: name)
            host.otherAddresses = target.otherAddresses
            host.state = .up
            host.reason = .userSet
            let numbers = Dictionary(grouping: given.namedPorts[name] ?? [], by: \.transport)
            for (transport, ports) in numbers {
                host.ports.declare(
                    Set(ports.map(\.number)).sorted(),
                    transport,
                    as: PortOutcome(.open, .userSet)
                )
            }
            hosts.append(host)
        }
        for failure in setup.unresolved {
            problems += 1
            warn(failure)
        }
        return hosts
    }
}

extension Host {
    /// The host with the ports asked for, and without what scripts said earlier.
    fileprivate func asGiven(_ selection: PortSelection?) -> Host {
        var host = self
        host.scripts = []
        host.timedOut = false
        host.ended = nil
        host.ports = PortTable()
        for transport in ports.transports {
            let wanted = selection.map { Set($0.ports(transport)) }
            let records = ports.records { _ in true }
                .filter { $0.port.transport == transport && (wanted?.contains($0.port.number) ?? true) }
            guard let first = records.first else { continue }
            host.ports.declare(records.map(\.port.number), transport, as: first.outcome)
            for record in records {
                host.ports.set(record.outcome, for: record.port)
                if let service = record.service { host.ports.setService(service, for: record.port) }
            }
        }
        return host
    }
}
