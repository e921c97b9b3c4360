// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What scripts cost, learned from those that have ended, and what those that have not may cost.
struct ScriptCosts {
    private struct Cost {
        var runs = 0
        var sum = 0.0
        var most = 0.0
    }

    /// Averages of earlier scans, seconds, for scripts that this scan knows nothing of.
    var earlier: [String: Double] = [:]
    private var known: [String: Cost] = [:]

    /// Learns from a script that has ended; one that was cut short tells nothing.
    mutating func note(_ record: ScriptRecord) {
        guard record.state != .cancelled, record.duration.isFinite, record.duration >= 0 else { return }
        var cost = known[record.id] ?? Cost()
        cost.runs += 1
        cost.sum += record.duration
        cost.most = max(cost.most, record.duration)
        known[record.id] = cost
    }

    /// The least and the most time that scripts may take.
    ///
    /// - Parameters:
    ///   - pending: how many instances of each wait or run.
    ///   - lanes: how many different scripts run at the same time; each counts as its instances in parallel.
    /// - Returns: seconds; nothing while too little is known.
    func range(of pending: [String: Int], lanes: Int) -> ClosedRange<Double>? {
        var work = 0.0
        var longest = 0.0
        var count = 0
        for (id, instances) in pending where instances > 0 {
            let cost = known[id]
            let average = cost.map { $0.sum / Double($0.runs) } ?? earlier[id]
            guard let average else { return nil }
            work += average * Double(instances)
            longest = max(longest, cost?.most ?? average)
            count += instances
        }
        guard count > 0 else { return nil }
        // As many go on side by side as have done so: between all at once and one of each.
        let least = max(work / Double(count), work / Double(max(count, lanes)))
        let most = max(work / Double(max(lanes, 1)), longest)
        return min(least, most)...most
    }
}
