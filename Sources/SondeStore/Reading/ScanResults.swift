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

    /// Where they were kept.
    package var format: Format
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
        if !preScripts.isEmpty { events.append(.preScripts(preScripts)) }
        let byHost = Dictionary(grouping: records.filter { $0.address != nil }) { HostKey($0) }
        events += records.filter { $0.phase == .prerule }.map(ScanEvent.script)
        for host in hosts {
            events += (byHost[HostKey(host)] ?? []).map(ScanEvent.script)
            events.append(.host(host))
        }
        events += records.filter { $0.phase == .postrule }.map(ScanEvent.script)
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
