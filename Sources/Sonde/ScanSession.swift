// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeDatabase
package import SondeIO
public import SondeModel
internal import SondeScan
internal import SondeScript
internal import Synchronization

/// One scan from its plan to its last event.
///
/// Belongs to the thread that makes it, but for ``stop()``. ``prepare()`` reads and checks everything that the
/// plan names and sends nothing to targets; ``run()`` carries the scan out and returns when it has ended.
public final class ScanSession {
    /// What is scanned, and how.
    public let plan: ScanPlan
    /// Takes the events of the scan, in order, on the session's thread.
    public var onEvent: (ScanEvent) -> Void = { _ in }
    /// How often ``ScanEvent/progress(_:)`` is told; nothing for only when asked for.
    public var progressInterval: TimeSpan?
    /// How often it is told as if somebody had asked for it (`--stats-every`); nothing for never.
    public var statisticsInterval: TimeSpan?

    /// The network that the scan uses; for services that live beside it.
    package let network: Network
    let files: DataFiles
    let facts: SessionFacts
    var engine: ScriptEngine?
    /// What keeps scripts in their sandbox; empty if nothing does, nothing if there are no scripts.
    var sandboxLayers: [String]?
    /// Where scripts may go; nothing if there are none.
    var scope: ScriptScope?
    var pipeline: HostPipeline?
    /// Where raw packets leave; nothing if none are needed.
    var channel: RawChannel?
    var scans: [ScanInfo] = []
    var problems = 0
    /// Something that lives as long as the session.
    var companion: DemoServices?
    let startedAt: Instant
    let startTime = WallTime.now
    private let stopRequested = Atomic(false)
    private var inputs: [InputWatcher] = []

    /// Makes a session; nothing is opened but what the event loop itself needs.
    ///
    /// - Parameter plan: what to do.
    /// - Throws: ``ScanError`` if the system refuses the loop.
    public convenience init(_ plan: ScanPlan) throws(ScanError) {
        do throws(SystemError) {
            let loop = try EventLoop()
            var resolver: ResolverConfiguration?
            if !plan.names.servers.isEmpty {
                resolver = .ofSystem(
                    servers: plan.names.servers.map {
                        SocketAddress($0, port: ResolverConfiguration.defaultPort)
                    }
                )
            }
            let network = try Network(loop: loop, resolver: resolver)
            network.usesCallThread = Processors.count > 1
            self.init(plan, over: network)
        } catch {
            throw ScanError(.failure, "cannot start the event loop: \(error.description)")
        }
    }

    /// Makes a session over a network that others use too.
    init(_ plan: ScanPlan, over network: Network) {
        self.plan = plan
        self.network = network
        startedAt = network.loop.now
        files = DataFiles(plan.files)
        facts = SessionFacts(files)
    }

    /// Reads and checks everything that the plan names.
    ///
    /// - Returns: what the head of a report tells.
    /// - Throws: ``ScanError``, in one line that names the offending text.
    public func prepare() throws(ScanError) -> ScanHeader {
        try checkServicesFile()
        let selection = try selectPorts()
        var targets = TargetSetup(plan.targets, network)
        let exclusions = try targets.exclusions()
        let resolved = try targets.targets()
        for warning in targets.warnings { warn(warning) }
        for failure in targets.unresolved {
            problems += 1
            warn(failure)
        }
        try prepareSystems()
        try prepareServices()
        let given = try givenHosts(resolved, exclusions, selection)
        let arguments = try readArguments()
        scope = try targets.scope(
            plan.containment,
            targets: given.map(Self.targets) ?? resolved,
            arguments: .table(arguments.fields)
        )
        for warning in targets.scopeWarnings { warn(warning) }
        if plan.scripts.isWanted || plan.versions.isWanted {
            try prepareScripts(arguments)
            try checkArguments(arguments)
        }
        // From here on nothing goes to what is excluded, whoever asks.
        network.gate.scope.exclusions = exclusions
        network.gate.rate = RateLimit(perSecond: plan.timing.template.maximumRate)
        let pipeline = HostPipeline(
            session: self,
            selection: selection,
            targets: TargetExpansion(resolved, excluding: exclusions),
            exclusions: exclusions,
            given: given,
            raw: try makeChannel()
        )
        self.pipeline = pipeline
        if resolved.isEmpty, !targets.unresolved.isEmpty, !hasScriptsWithoutTargets {
            throw ScanError(.failure, "no target is left to scan")
        }
        var header = ScanHeader(
            commandLine: plan.commandLine,
            version: SondeVersion.current,
            started: startTime,
            scans: scans,
            verbosity: plan.verbosity,
            debugging: plan.debugging
        )
        header.sandbox = sandboxLayers
        return header
    }

