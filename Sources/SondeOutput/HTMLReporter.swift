// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeText

/// The report for a browser, `-oH`: one file that needs nothing else.
///
/// The head holds style and program; then each event adds one block of data, which the program shows when the file
/// is opened. Data is JSON in which `<` never appears, and the program makes text of it and never markup, so no
/// string of a peer can become part of the page. A file that lacks its end is shown all the same.
package final class HTMLReporter: Reporter {
    private let sink: any OutputSink
    private let options: ReportOptions
    private let nonce: String
    private var hasStarted = false
    private var hasFinished = false

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - sink: where it goes.
    ///   - options: what the user wants to see.
    ///   - nonce: a number that only this report's own program carries.
    package init(
        _ sink: any OutputSink,
        options: ReportOptions,
        nonce: UInt64 = .random(in: .min ... .max)
    ) {
        self.sink = sink
        self.options = options
        self.nonce = String(nonce, radix: 36)
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header):
            hasStarted = true
            try sink.write(head(header).utf8)
            try block { $0.scanHeader(header) }
        case .preScripts(let results): try scripts(results, "prescript")
        case .postScripts(let results): try scripts(results, "postscript")
        case .host(let host): if options.shows(host) { try block { self.host(host, &$0) } }
        case .script(let record):
            // Those that ended well are shown with their host.
            guard record.state != .ok, record.state != .noMatch else { return }
            try block { $0.scriptRecord(record) }
        case .finished(let summary):
            hasFinished = true
            try block { $0.scanSummary(summary) }
            try sink.write("</body>\n</html>\n".utf8)
        case .phaseStarted, .phaseEnded, .hostFound, .portsKnown, .diagnostic, .progress: return
        }
        if event.isLasting { try sink.flush() }
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if hasStarted, !hasFinished { try sink.write(Self.tail.utf8) }
        try sink.close()
    }

    /// What ends a report that its scan did not end.
    static let tail = "</body>\n</html>\n"
    /// What begins each block of data.
    static let blockStart = "<script type=\"application/json\" class=\"data\">"

    private func block(_ body: (inout JSONWriter) -> Void) throws(OutputError) {
        var writer = JSONWriter()
        body(&writer)
        try sink.write(Self.blockStart.utf8)
        try sink.write(writer.take())
        try sink.write("</script>\n".utf8)
    }

    private func scripts(_ results: [ScriptResult], _ type: String) throws(OutputError) {
        for result in options.shown(results) {
            try block { writer in
                writer.beginObject()
                writer.member("type", type)
                writer.key("script")
                writer.scriptResult(result)
                writer.endObject()
            }
        }
    }

    private func host(_ host: Host, _ writer: inout JSONWriter) {
        let ignored = IgnoredPorts(host.ports, options)
        writer.beginObject()
        writer.member("type", "host")
        writer.hostMembers(host)
        writer.key("ports")
        writer.beginArray()
        for record in host.ports.records(where: { !ignored.contains($0.state) }) {
            writer.beginObject()
            writer.portMembers(record)
            writer.key("scripts")
            writer.beginArray()
            for result in options.shown(record.scripts) { writer.scriptResult(result) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        JSONLinesReporter.write(ignored, of: host.ports, &writer)
        if !host.hops.isEmpty {
            writer.key("trace")
            writer.beginObject()
            writer.traceMembers(host)
            writer.endObject()
        }
        writer.key("scripts")
        writer.beginArray()
        for result in options.shown(host.scripts) { writer.scriptResult(result) }
        writer.endArray()
        writer.endObject()
    }

    private func head(_ header: ScanHeader) -> String {
        let policy =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="Sonde">
            <title>Sonde report, \(LocalTime(header.started).dateAndMinute)</title>
            <style nonce="\(nonce)">
            \(String(decoding: PackageResources.report_css, as: UTF8.self))
            </style>
            </head>
            <body>
            <noscript><p>This report is shown by a small program inside of it; allow scripts for this file.</p></noscript>
            <div id="app"></div>
            <script nonce="\(nonce)">
            \(String(decoding: PackageResources.report_js, as: UTF8.self))
            </script>

            """
    }
}
