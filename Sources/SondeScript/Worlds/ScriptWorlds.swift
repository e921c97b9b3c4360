// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// The worlds beside the scan's own, and what they have been given to do.
///
/// They are made when the first script turns out to compute for long, and not before: a scan that waits for the network needs
/// one world only.
final class ScriptWorlds {
    /// An instance that another world runs.
    struct Away {
        let task: ScriptRun.Task
        let run: ScriptRun
        let world: AwayWorld
    }

    /// Instances under way elsewhere, by the numbers of their orders.
    private(set) var away: [Int: Away] = [:]
    private let count: Int
    private var worlds: [AwayWorld] = []
    private var hasStarted = false
    private var nextNumber = 0

    /// Plans for so many worlds in all, the scan's own included.
    init(count: Int) { self.count = count }

    /// Whether there can be another world.
    var areWanted: Bool { count > 1 && (!hasStarted || !worlds.isEmpty) }

    /// The world with the least to do, and how much that is; makes the worlds if there are none yet.
    func leastBusy(_ make: () -> AwayWorld?) -> (world: AwayWorld, live: Int)? {
        if !hasStarted {
            hasStarted = true
            for _ in 1..<max(count, 1) {
                guard let world = make() else { break }
                worlds.append(world)
            }
        }
        return worlds.map { (world: $0, live: $0.live.count) }.min { $0.live < $1.live }
    }

    /// Gives a task away.
    func give(_ task: ScriptRun.Task, in run: ScriptRun, to world: AwayWorld, _ order: (Int) -> WorldOrder) {
        nextNumber += 1
        away[nextNumber] = Away(task: task, run: run, world: world)
        world.take(order(nextNumber))
    }

    /// Takes the task back whose outcome has come; nothing if nobody waits for it.
    func takeBack(_ number: Int) -> Away? {
        guard let found = away.removeValue(forKey: number) else { return nil }
        found.world.finish(number)
        return found
    }

    /// Ends the instances of a run.
    func cancel(_ run: ScriptRun) {
        for (number, item) in away where item.run === run { item.world.cancel(number) }
    }

    /// Ends all worlds.
    ///
    /// - Returns: what they had not finished.
    func stop() -> [Away] {
        for world in worlds { world.stop() }
        worlds = []
        hasStarted = true
        defer { away = [:] }
        return away.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// How another thread reaches the engine that gave an order.
// Safe because the engine is looked at only by what its own loop runs.
private struct WayHome: @unchecked Sendable {
    weak var engine: ScriptEngine?
    let loop: EventLoop
}

/// Spreading work over worlds.
extension ScriptEngine {
    /// Whether instances may run elsewhere.
    ///
    /// With `-d` and `--script-trace` everything stays in one world, so that its messages tell all in order.
    private var maySpread: Bool {
        !isAway && worlds.areWanted && settings.debugging == 0 && !settings.traces
    }

    /// Notes that a script computes for long: its instances that have not begun are spread over the worlds.
    func noteLongStep(of thread: ScriptThread) {
        guard maySpread, !thread.script.isLong, !thread.script.staysHome else { return }
        thread.script.isLong = true
        for other in allThreads where other.script === thread.script && other.hasNotBegun {
            let task = ScriptRun.Task(script: other.script, kind: other.kind, port: other.port)
            if give(task, in: other.run) { withdraw(other) }
        }
    }

    /// Gives a task to another world if its script computes for long and another world has less to do.
    func give(_ task: ScriptRun.Task, in run: ScriptRun) -> Bool {
        guard task.script.isLong, !task.script.staysHome, maySpread, let host = run.host else { return false }
        guard let (world, live) = worlds.leastBusy(makeWorld) else { return false }
        let here = allThreads.count { $0.script.isLong && !$0.isWorker }
        guard live < here else { return false }
        worlds.give(task, in: run, to: world) { number in
            WorldOrder(
                number: number,
                path: task.script.path,
                embedded: task.script.embedded,
                isByName: task.script.isByName,
                isNamed: task.script.isNamed,
                isForced: task.script.isForced,
                kind: task.kind,
                port: task.port,
                host: host.host,
                hostNumber: host.number,
                serviceName: task.port.flatMap { facts.serviceName(of: $0) }
            )
        }
        return true
    }

    private func makeWorld() -> AwayWorld? {
        let home = WayHome(engine: self, loop: network.loop)
        return try? AwayWorld(settings, dataDirectory.places) { outcome in
            home.loop.submit { home.engine?.take(outcome) }
        }
    }

    /// Takes what another world did.
    private func take(_ outcome: WorldOutcome) {
        guard let item = worlds.takeBack(outcome.number) else { return }
        guard let record = outcome.record else {
            item.task.script.staysHome = true
            if item.run.isAbandoned {
                endAway(item, .cancelled, Self.hostGivenUp)
            } else {
                item.run.scriptThreads -= 1
                startThread(item.task, in: item.run)
            }
            return
        }
        item.run.scriptThreads -= 1
        item.task.script.hasRecord = true
        if let result = record.result { add(result, of: item.task, in: item.run) }
        emit(.script(record))
    }

    /// Ends all other worlds; what they had not finished is told of.
    func stopWorlds(_ reason: String) {
        for item in worlds.stop() { endAway(item, .cancelled, reason) }
    }

    private func endAway(_ item: ScriptWorlds.Away, _ state: ScriptRecord.State, _ reason: String) {
        item.run.scriptThreads -= 1
        emit(.script(makeRecord(item.task, item.run, state, reason, started: WallClock.now)))
    }
}