    /// Carries the scan out.
    ///
    /// - Parameter header: what ``prepare()`` gave.
    /// - Returns: what the scan came to; its `failure` is set if it ended early.
    public func run(_ header: ScanHeader) -> ScanSummary {
        onEvent(.started(header))
        var failure: String?
        do throws(ScanError) {
            try runPhases()
        } catch {
            failure = error.message
            engine?.interrupt()
            pipeline?.reportUnfinished()
        }
        engine?.reportUntried(wasInterrupted: failure != nil)
        let summary = makeSummary(failure)
        onEvent(.finished(summary))
        close()
        return summary
    }

    /// Whether something asked for could not be done, though the scan went on.
    public var hadProblems: Bool { problems > 0 }

    /// Ends the scan as soon as possible; safe to call from other threads and signal handlers.
    public func stop() {
        stopRequested.store(true, ordering: .relaxed)
        network.loop.wake()
    }

    /// Calls a closure on the session's thread when a descriptor can be read.
    ///
    /// - Parameters:
    ///   - descriptor: stays open as long as the session lives.
    ///   - action: called after each arrival of data.
    public func watch(_ descriptor: Int32, _ action: @escaping () -> Void) {
        let watcher = InputWatcher(action)
        guard (try? network.loop.register(descriptor, watcher)) != nil else { return }
        inputs.append(watcher)
    }

    /// Tells how far the scan is, to somebody who asks.
    public func reportProgress() { tellProgress(isAskedFor: true) }

    private func tellProgress(isAskedFor: Bool) {
        var progress = progress()
        progress.isAskedFor = isAskedFor
        onEvent(.progress(progress))
    }

    /// Ends all instances of the script that has been running longest.
    ///
    /// - Returns: its id; nothing if none runs.
    public func skipSlowestScript() -> String? { engine?.skipSlowest() }

    /// Raises or lowers what scripts are told of the `-v` and `-d` levels.
    ///
    /// - Parameters:
    ///   - verbosity: the new `-v` level.
    ///   - debugging: the new `-d` level.
    public func setLevels(verbosity: Int, debugging: Int) {
        engine?.settings.verbosity = verbosity
        engine?.settings.debugging = debugging
    }

    // MARK: Phases

    private func runPhases() throws(ScanError) {
        scheduleProgress(every: progressInterval, isAskedFor: false)
        scheduleProgress(every: statisticsInterval, isAskedFor: true)
        if let engine {
            network.loop.afterEvents = { engine.turn() }
            engine.mayGetMoreRuns = { [unowned self] in pipeline?.mayGetMoreScripts ?? false }
            engine.isInterrupted = { [unowned self] in stopRequested.load(ordering: .relaxed) }
            if plan.scripts.isWanted, engine.hasScripts(.prerule) {
                var isDone = false
                let began = network.loop.clockNow
                let earlier = EarlierWork(plan.resumption)
                let key = HostKey(nil, name: nil)
                for record in earlier.records(of: key) where record.phase == .prerule {
                    onEvent(.script(record))
                }
                engine.runBeforeHosts(skipping: earlier.tasks(of: key)) { [self] new in
                    tellEndOfScripts(began)
                    let results = earlier.preScripts + new
                    if !results.isEmpty { onEvent(.preScripts(results)) }
                    isDone = true
                }
                tellStartOfScripts()
                try turn { isDone }
            }
        }
        if let pipeline {
            pipeline.start()
            try turn { pipeline.isDone }
            pipeline.phases.endAll()
        }
        if plan.scripts.isWanted, let engine, engine.hasScripts(.postrule) {
            var isDone = false
            let began = network.loop.clockNow
            engine.runAfterHosts { [self] results in
                tellEndOfScripts(began)
                if !results.isEmpty { onEvent(.postScripts(results)) }
                isDone = true
            }
            tellStartOfScripts()
            try turn { isDone }
        }
    }

