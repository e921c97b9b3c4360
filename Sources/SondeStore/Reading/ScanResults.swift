// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The results of one scan, from wherever they were kept.
package struct ScanResults: Sendable {
    /// The kinds of sources.
    package enum Format: String, Hashable, Sendable {
        /// Nmap's XML, ours included.
        case nmapXML = "Nmap XML"
        /// masscan's XML.
        case masscanXML = "masscan XML"
        /// masscan's JSON.
        case masscanJSON = "masscan JSON"
        /// masscan's list.
        case masscanList = "masscan list"
        /// Our JSON Lines.
        case jsonLines = "Sonde JSON Lines"
        /// naabu's JSON Lines.
        case naabu = "naabu JSON Lines"
        /// zgrab's JSON Lines.
        case zgrab = "zgrab JSON Lines"
        /// One address and port a line.
        case list = "list of addresses and ports"
        /// A scan database of ours.
        case database = "Sonde database"
    }

    /// When a phase was under way.
    package struct PhaseTime: Hashable, Sendable {
        /// The phase.
        package let phase: Phase
        /// When it began, seconds since 1970.
        package let started: Double
        /// How long it took, seconds.
        package let elapsed: Double
        /// How much was done, in words; nothing where that says nothing.
        package let extent: String?
    }

    /// Where they were kept.
    package var format: Format
    /// The words of the command line, the program's name first; empty if only its text is known.
    package var arguments: [String] = []
    /// The phases of the scan in the order in which they ended, as far as they were told.
    package var phases: [PhaseTime] = []
    /// What was known when the scan began.
    package var header: ScanHeader?
    /// What scripts said before all hosts.
    package var preScripts: [ScriptResult] = []
    /// The hosts, in the order of the source.
    package var hosts: [Host] = []
    /// What became of each script asked for.
    package var records: [ScriptRecord] = []
    /// What scripts said after all hosts.
    package var postScripts: [ScriptResult] = []
    /// What was known when the scan ended; nothing if it never did.
    package var summary: ScanSummary?
    /// Ports of hosts of which only a name is known.
    package var namedPorts: [String: [Port]] = [:]

    /// Makes results without anything in them.
    package init(_ format: Format) { self.format = format }

    /// The results as a scan would tell them, for reporters.
    package var events: [ScanEvent] {
        let started = header?.started ?? hosts.first?.started ?? 0
        let header =
            header
            ?? ScanHeader(
                commandLine: "",
                version: "",
                started: started,
                scans: [],
                verbosity: 0,
                debugging: 0
            )
        var events: [ScanEvent] = [.started(header)]
        var phases = PhaseEvents(phases)
        let byHost = Dictionary(grouping: records.filter { $0.address != nil }) { HostKey($0) }
        events += phases.take(until: hosts.compactMap(\.started).min())
        events += records.filter { $0.phase == .prerule }.map(ScanEvent.script)
        if !preScripts.isEmpty { events.append(.preScripts(preScripts)) }
        for host in hosts {
            events += phases.take(until: host.ended)
            events += (byHost[HostKey(host)] ?? []).map(ScanEvent.script)
            events.append(.host(host))
        }
        events += records.filter { $0.phase == .postrule }.map(ScanEvent.script)
        events += phases.take(until: .infinity)
        if !postScripts.isEmpty { events.append(.postScripts(postScripts)) }
        events.append(.finished(summary ?? summaryOfUnfinished(started)))
        return events
    }

    private func summaryOfUnfinished(_ started: Double) -> ScanSummary {
        let ended = max(hosts.compactMap(\.ended).max() ?? started, started)
        let up = hosts.count { $0.state == .up }
        return ScanSummary(
            ended: ended,
            elapsed: ended - started,
            hostsUp: up,
            hostsDown: hosts.count - up,
            hostsTotal: hosts.count,
            failure: "the scan stopped early"
        )
    }
}

/// The beginnings and ends of phases in the order of their times.
private struct PhaseEvents {
    private var waiting: [(time: Double, event: ScanEvent)]

    init(_ phases: [ScanResults.PhaseTime]) {
        let all = phases.flatMap { time -> [(time: Double, event: ScanEvent)] in
            let end = time.started + time.elapsed
            return [
                (time.started, .phaseStarted(time.phase, at: time.started)),
                (end, .phaseEnded(time.phase, at: end, elapsed: time.elapsed, extent: time.extent)),
            ]
        }
        waiting = all.enumerated()
            .sorted { ($0.element.time, $0.offset) > ($1.element.time, $1.offset) }
            .map(\.element)
    }

    /// Takes those up to a time; none if it is not known.
    mutating func take(until end: Double?) -> [ScanEvent] {
        var events: [ScanEvent] = []
        while let end, let next = waiting.last, next.time <= end {
            events.append(next.event)
            waiting.removeLast()
        }
        return events
    }
}
