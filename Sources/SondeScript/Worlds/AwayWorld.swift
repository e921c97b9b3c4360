// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// A world beside the scan's own: a loop, a Lua state and an engine of its own on a thread of its own.
///
/// Its scripts can compute and load libraries, and nothing else: see ``ScriptEngine/confine()``.
final class AwayWorld {
    /// Orders under way.
    private(set) var live: Set<Int> = []
    private let thread: LoopThread

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - settings: what scripts are told.
    ///   - places: where libraries are found.
    ///   - tell: called on the new thread with each outcome.
    /// - Throws: what the system says if it has no further thread.
    init(
        _ settings: ScriptSettings,
        _ places: DataPlaces,
        tell: @escaping @Sendable (WorldOutcome) -> Void
    ) throws(SystemError) {
        let travelling = TravellingSettings(settings)
        let flag = StopFlag()
        thread = try LoopThread { loop in
            let resident = Resident(loop, travelling.settings, places, flag, tell)
            flag.resident = resident
            return {
                resident.close()
                flag.resident = nil
            }
        }
        self.flag = flag
        flag.thread = thread
    }

    private let flag: StopFlag

    /// Gives the world an order.
    func take(_ order: WorldOrder) {
        live.insert(order.number)
        let flag = flag
        thread.submit { flag.resident?.run(order) }
    }

    /// Ends an order before its time; its outcome still comes.
    func cancel(_ number: Int) {
        let flag = flag
        thread.submit { flag.resident?.cancel(number) }
    }

    /// Notes that an outcome has come.
    func finish(_ number: Int) { live.remove(number) }

    /// Ends the world, whatever it does.
    func stop() { thread.stop() }
}

/// Settings on their way to another thread.
// Safe because all of them are plain values but the scope, which stays at home.
private struct TravellingSettings: @unchecked Sendable {
    let settings: ScriptSettings

    init(_ settings: ScriptSettings) {
        var settings = settings
        settings.scope = nil
        self.settings = settings
    }
}

/// Where a world's thread keeps what lives on it.
// Safe because `thread` is set before the first order is given, and `resident` is touched on that thread only.
private final class StopFlag: @unchecked Sendable {
    weak var thread: LoopThread?
    var resident: Resident?
}

/// What lives on the thread of an away world.
private final class Resident {
    private let loop: EventLoop
    private let network: Network?
    private let facts = AwayFacts()
    private var engine: ScriptEngine?
    private var scripts: [String: LoadedScript] = [:]
    private var runs: [Int: ActiveHost] = [:]
    private let tell: @Sendable (WorldOutcome) -> Void

    init(
        _ loop: EventLoop,
        _ settings: ScriptSettings,
        _ places: DataPlaces,
        _ flag: StopFlag,
        _ tell: @escaping @Sendable (WorldOutcome) -> Void
    ) {
        self.loop = loop
        self.tell = tell
        network = try? Network(loop: loop)
        guard let network else { return }
        engine = try? ScriptEngine(
            network: network,
            dataDirectory: DataDirectory(places: places),
            facts: facts,
            settings: settings,
            isAway: true,
            emit: { _ in }
        )
        guard let engine else { return }
        engine.installArguments()
        // A tree whose libraries do not load here sends its scripts home one by one.
        if engine.hasInstalledScripts { try? engine.prepareLibraries() }
        do throws(ScriptSetupError) { try engine.seal() } catch {
            engine.close()
            self.engine = nil
            return
        }
        engine.isInterrupted = { [weak flag] in flag?.thread?.isStopping ?? true }
        loop.afterEvents = { engine.turn() }
    }

    func run(_ order: WorldOrder) {
        guard let engine, let script = script(order, engine) else {
            return tell(WorldOutcome(number: order.number, record: nil))
        }
        if let port = order.port { facts.serviceNames[port] = order.serviceName }
        let host = ActiveHost(order.host, number: order.hostNumber)
        runs[order.number] = host
        engine.run(script, order.kind, order.port, on: host) { [weak self] record in
            self?.runs[order.number] = nil
            self?.tell(WorldOutcome(number: order.number, record: record))
        }
    }

    func cancel(_ number: Int) {
        if let host = runs[number] { engine?.abandon(host) }
    }

    func close() {
        loop.afterEvents = nil
        engine?.close()
        engine = nil
        network?.close()
    }

    private func script(_ order: WorldOrder, _ engine: ScriptEngine) -> LoadedScript? {
        if let known = scripts[order.path] { return known }
        let text = order.embedded.map { ScriptEngine.ScriptText.embedded($0) } ?? .file
        let loaded = try? engine.load(
            order.path,
            text,
            isByName: order.isByName,
            isNamed: order.isNamed,
            isForced: order.isForced
        )
        scripts[order.path] = loaded
        return loaded
    }
}
