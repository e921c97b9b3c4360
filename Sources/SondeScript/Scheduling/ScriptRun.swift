// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// One phase of scripts: before all hosts, on one host, or after all.
///
/// Its tasks are made run level by run level, and one at a time, so a host with thousands of ports costs no
/// memory for scripts that have not begun.
final class ScriptRun {
    /// One script to start.
    struct Task {
        let script: LoadedScript
        let kind: ScriptRule
        let port: Port?
    }

    /// The host; nothing before and after all hosts.
    let host: ActiveHost?
    /// Called once, with the results that belong to no host, when all threads have ended.
    let completion: ([ScriptResult]) -> Void

    /// Script threads that have not ended.
    var scriptThreads = 0
    /// Workers that have not ended.
    var workers: [ObjectIdentifier: ScriptThread] = [:]
    /// Threads ever started.
    var threadsStarted = 0
    /// Results that belong to no host.
    var results: [ScriptResult] = []
    /// The table that threads of the host share.
    var registry: HostRegistry?
    /// The record of the one instance of a run in a world that is not the scan's own.
    var record: ScriptRecord?
    /// Whether that instance must begin anew in the scan's own world.
    var goesHome = false
    /// Whether the run was given up: no more threads are started.
    private(set) var isAbandoned = false

    private let levels: [[LoadedScript]]
    private let kinds: [ScriptRule]
    private let done: Set<ScriptTask>
    private let eligiblePorts: () -> [Port]
    private var level = 0
    private var tasks: [Task] = []
    private var next = 0

    /// Makes a run.
    ///
    /// - Parameters:
    ///   - host: the host, or nothing.
    ///   - kinds: the rules of this phase.
    ///   - levels: the scripts by run level.
    ///   - done: what an earlier run has done.
    ///   - eligiblePorts: asked when a run level begins.
    ///   - completion: called once at the end.
    init(
        host: ActiveHost?,
        kinds: [ScriptRule],
        levels: [[LoadedScript]],
        done: Set<ScriptTask> = [],
        eligiblePorts: @escaping () -> [Port],
        completion: @escaping ([ScriptResult]) -> Void
    ) {
        self.host = host
        self.kinds = kinds
        self.levels = levels
        self.done = done
        self.eligiblePorts = eligiblePorts
        self.completion = completion
        tasks = makeTasks()
    }

    /// Whether it comes after all hosts.
    var isLast: Bool { kinds == [.postrule] }

    /// The present run level, from 1.
    var levelNumber: Int { level + 1 }

    /// Whether threads are running.
    var isBusy: Bool { scriptThreads > 0 }

    /// The next script to start, or nothing while the run level lasts.
    func nextTask() -> Task? {
        guard !isAbandoned, next < tasks.count else { return nil }
        next += 1
        return tasks[next - 1]
    }

    /// Gives the run up: the scripts that will not be started.
    func abandon() -> [Task] {
        guard !isAbandoned else { return [] }
        var rest = Array(tasks[next...])
        while advance() { rest += tasks }
        isAbandoned = true
        return rest
    }

    /// Goes on to the next run level that has tasks; false if there is none.
    func advance() -> Bool {
        guard !isAbandoned else { return false }
        while level + 1 < levels.count {
            level += 1
            tasks = makeTasks()
            next = 0
            if !tasks.isEmpty { return true }
        }
        return false
    }

    /// Whether all tasks of the run level were taken.
    var levelIsTaken: Bool { isAbandoned || next >= tasks.count }

    /// The tasks of the run level that were not taken yet.
    var waitingTasks: ArraySlice<Task> { isAbandoned ? [] : tasks[min(next, tasks.count)...] }

    private func makeTasks() -> [Task] {
        let tasks = makeAllTasks()
        guard !done.isEmpty else { return tasks }
        return tasks.filter { task in
            guard let phase = ScriptPhase(rawValue: task.kind.rawValue) else { return true }
            let isDone = done.contains(ScriptTask(id: task.script.id, phase: phase, port: task.port))
            // The earlier run's record stands for it.
            if isDone { task.script.hasRecord = true }
            return !isDone
        }
    }

    private func makeAllTasks() -> [Task] {
        guard level < levels.count else { return [] }
        var tasks: [Task] = []
        for kind in kinds where kind != .portrule {
            for script in levels[level] where script.rules.contains(kind) {
                tasks.append(Task(script: script, kind: kind, port: nil))
            }
        }
        guard kinds.contains(.portrule) else { return tasks }
        let scripts = levels[level].filter { $0.rules.contains(.portrule) }
        guard !scripts.isEmpty else { return tasks }
        for port in eligiblePorts() {
            tasks += scripts.map { Task(script: $0, kind: .portrule, port: port) }
        }
        return tasks
    }
}
