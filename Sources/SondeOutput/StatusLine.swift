// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Tells how far a scan is, in lines for a key press or in one line that is rewritten in place.
package struct StatusLine {
    /// How long the running phase still takes, as far as can be told.
    struct Estimate {
        /// Seconds since 1970.
        var now: Double
        /// 0 to 100.
        var percent: Double
        /// Whole seconds; nothing before there is anything to go by.
        var remaining: Double?
    }

    private var started = 0.0
    private var phaseStarts: [Phase: Double] = [:]
    private var costs = ScriptCosts()

    /// Makes the status of a scan that has not begun.
    ///
    /// - Parameter earlierCosts: what scripts took in earlier scans, seconds.
    package init(earlierCosts: [String: Double] = [:]) { costs.earlier = earlierCosts }

    /// Learns from an event when the scan and its phases began.
    package mutating func note(_ event: ScanEvent) {
        switch event {
        case .started(let header): started = header.started
        case .phaseStarted(let phase, let time): phaseStarts[phase] = time
        case .phaseEnded(let phase, _, _, _): phaseStarts[phase] = nil
        case .script(let record): costs.note(record)
        case .preScripts, .hostFound, .portsKnown, .host, .postScripts, .diagnostic, .progress, .finished:
            return
        }
    }

    /// The lines for a person who asks: what is done, what is running, how long it may take.
    package func report(_ progress: Progress) -> [String] {
        var lines = [
            "Stats: \(NumberText.clock(seconds: progress.elapsed)) elapsed; "
                + "\(progress.hostsCompleted) hosts completed (\(progress.hostsUp) up), "
                + "\(progress.hostsActive) undergoing \(progress.phase.activity)"
        ]
        if progress.total > 0 {
            let estimate = estimate(progress)
            var line = "\(progress.phase.task) Timing: About "
            line += "\(NumberText.fixed(estimate.percent, decimals: 2))% done"
            if let remaining = estimate.remaining {
                let time = LocalTime(estimate.now + remaining).minute
                line += "; ETC: \(time) (\(NumberText.clock(seconds: remaining)) remaining)"
            }
            lines.append(line)
        }
        if let range = range(progress) {
            lines.append("Scripts known so far need \(Self.text(range)) more, by what each took before")
        }
        if !progress.runningScripts.isEmpty { lines.append("Running scripts: " + scripts(progress)) }
        return lines
    }

    /// One line that fits a terminal.
    ///
    /// - Parameters:
    ///   - progress: what is going on.
    ///   - width: columns of the terminal; the last one stays free, so that no terminal wraps.
    /// - Returns: plain text, cut to the width.
    package func line(_ progress: Progress, width: Int) -> String {
        let estimate = estimate(progress)
        var line = "\(NumberText.clock(seconds: progress.elapsed)) \(progress.phase.activity)"
        if progress.total > 0 { line += " \(NumberText.fixed(estimate.percent, decimals: 0))%" }
        if progress.total > 0 { line += " (\(progress.done)/\(progress.total))" }
        if progress.elapsed >= 1, progress.done > 0 {
            let rate = Double(progress.done) / max(estimate.now - (phaseStarts[progress.phase] ?? started), 1)
            line += ", \(NumberText.fixed(rate, decimals: rate < 10 ? 1 : 0))/s"
        }
        if let range = range(progress) {
            line += ", \(Self.text(range)) left"
        } else if let remaining = estimate.remaining {
            line += ", \(NumberText.clock(seconds: remaining)) left"
        }
        let room = max(0, width - 1)
        let names = progress.runningScripts.isEmpty ? "" : "; " + scripts(progress)
        let hosts = "; hosts: \(progress.hostsCompleted) done, \(progress.hostsActive) active"
        // Where not all fits, what is slow says more than the counts.
        let isWide = line.utf8.count + hosts.utf8.count + names.utf8.count <= room
        line += isWide || names.isEmpty ? hosts + names : names
        guard line.utf8.count > room else { return line }
        return String(line.prefix(max(0, room - 3))) + String(repeating: ".", count: min(3, room))
    }

    /// How far the running phase is.
    func estimate(_ progress: Progress) -> Estimate {
        let now = started + max(progress.elapsed, 0)
        guard progress.total > 0 else { return Estimate(now: now, percent: 0) }
        let share = min(max(Double(progress.done) / Double(progress.total), 0), 1)
        let spent = now - (phaseStarts[progress.phase] ?? started)
        let remaining = share > 0 && spent > 0 ? (spent * (1 - share) / share).rounded() : nil
        return Estimate(now: now, percent: share * 100, remaining: remaining)
    }

    /// The least and the most time that the scripts known now may still take, seconds, by what each took so far.
    package func range(_ progress: Progress) -> ClosedRange<Double>? {
        guard progress.phase == .scripts else { return nil }
        return costs.range(of: progress.pendingScripts, lanes: progress.runningScripts.count)
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        let ends = [range.lowerBound, range.upperBound].map { NumberText.clock(seconds: $0) }
        return ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])"
    }

    private func scripts(_ progress: Progress) -> String {
        progress.runningScripts.map { printable($0) }.joined(separator: ", ")
    }
}

extension Phase {
    /// What hosts undergo in this phase.
    fileprivate var activity: String {
        switch self {
        case .preScan: "Script Pre-Scan"
        case .scripts: "Script Scan"
        case .postScan: "Script Post-Scan"
        case .discovery, .arpDiscovery, .neighborDiscovery, .connectScan, .synScan, .ackScan, .windowScan,
            .finScan, .xmasScan, .nullScan, .maimonScan, .udpScan, .sctpInitScan, .sctpCookieScan,
            .protocolScan, .services, .traceroute:
            rawValue
        }
    }
}
