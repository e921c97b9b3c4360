// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeScript

/// Takes hosts from the targets through discovery, names, port scans and scripts to their report.
///
/// Each host goes at its own pace: it is reported when it is done, whatever the others do.
final class HostPipeline {
    /// Hosts in work at a time; discovery waits beyond that.
    private static let mostActive = 4096

    /// Hosts that answered, that did not, and all that were decided.
    private(set) var hostsUp = 0, hostsDown = 0, hostsTotal = 0
    /// Hosts that are up and not reported yet.
    private(set) var hostsActive = 0

    private unowned let session: ScanSession
    private let selection: PortSelection?
    private let exclusions: Exclusions
    private var targets: TargetExpansion
    private var added: [ResolvedTarget] = []
    private var nextNumber = 0
    private var discovery: HostDiscovery?
    private var scans: [PortScan] = []
    private var scanProgress: [ScanProgress] = []
    private var lookups: ReverseLookups?
    private var lookupsUnderWay: [Int: Operation] = [:]
    private var hasStarted = false
    /// Hosts whose ports are known, that wait for their turn; nothing where ports are scanned.
    private var given: ArraySlice<Host>
    private let scansPorts: Bool
    private var isFeeding = false
    private var earlier: EarlierWork

    init(
        session: ScanSession,
        selection: PortSelection?,
        targets: TargetExpansion,
        exclusions: Exclusions,
        given: [Host]? = nil
    ) {
        self.session = session
        self.given = given?[...] ?? []
        scansPorts = given == nil
        earlier = EarlierWork(session.plan.resumption)
        self.selection = selection
        self.targets = targets
        self.exclusions = exclusions
        session.facts.onTarget = { [unowned self] in add($0) }
    }

    /// Whether all hosts are reported.
    var isDone: Bool {
        hasStarted && hostsActive == 0 && added.isEmpty && given.isEmpty && (discovery?.isDone ?? true)
    }

    /// The phase that most hosts wait for now; nothing while only scripts run.
    var currentProgress: ScanProgress? {
        scanProgress.first { $0.hostsActive > 0 } ?? (discovery?.isDone == false ? discovery?.progress : nil)
    }

    /// Starts with the first targets.
    func start() {
        hasStarted = true
        guard scansPorts else {
            given = given.filter { !replay(HostKey($0)) }[...]
            return continueWithGiven()
        }
        makeScans()
        if case .list = session.plan.extent {
            listTargets()
        } else {
            discover()
        }
    }

    /// Stops everything.
    func cancel() {
        discovery?.cancel()
        for scan in scans { scan.cancel() }
        for operation in lookupsUnderWay.values { operation.cancel() }
        session.facts.onTarget = { _ in false }
    }

    // MARK: Targets

    /// Takes a target that a script found; names among them are not looked up here.
    private func add(_ word: String) -> Bool {
        guard
            let specification = try? TargetSpecification(parsing: word, family: session.plan.targets.family),
            let target = ResolvedTarget(specification)
        else { return false }
        added.append(target)
        return true
    }

    private func nextHost() -> ActiveHost? {
        var next = targets.next()
        while let target = next, replay(HostKey(target.address, name: target.name)) { next = targets.next() }
        guard let target = next else { return nil }
        var host = Host(address: target.address, targetName: target.name)
        host.otherAddresses = target.otherAddresses
        host.started = WallTime.now
        defer { nextNumber += 1 }
        return ActiveHost(host, number: nextNumber)
    }

    private func listTargets() {
        while let active = nextHost() {
            hostsTotal += 1
            session.onEvent(.host(active.host))
        }
    }

    // MARK: Hosts with known ports

    /// Tells of a host again that an earlier run has done, or puts it in line for the scripts that it lacks.
    ///
    /// - Returns: whether there is nothing else to do for it.
    private func replay(_ key: HostKey) -> Bool {
        guard !earlier.isEmpty else { return false }
        if let host = earlier.takeFinished(key) {
            for record in earlier.records(of: key) { session.onEvent(.script(record)) }
            if host.state == .up { hostsUp += 1 } else { hostsDown += 1 }
            hostsTotal += 1
            session.onEvent(.host(host))
            return true
        }
        guard scansPorts, let host = earlier.takeBegun(key) else { return false }
        given.append(host)
        session.network.loop.soon { [weak self] in self?.continueWithGiven() }
        return true
    }

