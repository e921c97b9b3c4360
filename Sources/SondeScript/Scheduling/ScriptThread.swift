// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// One running instance of a script, or a worker that it started: a coroutine known to the scheduler.
final class ScriptThread {
    /// Why a thread is stopped before its end.
    enum Doom: Hashable {
        /// Its time limit ran out.
        case timedOut
        /// It kept all others waiting in a call that cannot be suspended.
        case heldUp
        /// Its processor time ran out.
        case usedProcessor
        /// Its memory ran out.
        case usedMemory
        /// Nobody waits for it any more, or its host is given up.
        case dropped
        /// The scan was interrupted.
        case interrupted
        /// The person at the terminal has waited long enough for it.
        case skipped
    }

    /// Where a thread is in its life.
    enum Stage: Hashable {
        /// In the ready queue, or running.
        case runnable
        /// Waits for an operation.
        case parked
        /// Over.
        case ended
    }

    let script: LoadedScript
    let kind: ScriptRule
    let port: Port?
    let run: ScriptRun
    let coroutine: Coroutine
    /// The thread that started this worker; nothing for a script's own thread.
    let parent: ScriptThread?
    /// When the script's own thread began.
    let started: Instant
    /// What the script instance has used; its workers share it.
    let account: ScriptAccount

    var stage = Stage.runnable
    var doom: Doom?
    /// Values on the coroutine's stack for the first resume.
    var arguments: Int
    /// Pushes what the thread waits for; set when it is there.
    var delivery: HostBody?
    /// What is under way for this thread.
    var operation: Operation?
    /// Called when the thread ends while it waits for something other than an operation.
    var leaveQueue: (() -> Void)?
    /// What only another thread can give it.
    var syncWait: SyncWait?
    /// Counts waits, so that a late completion of an earlier one is dropped.
    var generation = 0
    /// Operations that completed at once since the thread was last resumed.
    var immediate = 0
    /// When it began what it computes without waiting, once that has outlasted a turn.
    var computesSince: Instant?
    /// Whether its rule passed, and so whether the action began.
    var rulePassed = false
    /// Whether its time limit passed when it was about to run.
    var isOverdue = false
    /// The deadline of its time limit.
    var deadline: DeadlineID?

    /// Sockets that it opened, closed when it ends.
    var sockets: [ObjectIdentifier: HeldSocket] = [:]
    /// Mutexes that its coroutines hold, released when it ends.
    var mutexes: [ObjectIdentifier: ScriptMutex] = [:]
    /// Condition variables that it ever fetched, woken when it ends.
    var conditions: [ObjectIdentifier: ConditionVariable] = [:]
    /// Whether it counts as a holder of sockets.
    var holdsSlot = false
    /// Whether it ended because it yielded to the scheduler.
    var strayYield = false
    /// What a worker failed with.
    var failure: LuaReference?

    init(
        script: LoadedScript,
        kind: ScriptRule,
        port: Port?,
        run: ScriptRun,
        coroutine: Coroutine,
        arguments: Int,
        parent: ScriptThread?,
        account: ScriptAccount,
        now: Instant
    ) {
        self.script = script
        self.kind = kind
        self.port = port
        self.run = run
        self.coroutine = coroutine
        self.arguments = arguments
        self.parent = parent
        started = parent?.started ?? now
        self.account = account
    }

    /// Whether it is a script's own thread that was never resumed.
    var hasNotBegun: Bool { arguments > 0 && !isWorker && stage == .runnable }

    /// Whether it is a worker.
    var isWorker: Bool { parent != nil }

    /// The script's own thread: this one, or the one above all workers.
    var base: ScriptThread { parent?.base ?? self }

    /// The address of the coroutine without `0x`.
    var addressText: String { String(coroutine.address, radix: 16) }

    /// `id M:address`, or `id W:address` for a worker.
    var info: String { "\(script.id) \(isWorker ? "W" : "M"):\(addressText)" }

    /// What the thread works on, as part of a message; empty before and after all hosts.
    var against: String { target.isEmpty ? "" : " against \(target)" }

    /// What the thread works on, as messages name it; empty before and after all hosts.
    var target: String {
        guard let host = run.host?.host else { return "" }
        let address = host.address.description
        let place = port.map { "\(address):\($0.number)" } ?? address
        guard let name = host.targetName, !name.isEmpty else { return place }
        return "\(name) (\(place))"
    }
}
