// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeText

/// The report for spreadsheets, `--output-csv`: a row for each port that is shown, and one for each script result.
///
/// Every row is one line: line ends inside of a field are written as `\n`. A field that a spreadsheet would take for
/// a formula begins with an apostrophe.
package final class CSVReporter: Reporter {
    /// The head of the table.
    static let columns = [
        "host", "name", "reverse_name", "host_state", "port", "protocol", "state", "reason", "service",
        "product",
        "version", "script", "script_state", "output", "mac", "os", "os_accuracy", "uptime", "distance",
        "route",
    ]
    /// The empty fields of a row that is about no host.
    private static let noSystem = [String](repeating: "", count: 6)

    private let sink: any OutputSink
    private let options: ReportOptions

    /// Makes a report.
    package init(_ sink: any OutputSink, options: ReportOptions) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started: try row(Self.columns)
        case .preScripts(let results), .postScripts(let results):
            for result in options.shown(results) {
                try row([String](repeating: "", count: 11) + Self.fields(result) + Self.noSystem)
            }
        case .host(let host): if options.shows(host) { try self.host(host) }
        case .phaseStarted, .phaseEnded, .script, .hostFound, .portsKnown, .diagnostic, .progress, .finished:
            return
        }
        try sink.flush()
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) { try sink.close() }

    private func host(_ host: Host) throws(OutputError) {
        let head = [
            host.address.description, host.targetName ?? "", host.name ?? "", host.state.rawValue,
        ]
        let system = self.system(host)
        let ignored = IgnoredPorts(host.ports, options)
        let records = host.ports.records { !ignored.contains($0.state) }
        if records.isEmpty, host.scripts.isEmpty {
            try row(head + [String](repeating: "", count: 10) + system)
        }
        for record in records {
            let service = record.service
            let fields =
                head + [
                    "\(record.port.number)", record.port.transport.rawValue, record.outcome.state.rawValue,
                    record.outcome.reason.rawValue, service?.name ?? "", service?.product ?? "",
                    service?.version ?? "",
                ]
            try row(fields + ["", "", ""] + system)
            for result in options.shown(record.scripts) { try row(fields + Self.fields(result) + system) }
        }
        for result in options.shown(host.scripts) {
            try row(head + [String](repeating: "", count: 7) + Self.fields(result) + system)
        }
    }

    /// The fields that say what kind of machine a host is and where.
    private func system(_ host: Host) -> [String] {
        let summary = SystemSummary(host, options)
        let numbers = [summary.percent, summary.uptime, summary.distance].map { $0.map { "\($0)" } ?? "" }
        return [host.macAddress?.description ?? "", summary.name ?? ""] + numbers + [summary.route ?? ""]
    }

    private static func fields(_ result: ScriptResult) -> [String] {
        [result.id, result.ending.rawValue, JSONWriter.visible(result.output)]
    }

    private func row(_ fields: [String]) throws(OutputError) {
        try sink.line(fields.map(Self.quoted).joined(separator: ","))
    }

    /// Whether an octet stands for itself in a field without quotes.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: ";"): false
        case 0x20...0x7E: true
        default: false
        }
    }

    /// One field, in quotes where it must be.
    ///
    /// Programs that read it look at single code points, so a comma stays a comma with an accent above it.
    static func quoted(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain), text.utf8.first.map({ !"+-@=".utf8.contains($0) }) ?? true {
            return text
        }
        var shown = String.UnicodeScalarView()
        if let first = text.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) { shown.append("'") }
        var needsQuotes = !shown.isEmpty
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": shown += "\\n".unicodeScalars
            case "\r": shown += "\\r".unicodeScalars
            case "\t": shown += "\\t".unicodeScalars
            case "\"": shown += "\"\"".unicodeScalars
            case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                shown.append("?")
            default: shown.append(scalar)
            }
            if [",", "\"", "'", ";"].contains(scalar) { needsQuotes = true }
        }
        return needsQuotes ? "\"\(String(shown))\"" : String(shown)
    }
}
