// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The report for people: what the terminal shows, and the file of `-oN`.
///
/// Both have the same body, which keeps Nmap's words and columns, since many tools read it. They differ in
/// their first and last lines, and in that phases and messages of the engines go to the terminal only. The
/// file starts with `# Sonde`, as it says who wrote it; ` as: ` and ` -- ` stand where readers look for them.
package final class NormalReporter: Reporter {
    /// Which of the two it is.
    package enum Style {
        /// The terminal, with another sink for standard error.
        case terminal(errors: any OutputSink)
        /// A file.
        case file
    }

    let sink: any OutputSink
    let style: Style
    let options: ReportOptions
    private var header: ScanHeader?
    private var status: StatusLine
    private var hasFinished = false
    /// Whether some host was only listed, so that none could be up.
    private var hasListedHosts = false
    /// Whether more events come at once, so that the sink is not flushed for each.
    private var moreFollows = false

    /// Makes a report.
    package init(_ sink: any OutputSink, style: Style, options: ReportOptions) {
        self.sink = sink
        self.style = style
        self.options = options
        status = StatusLine(earlierCosts: options.earlierCosts)
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        if isTerminal { status.note(event) }
        switch event {
        case .started(let header): try start(header)
        case .phaseStarted(let phase, let time):
            try terminalLine("Initiating \(phase.task) at \(LocalTime(time).minute)")
        case .phaseEnded(let phase, let time, let elapsed, let extent):
            let length = NumberText.fixed(elapsed, decimals: 2)
            let extra = extent.map { " (\($0))" } ?? ""
            let minute = LocalTime(time).minute
            try terminalLine("Completed \(phase.task) at \(minute), \(length)s elapsed\(extra)")
        case .preScripts(let results): try scanScripts(results, head: "Pre-scan script results:")
        case .postScripts(let results): try scanScripts(results, head: "Post-scan script results:")
        case .host(let host):
            if host.state == .unknown { hasListedHosts = true }
            try report(host)
        case .diagnostic(let message): try diagnostic(message)
        case .progress(let progress):
            guard isTerminal, progress.isAskedFor else { return }
            try sink.lines(status.report(progress))
        case .script, .hostFound, .portsKnown: return
        case .finished(let summary): try end(summary)
        }
        if !moreFollows, isTerminal || event.isLasting { try sink.flush() }
    }

    /// Writes what several events say; messages on standard error keep their places among the rest.
    package func handle(_ events: ArraySlice<ScanEvent>) throws(OutputError) {
        defer { moreFollows = false }
        for (index, event) in zip(events.indices, events) {
            moreFollows = index < events.endIndex - 1
            try handle(event)
        }
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if !hasFinished, let header, !isTerminal {
            try sink.line("# Sonde stopped early; the scan began at \(LocalTime(header.started).long)")
        }
        hasFinished = true
        try sink.close()
    }

    var isTerminal: Bool {
        if case .terminal = style { return true }
        return false
    }

    /// Says that something is wrong: on standard error, or in the file at this place.
    func complain(_ text: String) throws(OutputError) {
        guard case .terminal(let errors) = style else {
            try sink.line(text)
            return
        }
        try sink.flush()
        try errors.line(text)
        try errors.flush()
    }

    private func terminalLine(_ text: String) throws(OutputError) {
        if isTerminal && options.verbosity > 0 { try sink.line(text) }
    }

    private func start(_ header: ScanHeader) throws(OutputError) {
        self.header = header
        let time = LocalTime(header.started)
        let version = printable(header.version)
        if isTerminal {
            try sink.line("Starting Sonde \(version) at \(time.dateAndMinute)")
        } else {
            let command = printable(header.commandLine)
            try sink.line("# Sonde \(version) scan initiated \(time.long) as: \(command)")
        }
    }

    private func end(_ summary: ScanSummary) throws(OutputError) {
        hasFinished = true
        let counts = NumberText.scanned(
            hosts: summary.hostsTotal,
            up: summary.hostsUp,
            elapsed: summary.elapsed
        )
        let ended = LocalTime(summary.ended).long
        if let failure = summary.failure {
            if !isTerminal { try sink.line("# Sonde done early at \(ended) -- \(printable(failure))") }
            try isTerminal ? complain("Sonde failed: \(printable(failure))") : ()
            return
        }
        let performed = [options.osRequested ? "OS" : nil, options.versionRequested ? "Service" : nil]
            .compactMap(\.self)
        if !performed.isEmpty, summary.hostsUp > 0 {
            try sink.line("\(performed.joined(separator: " and ")) detection performed.")
        }
        guard isTerminal else {
            try sink.line("# Sonde done at \(ended) -- \(counts)")
            return
        }
        if summary.hostsTotal == 0 {
            try complain("WARNING: no targets were given, so no host was scanned.")
        } else if summary.hostsTotal == 1 && summary.hostsUp == 0 && !hasListedHosts {
            try sink.line("Note: the host seems to be down. If it is up but does not answer probes, try -Pn")
        }
        try sink.line("Sonde done: \(counts)")
        if options.verbosity > 0, let traffic = summary.traffic {
            try sink.line("           Raw packets \(NumberText.traffic(traffic))")
        }
    }

    private func scanScripts(_ results: [ScriptResult], head: String) throws(OutputError) {
        let shown = options.shown(results)
        guard !shown.isEmpty else { return }
        try sink.line(head)
        for result in shown { try script(result) }
    }

    /// Writes one script's lines, or says that it has none.
    func script(_ result: ScriptResult) throws(OutputError) {
        let lines = ScriptText.lines(result)
        if lines.isEmpty { try complain(ScriptText.complaint(result)) }
        try sink.lines(lines)
    }

    private func diagnostic(_ message: Diagnostic) throws(OutputError) {
        let text = printable(message.text, keeping: [.tab, .lineFeed])
        switch message.stream {
        case .terminal: if isTerminal { try sink.line(text) }
        case .standardError: if isTerminal { try complain(text) }
        case .report: try sink.line(text)
        }
    }
}

extension Phase {
    /// The name of the work in task lines: all script phases are `NSE`.
    var task: String {
        switch self {
        case .preScan, .scripts, .postScan: "NSE"
        case .discovery, .arpDiscovery, .neighborDiscovery, .connectScan, .synScan, .ackScan, .windowScan,
            .finScan, .xmasScan, .nullScan, .maimonScan, .udpScan, .sctpInitScan, .sctpCookieScan,
            .protocolScan, .services, .traceroute:
            rawValue
        }
    }
}

extension ScanEvent {
    /// Whether a file should be brought up to date after this event.
    var isLasting: Bool {
        switch self {
        case .started, .preScripts, .host, .postScripts, .finished: true
        case .phaseStarted, .phaseEnded, .script, .hostFound, .portsKnown, .diagnostic, .progress: false
        }
    }
}
