// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The report with one line per host, `-oG` (spec `nse-output`, section 5); script results have no place in
/// it.
///
/// Readers of this format recognize a file by `# Nmap`, a number with a dot, `scan initiated` and ` as: `
/// in its first line, and the end by `# Nmap done at`. So these stay, with the version of Nmap whose format
/// it is, and a second comment, which readers skip, says who wrote the file.
package final class GrepableReporter: Reporter {
    /// The version of Nmap whose format is written.
    private static let formatVersion = "7.93"

    private let sink: any OutputSink
    private let options: ReportOptions
    private var header: ScanHeader?
    private var hasFinished = false

    /// Makes a report.
    package init(_ sink: any OutputSink, options: ReportOptions) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header): try start(header)
        case .host(let host): try report(host)
        case .finished(let summary): try end(summary)
        case .phaseStarted, .phaseEnded, .preScripts, .postScripts, .script, .hostFound, .portsKnown,
            .diagnostic,
            .progress:
            return
        }
        try sink.flush()
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if let header, !hasFinished {
            hasFinished = true
            try sink.line("# Sonde stopped early; the scan began at \(LocalTime(header.started).long)")
        }
        try sink.close()
    }

    private func start(_ header: ScanHeader) throws(OutputError) {
        self.header = header
        let time = LocalTime(header.started).long
        let command = printable(header.commandLine)
        try sink.line("# Nmap \(Self.formatVersion) scan initiated \(time) as: \(command)")
        try sink.line("# Written by Sonde \(printable(header.version)) in this version's format")
        guard options.verbosity > 0 else { return }
        let lists = [("TCP", .tcp), ("UDP", .udp), ("SCTP", .sctp), ("PROTOCOLS", TransportProtocol.ip)]
        let parts = lists.map { title, transport in
            let ports = header.scans.first { $0.transport == transport }?.ports ?? []
            return "\(title)(\(ports.count);\(NumberText.ranges(ports)))"
        }
        try sink.line("# Ports scanned: " + parts.joined(separator: " "))
    }

    private func end(_ summary: ScanSummary) throws(OutputError) {
        hasFinished = true
        let ended = LocalTime(summary.ended).long
        if let failure = summary.failure {
            try sink.line("# Sonde done early at \(ended) -- \(printable(failure))")
            return
        }
        let counts = NumberText.scanned(
            hosts: summary.hostsTotal,
            up: summary.hostsUp,
            elapsed: summary.elapsed
        )
        try sink.line("# Nmap done at \(ended) -- \(counts)")
    }

    private func report(_ host: Host) throws(OutputError) {
        guard options.shows(host) else { return }
        let head = "Host: \(host.address.withoutZone) (\(printable(host.name ?? "")))"
        let state =
            switch host.state {
            case .up: "Up"
            case .down: "Down"
            case .unknown: "Unknown"
            }
        try sink.line("\(head)\tStatus: \(state)")
        guard host.state == .up else { return }
        if host.timedOut {
            try sink.line("\(head)\tStatus: Timeout")
        }
        if !host.ports.isEmpty {
            try sink.line("\(head)\t\(ports(host))")
        }
    }

    private func ports(_ host: Host) -> String {
        let ignored = IgnoredPorts(host.ports, options)
        let shown = host.ports.records { !ignored.contains($0.state) }
        let isProtocolScan = host.ports.transports == [.ip]
        var line = isProtocolScan ? "Protocols: " : "Ports: "
        line += shown.map { isProtocolScan ? protocolEntry($0) : entry($0) }.joined(separator: ", ")
        if ignored.groups.count == 1, let group = ignored.groups.first {
            line += "\tIgnored State: \(group.state.rawValue) (\(group.count))"
        }
        return line + operatingSystem(host)
    }

    /// The fields of the operating system, each with the tab before it.
    private func operatingSystem(_ host: Host) -> String {
        guard let text = OSText(host, options) else { return "" }
        var fields = ""
        let names = text.listed.filter { $0.accuracy == 1 }.map { bar(printable($0.name)) }
        if !names.isEmpty { fields += "\tOS: " + names.joined(separator: "|") }
        if let difficulty = text.result.sequence.difficulty { fields += "\tSeq Index: \(difficulty)" }
        if let words = text.result.sequence.identifierClass { fields += "\tIP ID Seq: \(words)" }
        return fields
    }

    /// `number/state/protocol/owner/service/RPC/version/`; owner and RPC are always empty.
    private func entry(_ record: PortRecord) -> String {
        let fields = [
            "\(record.port.number)", record.outcome.state.rawValue, record.port.transport.rawValue, "",
            ServiceText.name(record, options), "", ServiceText.version(record.service), "",
        ]
        return fields.map(bar).joined(separator: "/")
    }

    private func protocolEntry(_ record: PortRecord) -> String {
        [
            "\(record.port.number)", record.outcome.state.rawValue, bar(record.service?.name ?? "unknown"),
            "",
        ]
        .joined(separator: "/")
    }

    /// Keeps a text from ending its field.
    private func bar(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "|")
    }
}
