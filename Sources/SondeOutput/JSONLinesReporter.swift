// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The report for programs, `-oJ`: one JSON object per line, each with a `type`.
///
/// Types: `start`, `script` (one per script and host or port), `host` (with its ports), `diagnostic`, and `stats` at the
/// end. Lines are complete when they are written, so a reader may follow the file.
package final class JSONLinesReporter: Reporter {
    private let sink: any OutputSink
    private var hasStarted = false
    private var hasFinished = false

    /// Makes a report.
    package init(_ sink: any OutputSink) { self.sink = sink }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header): try start(header)
        case .script(let record): try sink.line(Self.line(record))
        case .host(let host): try sink.line(Self.line(host))
        case .diagnostic(let diagnostic):
            var object = Self.object("diagnostic")
            object.add("message", diagnostic.text)
            try sink.line(object.closed)
        case .finished(let summary): try end(summary)
        case .phaseStarted, .phaseEnded, .preScripts, .postScripts, .progress: return
        }
        if event.isLasting { try sink.flush() }
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if hasStarted, !hasFinished {
            hasFinished = true
            var object = Self.object("stats")
            object.add("failure", "the scan stopped early")
            try sink.line(object.closed)
        }
        try sink.close()
    }

    private func start(_ header: ScanHeader) throws(OutputError) {
        hasStarted = true
        var object = Self.object("start")
        object.add("version", header.version)
        object.add("command", header.commandLine)
        object.add("time", header.started)
        try sink.line(object.closed)
    }

    private func end(_ summary: ScanSummary) throws(OutputError) {
        hasFinished = true
        var object = Self.object("stats")
        object.add("time", summary.ended)
        object.add("elapsed", summary.elapsed)
        object.add("up", summary.hostsUp)
        object.add("down", summary.hostsDown)
        object.add("total", summary.hostsTotal)
        object.add("failure", summary.failure)
        try sink.line(object.closed)
    }

    // MARK: Lines

    private static func object(_ type: String) -> JSONObject {
        var object = JSONObject()
        object.add("type", type)
        return object
    }

    private static func line(_ record: ScriptRecord) -> String {
        var object = object("script")
        object.add("id", record.id)
        object.add("phase", record.phase.rawValue)
        object.add("host", record.address.map { "\($0)" })
        object.add("name", record.targetName)
        object.add("port", json: record.port.map { "\($0.number)" } ?? "null")
        object.add("protocol", record.port?.transport.rawValue)
        object.add("state", record.state.rawValue)
        object.add("reason", record.reason)
        object.add("started", record.started)
        object.add("duration", record.duration)
        object.add("cpu", record.cpu)
        object.add("bytesOut", record.bytesOut)
        object.add("bytesIn", record.bytesIn)
        object.add("denied", json: list(record.denials.map(json)))
        if let result = record.result {
            object.add("output", result.output)
            if let value = result.structured { object.add("structured", json: json(value)) }
        }
        return object.closed
    }

    private static func json(_ denial: ScriptRecord.Denial) -> String {
        var object = JSONObject()
        object.add("subject", denial.subject)
        object.add("allow", denial.remedy)
        object.add("count", denial.count)
        return object.closed
    }

    private static func line(_ host: Host) -> String {
        var object = object("host")
        object.add("host", "\(host.address)")
        object.add("name", host.name)
        object.add("target", host.targetName)
        object.add("state", host.state.rawValue)
        object.add("reason", host.reason.rawValue)
        object.add("timedOut", host.timedOut)
        let ports = host.ports.records { $0.state.mayBeOpen }
        object.add("ports", json: list(ports.map(json)))
        return object.closed
    }

    private static func json(_ record: PortRecord) -> String {
        var object = JSONObject()
        object.add("port", Int(record.port.number))
        object.add("protocol", record.port.transport.rawValue)
        object.add("state", record.outcome.state.rawValue)
        object.add("reason", record.outcome.reason.rawValue)
        object.add("service", record.service?.name)
        object.add("product", record.service?.product)
        object.add("version", record.service?.version)
        return object.closed
    }

    /// A list where no field has a name, else an object; list elements among names get their number.
    private static func json(_ value: ScriptValue) -> String {
        switch value {
        case .text(let octets): return JSONObject.quoted(String(decoding: octets, as: UTF8.self))
        case .table(let fields):
            if fields.allSatisfy({ $0.key == nil }) { return list(fields.map { json($0.value) }) }
            var object = JSONObject()
            for (index, field) in fields.enumerated() {
                let name = field.key.map { String(decoding: $0, as: UTF8.self) } ?? "\(index + 1)"
                object.add(name, json: json(field.value))
            }
            return object.closed
        }
    }

    private static func list(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }
}
