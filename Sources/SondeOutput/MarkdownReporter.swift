// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeText

/// The summary for people who paste it into an issue or a wiki, `--output-markdown`.
package final class MarkdownReporter: Reporter {
    /// Lines of a script's output that are shown.
    private static let mostLines = 12

    private let sink: any OutputSink
    private let options: ReportOptions
    private var quiet = 0

    /// Makes a report.
    package init(_ sink: any OutputSink, options: ReportOptions) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header):
            try sink.line("# Scan of \(LocalTime(header.started).dateAndMinute)")
            try sink.line()
            try sink.line("    " + printable(header.commandLine))
        case .preScripts(let results): try section("Before all hosts", results)
        case .postScripts(let results): try section("After all hosts", results)
        case .host(let host): try self.host(host)
        case .finished(let summary):
            try sink.line()
            if quiet > 0 { try sink.line("\(quiet) more hosts have nothing to show.") }
            let scanned = NumberText.scanned(
                hosts: summary.hostsTotal,
                up: summary.hostsUp,
                elapsed: summary.elapsed
            )
            try sink.line("\(scanned).")
            if let failure = summary.failure {
                try sink.line("The scan did not run to its end: \(Self.escaped(failure)).")
            }
        case .phaseStarted, .phaseEnded, .script, .hostFound, .portsKnown, .diagnostic, .progress: return
        }
        try sink.flush()
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) { try sink.close() }

    private func host(_ host: Host) throws(OutputError) {
        let records = host.ports.records { $0.state.mayBeOpen }
        let results = options.shown(host.scripts)
        let facts = SystemSummary(host, options).lines
        guard options.shows(host), !records.isEmpty || !results.isEmpty || !facts.isEmpty else {
            quiet += 1
            return
        }
        try sink.line()
        try sink.line("## \(Self.escaped(host.title))")
        if !facts.isEmpty { try sink.line() }
        for fact in facts { try sink.line("- \(fact.title): \(Self.escaped(fact.text))") }
        if !records.isEmpty {
            try sink.line()
            try sink.line("| port | state | service | version |")
            try sink.line("| --- | --- | --- | --- |")
        }
        for record in records {
            let service = record.service
            let version = [service?.product, service?.version, service?.extraInfo].compactMap { $0 }
            let cells = [
                record.port.description, record.outcome.state.rawValue, service?.name ?? "",
                version.joined(separator: " "),
            ]
            try sink.line("| " + cells.map(Self.escaped).joined(separator: " | ") + " |")
        }
        for record in records {
            for result in options.shown(record.scripts) { try script(result, record.port) }
        }
        for result in results { try script(result, nil) }
    }

    private func section(_ title: String, _ results: [ScriptResult]) throws(OutputError) {
        let shown = options.shown(results)
        guard !shown.isEmpty else { return }
        try sink.line()
        try sink.line("## \(title)")
        for result in shown { try script(result, nil) }
    }

    private func script(_ result: ScriptResult, _ port: Port?) throws(OutputError) {
        try sink.line()
        try sink.line("**\(Self.escaped(result.id))**" + (port.map { " on \($0)" } ?? "") + ":")
        try sink.line()
        let text = JSONWriter.visible(result.output)
        let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            "    "
                + printableUnicode(String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self))
        }
        try sink.lines(Array(lines.prefix(Self.mostLines)))
        if lines.count > Self.mostLines { try sink.line("    … \(lines.count - Self.mostLines) more lines") }
    }

    /// Text that Markdown and HTML take for text.
    ///
    /// They look at single code points, so a bracket stays a bracket with an accent above it.
    static func escaped(_ text: String) -> String {
        let shown = printableUnicode(text)
        guard shown.utf8.contains(where: isMark) else { return shown }
        var result: [UInt8] = []
        for octet in shown.utf8 {
            if isMark(octet) { result.append(UInt8(ascii: "\\")) }
            result.append(octet)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether an octet may mean something in Markdown.
    private static func isMark(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x21, 0x23, 0x26, 0x28...0x2B, 0x3C, 0x3E, 0x5B...0x5D, 0x5F, 0x60, 0x7B...0x7E: true
        default: false
        }
    }
}

/// Text without control characters, and without those that turn its direction.
func printableUnicode(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += scalar == "\t" ? " " : "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
