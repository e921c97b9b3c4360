// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The report for programs, `-oX`, valid against Nmap's DTD (spec `nse-output`, section 6).
///
/// `scanner` is `nmap`, which the DTD demands and readers check; `version` and the comment say that Sonde
/// wrote the file. After every event, only end tags are missing from it.
package final class XMLReporter: Reporter {
    /// The version of the format that is written.
    private static let formatVersion = "1.05"
    /// Seconds between two notes of progress.
    private static let progressInterval = 10.0

    private let sink: any OutputSink
    let options: ReportOptions
    private var writer = XMLWriter()
    private var header: ScanHeader?
    private var status = StatusLine()
    private var lastProgress = 0.0
    private var counts = (up: 0, down: 0)
    /// The latest time that any event told.
    private var latest = 0.0
    private var hasFinished = false

    /// Makes a report.
    package init(_ sink: any OutputSink, options: ReportOptions) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        status.note(event)
        latest = max(latest, event.time ?? 0)
        switch event {
        case .started(let header): start(header)
        case .phaseStarted(let phase, let time):
            task("taskbegin", [("task", phase.task), ("time", Self.seconds(time))])
        case .phaseEnded(let phase, let time, _, let extent):
            let extra = extent.map { [("extrainfo", $0)] } ?? []
            task("taskend", [("task", phase.task), ("time", Self.seconds(time))] + extra)
        case .preScripts(let results): scripts(results, in: "prescript", options, &writer)
        case .postScripts(let results): scripts(results, in: "postscript", options, &writer)
        case .host(let host):
            count(host)
            if options.shows(host) { report(host, &writer) }
        case .hostFound(let host): hint(host, &writer)
        case .diagnostic, .script, .portsKnown: return
        case .progress(let progress): note(progress)
        case .finished(let summary): end(summary)
        }
        try sink.write(writer.take())
        try sink.flush()
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if let header, !hasFinished {
            end(
                ScanSummary(
                    ended: max(latest, header.started),
                    elapsed: max(latest - header.started, 0),
                    hostsUp: counts.up,
                    hostsDown: counts.down,
                    hostsTotal: counts.up + counts.down,
                    failure: "the scan stopped early"
                )
            )
            try sink.write(writer.take())
        }
        try sink.close()
    }

    private func start(_ header: ScanHeader) {
        self.header = header
        let version = printable(header.version)
        let began = LocalTime(header.started).long
        writer.markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n")
        if let stylesheet = options.stylesheet.text {
            writer.markup("<?xml-stylesheet href=\"")
            writer.characters(stylesheet)
            writer.markup("\" type=\"text/xsl\"?>\n")
        }
        writer.comment("Sonde \(version) scan initiated \(began) as: \(header.commandLine)")
        writer.newline()
        writer.open(
            "nmaprun",
            [
                ("scanner", "nmap"), ("args", header.commandLine), ("start", Self.seconds(header.started)),
                ("startstr", began), ("version", version), ("xmloutputversion", Self.formatVersion),
            ]
        )
        writer.newline()
        for scan in header.scans {
            line(
                "scaninfo",
                [
                    ("type", scan.technique), ("protocol", scan.transport.rawValue),
                    ("numservices", "\(scan.ports.count)"), ("services", NumberText.ranges(scan.ports)),
                ]
            )
        }
        line("verbose", [("level", "\(header.verbosity)")])
        line("debugging", [("level", "\(header.debugging)")])
    }

    private func end(_ summary: ScanSummary) {
        guard header != nil, !hasFinished else { return }
        hasFinished = true
        let ended = LocalTime(summary.ended).long
        let scanned = NumberText.scanned(
            hosts: summary.hostsTotal,
            up: summary.hostsUp,
            elapsed: summary.elapsed
        )
        writer.open("runstats")
        writer.empty(
            "finished",
            [
                ("time", Self.seconds(summary.ended)), ("timestr", ended),
                ("summary", "Sonde done at \(ended); \(scanned)"),
                ("elapsed", NumberText.fixed(summary.elapsed, decimals: 2)),
                ("exit", summary.failure == nil ? "success" : "error"),
                ("errormsg", summary.failure.map { printable($0) }),
            ]
        )
        line(
            "hosts",
            [
                ("up", "\(summary.hostsUp)"), ("down", "\(summary.hostsDown)"),
                ("total", "\(summary.hostsTotal)"),
            ]
        )
        writer.closeAll()
    }

    private func task(_ name: String, _ attributes: [(String, String?)]) {
        if options.verbosity > 0 { line(name, attributes) }
    }

    private func note(_ progress: Progress) {
        guard options.verbosity > 0, progress.elapsed - lastProgress >= Self.progressInterval else { return }
        lastProgress = progress.elapsed
        let estimate = status.estimate(progress)
        line(
            "taskprogress",
            [
                ("task", progress.phase.task), ("time", Self.seconds(estimate.now)),
                ("percent", NumberText.fixed(estimate.percent, decimals: 2)),
                ("remaining", estimate.remaining.map(Self.seconds)),
                ("etc", estimate.remaining.map { Self.seconds(estimate.now + $0) }),
            ]
        )
    }

    private func count(_ host: Host) {
        if host.state == .up { counts.up += 1 } else { counts.down += 1 }
    }

    private func line(_ name: String, _ attributes: [(String, String?)]) {
        writer.empty(name, attributes)
        writer.newline()
    }

    /// Seconds since 1970, or a length, in whole seconds.
    static func seconds(_ time: Double) -> String { "\(LocalTime.whole(time))" }
}

extension ScanEvent {
    /// When the event happened, seconds since 1970, if it says so.
    fileprivate var time: Double? {
        switch self {
        case .started(let header): header.started
        case .phaseStarted(_, let time), .phaseEnded(_, let time, _, _): time
        case .host(let host): host.ended
        case .finished(let summary): summary.ended
        case .preScripts, .postScripts, .script, .hostFound, .portsKnown, .diagnostic, .progress: nil
        }
    }
}