    /// Starts hosts whose ports are known, as many as may be in work.
    private func continueWithGiven() {
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while hostsActive < Self.mostActive, var host = given.popFirst() {
            host = earlier.takeBegun(HostKey(host)) ?? host
            host.started = host.started ?? WallTime.now
            hostsUp += 1
            hostsActive += 1
            let active = ActiveHost(host, number: nextNumber)
            nextNumber += 1
            findName(of: active, thenFrom: scans.count)
        }
    }

    // MARK: Discovery

    private func discover() {
        let plan = session.plan
        if !added.isEmpty, discovery?.isDone ?? false {
            targets = TargetExpansion(added, excluding: exclusions)
            added = []
        }
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

    // MARK: Names

    private func findName(of active: ActiveHost, thenFrom scan: Int = 0) {
        guard session.plan.names.mode != .never, active.host.name == nil else {
            scanPorts(of: active, from: scan)
            return
        }
        let lookups = self.lookups ?? makeLookups()
        self.lookups = lookups
        let address = active.host.address
        lookupsUnderWay[active.number] = lookups.names(of: [address]) { _, name in
            active.host.name = name
        } finished: { [weak self] in
            guard let self else { return }
            lookupsUnderWay[active.number] = nil
            scanPorts(of: active, from: scan)
        }
    }

    private func makeLookups() -> ReverseLookups {
        ReverseLookups(
            loop: session.network.loop,
            configuration: session.network.resolver.configuration,
            traffic: session.network.resolverTraffic
        )
    }

    // MARK: Ports

    private func makeScans() {
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

    private func scanPorts(of active: ActiveHost, from index: Int) {
        guard index < scans.count, !active.host.timedOut else {
            runScripts(on: active)
            return
        }
        scans[index].add(active, timeLimit: session.plan.timing.template.hostTimeout)
    }

    private func timing(_ transport: TransportProtocol) -> ScanTiming {
        ScanTiming(
            session.plan.timing.template,
            transport: transport,
            maximumScanDelay: session.plan.timing.maximumScanDelay
        )
    }

    private var connectOptions: ConnectOptions {
        let packets = session.plan.packets
        var options = ConnectOptions()
        options.source = packets.sourceAddress.map { SocketAddress($0, port: 0) }
        options.interface = packets.interface
        options.ttl = packets.timeToLive
        return options
    }

    // MARK: Scripts and report

    private func runScripts(on active: ActiveHost) {
        guard let engine = session.engine, engine.hasHostScripts, !active.host.timedOut else {
            finish(active)
            return
        }
        let key = HostKey(active.host)
        session.onEvent(.portsKnown(active.host))
        for record in earlier.records(of: key) { session.onEvent(.script(record)) }
        engine.run(on: active, skipping: earlier.tasks(of: key)) { [weak self] in self?.finish(active) }
    }

    private func finish(_ active: ActiveHost) {
        active.host.ended = WallTime.now
        nameServices(of: &active.host)
        hostsActive -= 1
        hostsTotal += 1
        session.onEvent(.host(active.host))
        if hostsActive < Self.mostActive / 2 { discovery?.resume() }
        continueWithGiven()
        continueWithAdded()
    }

    /// Scans what scripts have added, once the hosts before it are done.
    private func continueWithAdded() {
        guard hostsActive == 0, !added.isEmpty, discovery?.isDone ?? true else { return }
        discover()
    }

    /// Puts service names to the ports that a report shows.
    private func nameServices(of host: inout Host) {
        let plan = session.plan
        let limit = plan.debugging >= 3 ? Int.max : 25 * (plan.verbosity + 1 + 20 * plan.debugging)
        var counts: [PortState: Int] = [:]
        for transport in host.ports.transports {
            for (outcome, count) in host.ports.tally(transport) { counts[outcome.state, default: 0] += count }
        }
        let shown = host.ports.records { outcome in
            outcome.state.mayBeOpen || counts[outcome.state, default: 0] <= limit
        }
        for record in shown where record.service == nil {
            guard let name = session.facts.serviceName(of: record.port) else { continue }
            host.ports.setService(ServiceInfo(name: name), for: record.port)
        }
    }
}

/// A repeatable source of chance (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
