// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
package import SondeIO
package import SondeLua
package import SondeModel

/// Loads scripts and runs them: one Lua state, many coroutines, on one event loop.
///
/// The loop calls ``turn()`` after it has handled its events; what became ready in them runs in the same
/// turn. Everything here belongs to the loop's thread. ``close()`` must be called at the end, because host
/// functions and the Lua state keep each other alive.
package final class ScriptEngine {
    /// What a turn may cost one thread before others have theirs, in milliseconds.
    static let longestStepInMilliseconds = 10
    static let longestStep = TimeSpan.milliseconds(longestStepInMilliseconds)
    /// What a turn may cost altogether before the loop looks after others, whose deadlines may be due.
    static let longestTurn = TimeSpan.milliseconds(10)
    /// How long a thread that computes keeps others from running between two turns of the loop.
    ///
    /// Scripts take what they do between two waits to be undisturbed: look whether a table was loaded, load it, store it.
    /// Others must not run out of time meanwhile: it is never more than a quarter of a script's time.
    static let longestTenure = TimeSpan.milliseconds(500)
    /// Lua instructions between two looks at the clock, where no timer tells that a step is long.
    static let instructionsPerTick = 10_000
    /// How long a script may keep all others waiting, where it cannot be suspended, in processor time.
    static let longestHold = TimeSpan.seconds(5)
    /// What the engine gives a script's handlers and `__tostring` when it is over.
    static let longestErrand = TimeSpan.milliseconds(100)
    /// Operations in a row that may complete at once before other threads have their turn.
    static let immediateOperations = 64

    /// The Lua state of all scripts.
    package let lua: LuaState
    let network: Network
    let dataDirectory: DataDirectory
    let facts: any ScriptFacts
    let emit: (ScanEvent) -> Void
    /// What scripts know of the run; levels may change while it lasts.
    package var settings: ScriptSettings

    /// The scripts that were chosen, by run level.
    var levels: [[LoadedScript]] = []
    /// The thread whose coroutine is running now.
    var current: ScriptThread?
    /// The Lua functions of the prelude.
    var prelude: Prelude?
    /// Classes that scripts hold objects of.
    let types: ScriptTypes
    /// The native modules.
    let modules: NativeModules
    /// What `certificate.digest` gives.
    var digestFunction: HostFunction?
    /// Whether the libraries of the tree were loaded.
    var librariesAreReady = false
    /// Whether scripts may add targets, which they may not after all hosts.
    var acceptsTargets = true
    /// The senders of frames that scripts have open, by interface.
    var linkSenders: [String: WeakLinkSender] = [:]
    /// Threads that may hold sockets.
    var slots: SocketSlots
    /// When it is next looked whether threads wait in vain for slots.
    var slotAlarm: DeadlineID?
    /// How often scripts may begin something with one host.
    let pace: HostPace?
    /// Script instances that were ever begun.
    var accountsMade = 0
    /// Whether what scripts share has been closed to them.
    var isSealed = false
    /// Refusals that a person was told of.
    var toldDenials: Set<String> = []
    /// Targets that scripts added.
    var addedTargets = AddedTargets()
    /// Hosts that scripts may ask about.
    var hosts = HostDirectory()

    /// Asked in the middle of scripts whether the whole scan is to end.
    package var isInterrupted: () -> Bool = { false }

    /// Whether scripts may start later that are not known yet: threads that wait for each other then have hope.
    package var mayGetMoreRuns: () -> Bool = { false }
    /// Threads that wait for another thread.
    var syncWaiters = 0

    /// Threads ever started, and ended.
    package private(set) var threadsStarted = 0, threadsEnded = 0

    /// Whether this is the engine of a world that is not the scan's own.
    let isAway: Bool
    /// The other worlds.
    let worlds: ScriptWorlds
    /// What scripts find as registry in a world that is not the scan's own.
    var awayRegistry: LuaReference?

    var ready: Deque<ScriptThread> = []
    private var runs: Deque<ScriptRun> = []
    private(set) var threads: [ObjectIdentifier: ScriptThread] = [:]
    private var stepEnds = Instant(nanoseconds: 0)
    private var stepClock = StepClock()
    private var errandEnds: Instant?
    private var turnNumber = 0
    private var isClosed = false

    /// Makes an engine with all host functions in place and no scripts.
    ///
    /// - Parameters:
    ///   - network: the loop, and the gate that all connections pass.
    ///   - dataDirectory: where scripts, libraries and data files are found.
    ///   - facts: what the scanner knows.
    ///   - settings: what scripts are told of the run.
    ///   - isAway: whether the engine is for a world that is not the scan's own.
    ///   - emit: takes messages and results, on the loop's thread.
    /// - Throws: ``LuaError`` if the state cannot be made.
    package init(
        network: Network,
        dataDirectory: DataDirectory,
        facts: any ScriptFacts,
        settings: ScriptSettings,
        isAway: Bool = false,
        emit: @escaping (ScanEvent) -> Void
    ) throws(LuaError) {
        self.network = network
        self.dataDirectory = dataDirectory
        self.facts = facts
        self.settings = settings
        self.emit = emit
        self.isAway = isAway
        worlds = ScriptWorlds(count: isAway ? 1 : settings.worlds)
        slots = SocketSlots(
            limit: settings.maximumParallelism,
            minimum: settings.minimumParallelism,
            most: settings.maximumThreads
        )
        pace = settings.hostRate.map { HostPace(perSecond: $0) }
        lua = try LuaState()
        types = try ScriptTypes(in: lua)
        modules = try NativeModules.installAll(in: lua)
        lua.onTick = { [unowned self] in tick() }
        lua.onResumed = { [unowned self] (frame) throws(HostError) in
            guard let deliver = current?.delivery else { return .nothing }
            current?.delivery = nil
            return try deliver(frame)
        }
        try installLibraries()
        try confine()
        if !lua.watchSteps(longerThan: Self.longestStepInMilliseconds) {
            lua.setTick(every: Self.instructionsPerTick)
        }
    }

    /// Ends all threads and gives the Lua state back.
    package func close() {
        guard !isClosed else { return }
        _ = worlds.stop()
        if !isAway { settings.chunks?.save() }
        for thread in Array(threads.values) { end(thread, closing: true) }
        isClosed = true
        ready = []
        runs = []
        prelude = nil
        awayRegistry = nil
        hosts = HostDirectory()
        lua.onTick = { .goOn }
        lua.onResumed = { _ in .nothing }
        lua.close()
    }

    // MARK: Runs

    /// Starts a phase; its threads begin in the next turns.
    func start(_ run: ScriptRun) {
        tellStart(of: run)
        runs.append(run)
        // The loop may be about to wait for something else: it must turn once more.
        network.loop.soon {}
    }

    /// Whether something waits to run or to be started.
    package var hasWork: Bool { !ready.isEmpty || runs.contains { !$0.levelIsTaken || !$0.isBusy } }

    /// Runs what is ready and starts what may start; called by the loop in every turn.
    ///
    /// - Returns: whether there is more to do at once.
    package func turn() -> Bool {
        startThreads()
        turnNumber += 1
        // Only what is ready now: what these threads wake up comes after other events had their turn.
        let end = network.loop.clockNow + Self.longestTurn
        for _ in 0..<ready.count {
            guard let thread = ready.popFirst() else { break }
            guard thread.stage == .runnable else { continue }
            guard thread.account.time(inTurn: turnNumber) <= Self.longestStep else {
                // However many threads an instance has, together they take one turn.
                ready.append(thread)
                continue
            }
            step(thread)
            if isInterrupted() { return false }
            // It was stopped in the midst of its work: the loop has its turn, other threads have not.
            if thread.computesSince != nil, ready.first === thread { break }
            if network.loop.clockNow > end { break }
        }
        finishRuns()
        endDeadlock()
        return hasWork
    }

    /// Starts threads, a task of each run in turn, as long as their number allows.
    private func startThreads() {
        var idle = 0
        while threads.count < settings.maximumThreads, idle < runs.count, let run = runs.popFirst() {
            if let task = run.nextTask() {
                idle = 0
                startThread(task, in: run)
            } else {
                idle += 1
            }
            runs.append(run)
        }
    }

    /// Starts a script, here or in another world.
    func startThread(_ task: ScriptRun.Task, in run: ScriptRun) {
        if task.script.isLong, give(task, in: run) {
            run.scriptThreads += 1
            return
        }
        guard let thread = makeThread(task, in: run) else { return }
        run.scriptThreads += 1
        admit(thread)
    }

    /// Takes a new thread into the scheduler.
    func admit(_ thread: ScriptThread) {
        thread.run.threadsStarted += 1
        threadsStarted += 1
        threads[ObjectIdentifier(thread)] = thread
        if thread.isWorker { thread.run.workers[ObjectIdentifier(thread)] = thread }
        ready.append(thread)
        guard let timeout = settings.timeout else { return }
        thread.deadline = network.loop.schedule(at: thread.started + timeout) { [weak self, weak thread] in
            guard let self, let thread else { return }
            switch thread.stage {
            case .parked: stop(thread, .timedOut)
            // What it waited for is there: it may end by itself in its turn.
            case .runnable: thread.isOverdue = true
            case .ended: return
            }
        }
    }

    /// Goes on to the next run level, or ends the run, where no script thread is left.
    private func finishRuns() {
        var index = 0
        while index < runs.count {
            let run = runs[index]
            guard !run.isBusy, run.levelIsTaken else {
                index += 1
                continue
            }
            dropOrphans(of: run)
            if run.advance() {
                tellLevel(of: run)
                index += 1
                continue
            }
            runs.remove(at: index)
            hosts.remove(run.host)
            if let host = run.host { slots.forget(host: host.number) }
            run.completion(run.results)
        }
    }

    private func dropOrphans(of run: ScriptRun) {
        guard !run.workers.isEmpty else { return }
        message(1, "\(run.threadsStarted) orphans left!")
        for worker in Array(run.workers.values) { end(worker, closing: true) }
    }

    // MARK: Threads

    /// Resumes a thread until it parks, ends, or has used up its turn.
    private func step(_ thread: ScriptThread) {
        current = thread
        thread.immediate = 0
        let now = network.loop.clockNow
        stepEnds = now + Self.longestStep
        stepClock.start(now)
        let arguments = thread.arguments
        thread.arguments = 0
        lua.chargeStep(thread.account.memory, deadline: lastMoment(of: thread, now).nanoseconds)
        let outcome = thread.coroutine.resume(arguments: arguments)
        lua.chargeNobody()
        let stopped = network.loop.clockNow
        let used = stepClock.stop(stopped)
        thread.account.add(used)
        if outcome != .turnEnded { thread.computesSince = nil }
        switch outcome {
        case .suspended:
            current = nil
            // Steps that are over before anybody looks add up, too.
            if let limit = settings.limits.processorTime, thread.account.processorTime > limit {
                return stop(thread, .usedProcessor)
            }
            if thread.delivery != nil { ready.append(thread) } else { thread.stage = .parked }
            if thread.isOverdue { stop(thread, .timedOut) }
        case .turnEnded:
            current = nil
            if let doom = thread.doom {
                stop(thread, doom)
            } else {
                putBack(thread, begun: now, stopped)
                noteLongStep(of: thread)
            }
        case .finished:
            current = nil
            if thread.rulePassed || thread.isWorker {
                message(thread.isWorker ? 2 : 1, "Finished \(debugName(thread))\(thread.against).")
            }
            noteReturn(of: thread)
            end(thread, closing: false)
        case .yielded:
            current = nil
            noteFailure(of: thread, "yielded unexpectedly")
            thread.strayYield = true
            message(1, "\(debugName(thread)) yielded unexpectedly and cannot be resumed.")
            end(thread, closing: true)
        case .failed:
            if thread.doom == nil, lua.isExceeded(thread.account.memory) { thread.doom = .usedMemory }
            if thread.doom == nil { reportFailure(of: thread) }
            current = nil
            if let doom = thread.doom { stop(thread, doom) } else { end(thread, closing: true) }
        }
    }

    /// Puts a thread back that has used up its turn: before all others, until it has kept them waiting for too long.
    private func putBack(_ thread: ScriptThread, begun: Instant, _ now: Instant) {
        let since = thread.computesSince ?? begun
        thread.computesSince = since
        if now - since < longestTenure { ready.prepend(thread) } else { ready.append(thread) }
    }

    private var longestTenure: TimeSpan {
        guard let timeout = settings.timeout else { return Self.longestTenure }
        return min(Self.longestTenure, TimeSpan(nanoseconds: timeout.nanoseconds / 4))
    }

    /// Asked by the count hook, and by functions that may last.
    private func tick() -> LuaState.TickVerdict {
        let now = network.loop.clockNow
        if let errandEnds { return now > errandEnds ? .stop("stopped: its time was over") : .goOn }
        guard let thread = current else { return now > stepEnds ? .endTurn : .goOn }
        if thread.doom == nil { thread.doom = doom(of: thread, now) }
        if thread.doom != nil { return .stop("stopped by the engine") }
        return now > stepEnds ? .endTurn : .goOn
    }

    /// Why a running thread must end now, if it must.
    private func doom(of thread: ScriptThread, _ now: Instant) -> ScriptThread.Doom? {
        if isInterrupted() { return .interrupted }
        if let timeout = settings.timeout, now - thread.started > timeout { return .timedOut }
        if lua.isExceeded(thread.account.memory) { return .usedMemory }
        if stepClock.look(now) > Self.longestHold { return .heldUp }
        guard let limit = settings.limits.processorTime else { return nil }
        return thread.account.processorTime + stepClock.look(now) > limit ? .usedProcessor : nil
    }

    /// When a step must be over at the latest, also in code that looks at no hook.
    private func lastMoment(of thread: ScriptThread, _ now: Instant) -> Instant {
        var last = now + Self.longestHold
        if let timeout = settings.timeout { last = min(last, thread.started + timeout) }
        guard let limit = settings.limits.processorTime else { return last }
        let rest = limit.nanoseconds - thread.account.processorTime.nanoseconds
        return min(last, now + TimeSpan(nanoseconds: max(0, rest)))
    }

    /// Begins something that the engine does with a script's values, and which may run the script's code, for a moment.
    func beginErrand(of thread: ScriptThread) {
        beginErrand(thread.account.memory, lasting: Self.longestErrand)
    }

    /// Begins something that may run code of scripts outside their threads.
    func beginErrand(_ account: MemoryAccount, lasting: TimeSpan) {
        let end = network.loop.clockNow + lasting
        errandEnds = end
        lua.chargeStep(account, deadline: end.nanoseconds)
    }

    /// Ends it.
    func endErrand() {
        errandEnds = nil
        lua.chargeNobody()
    }

    /// Stops a thread before its end.
    func stop(_ thread: ScriptThread, _ doom: ScriptThread.Doom) {
        thread.doom = doom
        // What a script instance has used up, it has used up with all its threads.
        if thread.isWorker, doom == .usedMemory || doom == .usedProcessor { stop(thread.base, doom) }
        // A running one is stopped by the hook.
        if thread === current { lua.tickSoon() }
        guard thread !== current, thread.stage != .ended else { return }
        noteDoom(doom, of: thread)
        if doom == .timedOut {
            message(1, "\(debugName(thread))\(thread.against) timed out")
        }
        end(thread, closing: true)
    }

    /// Ends a thread, whatever the reason: what it holds goes back, who waits for it is woken.
    func end(_ thread: ScriptThread, closing: Bool) {
        guard thread.stage != .ended else { return }
        thread.stage = .ended
        threadsEnded += 1
        thread.generation += 1
        thread.operation?.cancel()
        thread.operation = nil
        thread.leaveQueue?()
        thread.leaveQueue = nil
        unpark(thread)
        thread.delivery = nil
        if let deadline = thread.deadline { network.loop.cancel(deadline) }
        threads[ObjectIdentifier(thread)] = nil
        if closing { closeCoroutine(of: thread) }
        // One at a time: each takes itself out, and what happens meanwhile may take out others.
        while let (key, held) = thread.sockets.first {
            traceClosing(held.socket)
            held.socket.closeChannel()
            thread.sockets[key] = nil
        }
        slots.forget(thread)
        for proceed in slots.release(thread, network.loop.now) { proceed() }
        for mutex in Array(thread.mutexes.values) { mutex.unlock() }
        for condition in Array(thread.conditions.values) { condition.broadcast() }
        thread.conditions = [:]
        if thread.isWorker {
            thread.run.workers[ObjectIdentifier(thread)] = nil
            thread.account.workers -= 1
            return
        }
        thread.run.scriptThreads -= 1
        if thread.doom != nil || thread.account.state == .error, thread.account.workers > 0 {
            for worker in thread.run.workers.values where worker.account === thread.account {
                stop(worker, .dropped)
            }
        }
        emitRecord(of: thread)
        lua.end(thread.account.memory)
    }

    /// Takes a thread that has not begun out of the scheduler, as if it had never been made; its run still counts it.
    func withdraw(_ thread: ScriptThread) {
        thread.stage = .ended
        threadsStarted -= 1
        thread.run.threadsStarted -= 1
        if let deadline = thread.deadline { network.loop.cancel(deadline) }
        threads[ObjectIdentifier(thread)] = nil
    }

    /// Runs close handlers of the script, as the thread that they belong to.
    private func closeCoroutine(of thread: ScriptThread) {
        let before = current
        current = thread
        beginErrand(of: thread)
        thread.coroutine.close()
        endErrand()
        current = before
    }

    /// The threads that work on a host.
    func threads(on host: ActiveHost) -> [ScriptThread] { threads.values.filter { $0.run.host === host } }

    /// Whether every thread waits for another one and no other can start.
    var isDeadlocked: Bool {
        syncWaiters > 0 && syncWaiters == threads.count && !hasWork && !mayGetMoreRuns()
    }

    /// All threads that live.
    var allThreads: [ScriptThread] { Array(threads.values) }

    /// All phases that are under way.
    var allRuns: [ScriptRun] { Array(runs) }

    /// The run that works on a host.
    func run(of host: ActiveHost) -> ScriptRun? { runs.first { $0.host === host } }
}
