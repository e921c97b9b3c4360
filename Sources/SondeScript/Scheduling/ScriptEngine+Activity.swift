// SPDX-License-Identifier: Apache-2.0

/// What a person at the terminal asks the engine while it works.
extension ScriptEngine {
    /// Runs of which the waiting scripts are counted; more are estimated from these.
    private static let countedRuns = 200

    /// How many instances of each script are running or wait to be started, as far as that is known now.
    ///
    /// Later run levels, and hosts whose ports are not known yet, are not among them.
    package var pendingScripts: [String: Int] {
        var pending: [String: Int] = [:]
        for thread in allThreads where !thread.isWorker { pending[thread.script.id, default: 0] += 1 }
        let runs = allRuns
        var waiting: [String: Int] = [:]
        for run in runs.prefix(Self.countedRuns) {
            for task in run.waitingTasks { waiting[task.script.id, default: 0] += 1 }
        }
        for (id, count) in waiting {
            let scaled = runs.count <= Self.countedRuns ? count : count * runs.count / Self.countedRuns
            pending[id, default: 0] += scaled
        }
        return pending
    }

    /// Ends all running instances of the script that has been running longest.
    ///
    /// - Returns: its id; nothing if none runs.
    package func skipSlowest() -> String? {
        let own = allThreads.filter { !$0.isWorker }
        guard let slowest = own.min(by: { $0.started < $1.started }) else { return nil }
        for thread in own where thread.script.id == slowest.script.id { stop(thread, .skipped) }
        return slowest.script.id
    }
}
