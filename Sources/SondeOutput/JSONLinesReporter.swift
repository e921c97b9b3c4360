// SPDX-License-Identifier: Apache-2.0

package import SondeModel
package import SondeText

/// The report for programs, `-oJ`: one JSON object per line, each with a `type` (`docs/json-lines.md`).
///
/// A line is whole when it is written, so the file may be followed while the scan runs.
package final class JSONLinesReporter: Reporter {
    private let sink: any OutputSink
    private let options: ReportOptions
    private var writer = JSONWriter()
    private var hasStarted = false
    private var hasFinished = false
    private var counts = (up: 0, down: 0)

    /// Makes a report.
    package init(_ sink: any OutputSink, options: ReportOptions = ReportOptions()) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header):
            hasStarted = true
            line { $0.scanHeader(header) }
        case .script(let record): line { $0.scriptRecord(record) }
        case .host(let host):
            if host.state == .up { counts.up += 1 } else { counts.down += 1 }
            self.host(host)
        case .progress(let progress): line { Self.write(progress, &$0) }
        case .diagnostic(let diagnostic):
            line { writer in
                writer.beginObject()
                writer.member("type", "diagnostic")
                writer.member("message", diagnostic.text)
                writer.endObject()
            }
        case .finished(let summary): end(summary)
        case .phaseStarted, .phaseEnded, .preScripts, .postScripts, .hostFound, .portsKnown: return
        }
        try sink.write(writer.take())
        if event.isLasting { try sink.flush() }
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if hasStarted, !hasFinished {
            end(
                ScanSummary(
                    ended: 0,
                    elapsed: 0,
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

    private func end(_ summary: ScanSummary) {
        hasFinished = true
        line { $0.scanSummary(summary) }
    }

    private func line(_ body: (inout JSONWriter) -> Void) {
        body(&writer)
        writer.newline()
    }

    private func host(_ host: Host) {
        let ignored = IgnoredPorts(host.ports, options)
        for record in host.ports.records(where: { !ignored.contains($0.state) }) {
            line { writer in
                writer.beginObject()
                writer.member("type", "port")
                writer.member("host", host.address.description)
                writer.member("name", host.targetName)
                writer.portMembers(record)
                writer.endObject()
            }
        }
        if !host.hops.isEmpty {
            line { writer in
                writer.beginObject()
                writer.member("type", "trace")
                writer.member("host", host.address.description)
                writer.member("name", host.targetName)
                writer.traceMembers(host)
                writer.endObject()
            }
        }
        line { writer in
            writer.beginObject()
            writer.member("type", "host")
            writer.hostMembers(host)
            Self.write(ignored, of: host.ports, &writer)
            writer.endObject()
        }
    }

    /// Writes the ports that are only counted, each group with its numbers.
    static func write(_ ignored: IgnoredPorts, of ports: PortTable, _ writer: inout JSONWriter) {
        writer.key("other_ports")
        writer.beginArray()
        for group in ignored.groups {
            for share in group.shares {
                let numbers = ports.numbers(of: share.transport) {
                    $0.state == group.state && $0.reason == share.reason
                }
                writer.beginObject()
                writer.member("protocol", share.transport.rawValue)
                writer.member("state", group.state.rawValue)
                writer.member("reason", share.reason.rawValue)
                writer.member("count", share.count)
                writer.member("ports", PortRanges.text(numbers))
                writer.endObject()
            }
        }
        writer.endArray()
    }

    /// Writes how far the scan is.
    package static func write(
        _ progress: Progress,
        _ writer: inout JSONWriter,
        range: ClosedRange<Double>? = nil
    ) {
        writer.beginObject()
        writer.member("type", "stats")
        writer.member("final", false)
        writer.member("elapsed", seconds: progress.elapsed)
        writer.member("phase", progress.phase.rawValue)
        writer.member("done", progress.done)
        writer.member("total", progress.total)
        writer.member("hosts_done", progress.hostsCompleted)
        writer.member("hosts_up", progress.hostsUp)
        writer.member("hosts_active", progress.hostsActive)
        writer.key("running_scripts")
        writer.beginArray()
        for script in progress.runningScripts { writer.string(script) }
        writer.endArray()
        if let range {
            writer.member("remaining_least", seconds: range.lowerBound)
            writer.member("remaining_most", seconds: range.upperBound)
        }
        writer.endObject()
    }
}
