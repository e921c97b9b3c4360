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
    static let mostActive = 4096

    /// Hosts that answered, that did not, and all that were decided.
    var hostsUp = 0, hostsDown = 0, hostsTotal = 0
    /// Hosts that are up and not reported yet.
    var hostsActive = 0

    unowned let session: ScanSession
    let selection: PortSelection?
    let exclusions: Exclusions
    /// How many addresses the user's targets have.
    private let targetCount: Int
    /// Targets whose address another target has that is in work or done.
    var twins: TwinTargets
    /// When the time of each host is used up, where that is limited.
    var timeEnds: [Int: Instant] = [:]
    var targets: TargetExpansion
    /// Targets that scripts added and that were not expanded yet.
    var added: [ResolvedTarget] = []
    /// Names among them that are being looked up.
    var namesUnderWay = 0
    var nextNumber = 0
    var discovery: HostDiscovery?
    var scans: [PortScan] = []
    var scanProgress: [ScanProgress] = []
    var services: ServiceDetection?
    var systems: OSDetection?
    var lookups: ReverseLookups?
    /// Where raw packets leave; nothing if none are needed or allowed.
    let raw: RawChannel?
    /// What traces ways, made at first use.
    var traceroute: Traceroute?
    /// Hosts whose scripts run.
    let scriptProgress = ScanProgress(.scripts)
    /// Timing pings of the hosts in work.
    let pings = TimingPings()
    /// Tells when phases begin and end.
    let phases: PhaseTeller
    var lookupsUnderWay: [Int: Operation] = [:]
    private(set) var hasStarted = false
    /// Hosts whose ports are known and whose scripts have not all ended.
    private var scripted: [Int: ActiveHost] = [:]
    /// Hosts whose ports are known from elsewhere, that wait for their turn.
    var given: ArraySlice<Host>
    /// Whether ports are scanned at all, rather than given.
    let scansPorts: Bool
    var isFeeding = false
    var earlier: EarlierWork

    init(
        session: ScanSession,
        selection: PortSelection?,
        targets: TargetExpansion,
        exclusions: Exclusions,
        given: [Host]? = nil,
        raw: RawChannel? = nil
    ) {
        self.session = session
        phases = PhaseTeller(session)
        self.raw = raw
        self.given = given?[...] ?? []
        scansPorts = given == nil
        earlier = EarlierWork(session.plan.resumption)
        self.selection = selection
        self.targets = targets
        targetCount = targets.count
        twins = TwinTargets(repeated: targets.repeatedAddresses)
        self.exclusions = exclusions
        session.facts.onTarget = { [unowned self] in add($0) }
        phases.mayGetHosts = { [unowned self] in
            !(discovery?.isDone ?? true) || !added.isEmpty || !self.given.isEmpty || namesUnderWay > 0
                || !lookupsUnderWay.isEmpty
        }
    }

    /// Whether all hosts are reported.
    var isDone: Bool {
        hasStarted && hostsActive == 0 && added.isEmpty && given.isEmpty && namesUnderWay == 0
            && twins.waitingCount == 0 && (discovery?.isDone ?? true)
    }

    /// Whether hosts may still come to their scripts: some are before them, or not found yet.
    var mayGetMoreScripts: Bool {
        hasStarted
            && (hostsActive > scripted.count || !(discovery?.isDone ?? true) || !added.isEmpty
                || namesUnderWay > 0 || twins.waitingCount > 0)
    }

    /// The phase that most hosts wait for now, with what is done and what is known to be done; nothing while only scripts run.
    ///
    /// As long as targets are left that were not asked, that is all of them: they tell best how long the scan takes.
    var currentProgress: (phase: Phase, done: Int, total: Int)? {
        if let discovery, !discovery.isDone {
            return (discovery.progress.phase, hostsTotal, max(targetCount, hostsTotal))
        }
        let all = scanProgress + [services?.progress].compactMap { $0 }
        return all.first { $0.hostsActive > 0 }.map { ($0.phase, $0.done, $0.total) }
    }

    /// Starts with the first targets.
    func start() {
        hasStarted = true
        guard scansPorts else {
            startWithGiven()
            return
        }
        makeScans()
        makeServiceDetection()
        makeSystemDetection()
        phases.watch(scriptProgress)
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
        services?.cancel()
        systems?.cancel()
        for operation in lookupsUnderWay.values { operation.cancel() }
        raw?.close()
        session.facts.onTarget = { _ in false }
    }

    // MARK: Targets

    /// The next host that no other one speaks for.
    func nextHost() -> ActiveHost? {
        while let active = nextTargetHost() {
            if !waitsForTwin(active) { return active }
        }
        return nil
    }

    func nextTargetHost() -> ActiveHost? {
        var next = nextTarget()
        while let target = next, replay(HostKey(target.address, name: target.name)) { next = nextTarget() }
        guard let target = next else { return nil }
        var host = Host(address: target.address, targetName: target.name)
        host.otherAddresses = target.otherAddresses
        host.started = WallTime.now
        defer { nextNumber += 1 }
        return ActiveHost(host, number: nextNumber)
    }

    // MARK: Phases

    /// What a host that is up goes through, in this order; each ends by calling ``advance(_:after:)``.
    enum HostPhase {
        case name, ports, services, system, trace, scripts
    }

    /// Goes on with a host after a phase; one whose time ran out is reported.
    func advance(_ active: ActiveHost, after phase: HostPhase) {
        if phase == .trace || active.host.timedOut { settleTwins(of: active) }
        guard !active.host.timedOut else {
            finish(active)
            return
        }
        switch phase {
        case .name: scanPorts(of: active, from: 0)
        case .ports: detectServices(of: active)
        case .services: detectSystem(of: active)
        case .system: trace(active)
        case .trace: findNextHop(of: active) { [weak self] in self?.runScripts(on: active) }
        case .scripts: finish(active)
        }
    }

    // MARK: Scripts and report

    private func runScripts(on active: ActiveHost) {
        guard let engine = session.engine, engine.hasHostScripts else {
            advance(active, after: .scripts)
            return
        }
        scripted[active.number] = active
        scriptProgress.enter()
        let key = HostKey(active.host)
        session.onEvent(.portsKnown(active.host))
        for record in earlier.records(of: key) { session.onEvent(.script(record)) }
        let alarm = timeLeft(of: active).map { left in
            session.network.loop.schedule(at: session.network.loop.now + left) {
                active.host.timedOut = true
                engine.abandon(active)
            }
        }
        engine.run(on: active, skipping: earlier.tasks(of: key)) { [weak self] in
            if let alarm { self?.session.network.loop.cancel(alarm) }
            self?.scriptProgress.leave()
            self?.advance(active, after: .scripts)
        }
    }

    /// Reports the hosts whose ports are known, though their scripts were stopped with the scan.
    func reportUnfinished() {
        for active in scripted.values.sorted(by: { $0.number < $1.number }) { report(active) }
    }

    private func finish(_ active: ActiveHost) {
        report(active)
        if hostsActive < Self.mostActive / 2 { discovery?.resume() }
        continueWithGiven()
        continueWithAdded()
    }

    private func report(_ active: ActiveHost) {
        scripted[active.number] = nil
        active.host.ended = WallTime.now
        nameServices(of: &active.host)
        pings[active.number] = nil
        timeEnds[active.number] = nil
        hostsActive -= 1
        hostsTotal += 1
        session.onEvent(.host(active.host))
    }
}
