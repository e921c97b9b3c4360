// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What is going on, for those who watch a scan.
extension ScriptEngine {
    /// Ids of the scripts that run, each with the number of its threads, longest-running first.
    package var activity: [String] {
        var oldest: [String: (started: Instant, count: Int)] = [:]
        for thread in allThreads {
            let known = oldest[thread.script.id]
            oldest[thread.script.id] = (
                min(known?.started ?? thread.started, thread.started), (known?.count ?? 0) + 1
            )
        }
        let order = oldest.sorted { ($0.value.started, $0.key) < ($1.value.started, $1.key) }
        return order.map { $0.value.count == 1 ? $0.key : "\($0.key) (\($0.value.count))" }
    }

    /// Threads that live, and how many of them wait.
    package var threadCounts: (total: Int, waiting: Int) {
        (allThreads.count, allThreads.count { $0.stage == .parked })
    }
}