    /// Tells with `-v` that scripts before or after all hosts begin.
    private func tellStartOfScripts() {
        guard plan.verbosity > 0 else { return }
        onEvent(.phaseStarted(.scripts, at: WallTime.now))
    }

    private func tellEndOfScripts(_ began: Instant) {
        guard plan.verbosity > 0 else { return }
        let elapsed = (network.loop.clockNow - began).seconds
        onEvent(.phaseEnded(.scripts, at: WallTime.now, elapsed: elapsed))
    }

    private func turn(until isDone: () -> Bool) throws(ScanError) {
        do throws(SystemError) {
            try network.loop.run { isDone() || stopRequested.load(ordering: .relaxed) }
        } catch {
            throw ScanError(.failure, "the event loop failed: \(error.description)")
        }
        if stopRequested.load(ordering: .relaxed) { throw ScanError(.failure, "interrupted") }
    }

    private func scheduleProgress(every interval: TimeSpan?, isAskedFor: Bool) {
        guard let interval else { return }
        network.loop.schedule(at: network.loop.now + interval) { [weak self] in
            guard let self else { return }
            tellProgress(isAskedFor: isAskedFor)
            scheduleProgress(every: interval, isAskedFor: isAskedFor)
        }
    }

    /// Lets go of everything that refers back to the session.
    private func close() {
        network.loop.afterEvents = nil
        pipeline?.cancel()
        pipeline = nil
        engine?.close()
        engine = nil
        companion?.stop()
        companion = nil
        network.close()
    }

    // MARK: Numbers

    private func makeSummary(_ failure: String?) -> ScanSummary {
        ScanSummary(
            ended: WallTime.now,
            elapsed: (network.loop.clockNow - startedAt).seconds,
            hostsUp: pipeline?.hostsUp ?? 0,
            hostsDown: pipeline?.hostsDown ?? 0,
            hostsTotal: pipeline?.hostsTotal ?? 0,
            failure: failure,
            traffic: channel?.traffic
        )
    }

    private func progress() -> Progress {
        let phase = pipeline?.currentProgress
        let counts = engine?.threadCounts
        let scripts = engine?.activity ?? []
        let isScripting = phase == nil && counts != nil
        let pending = engine?.pendingScripts ?? [:]
        let ended = engine?.threadsEnded ?? 0
        return Progress(
            elapsed: (network.loop.clockNow - startedAt).seconds,
            hostsCompleted: pipeline?.hostsTotal ?? 0,
            hostsUp: pipeline?.hostsUp ?? 0,
            hostsActive: pipeline?.hostsActive ?? 0,
            phase: phase?.phase ?? .scripts,
            done: isScripting ? ended : (phase?.done ?? 0),
            total: isScripting ? ended + pending.values.reduce(0, +) : (phase?.total ?? 0),
            runningScripts: scripts,
            pendingScripts: pending
        )
    }

    /// Tells the person at the terminal something that does not end the scan.
    func warn(_ text: String) { onEvent(.diagnostic(Diagnostic(.standardError, text))) }

    private var hasScriptsWithoutTargets: Bool {
        guard plan.scripts.isWanted, let engine else { return false }
        return engine.hasScripts(.prerule) || engine.hasScripts(.postrule)
    }
}

/// Turns readiness of a descriptor into a call.
final class InputWatcher: ReadinessHandler {
    private let action: () -> Void

    init(_ action: @escaping () -> Void) { self.action = action }

    func ready(_ readiness: Readiness) { action() }
}

/// The time of day.
enum WallTime {
    /// Seconds since 1970.
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
