// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeText

/// What scripts of the category `vuln` found, for tools that collect findings, `--output-sarif` (SARIF 2.1.0).
///
/// Results come first in the document and are written as hosts end; what describes tool and run follows at the end.
package final class SARIFReporter: Reporter {
    private let sink: any OutputSink
    private let options: ReportOptions
    private var header: ScanHeader?
    private var count = 0
    private var rules: [(id: String, title: String)] = []
    private var hasFinished = false

    /// How a document begins.
    static let start = """
        {"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":[

        """

    /// Makes a report; the options say which scripts look for vulnerabilities.
    package init(_ sink: any OutputSink, options: ReportOptions) {
        self.sink = sink
        self.options = options
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        switch event {
        case .started(let header):
            self.header = header
            try sink.write(Self.start.utf8)
        case .host(let host): try self.host(host)
        case .preScripts(let results), .postScripts(let results):
            for result in results { try findings(result, nil, nil) }
        case .finished(let summary): try end(summary)
        case .phaseStarted, .phaseEnded, .script, .hostFound, .portsKnown, .diagnostic, .progress: return
        }
        try sink.flush()
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) {
        if header != nil, !hasFinished { try end(nil) }
        try sink.close()
    }

    private func host(_ host: Host) throws(OutputError) {
        for record in host.ports.records(where: { $0.state.mayBeOpen }) {
            for result in record.scripts { try findings(result, host, record.port) }
        }
        for result in host.scripts { try findings(result, host, nil) }
    }

    private func findings(_ result: ScriptResult, _ host: Host?, _ port: Port?) throws(OutputError) {
        guard options.vulnerabilityScripts.contains(result.id), result.ending == .ok else { return }
        for finding in Finding.all(in: result) {
            if !rules.contains(where: { $0.id == finding.id }) { rules.append((finding.id, finding.title)) }
            var writer = JSONWriter()
            let system = host.flatMap { SystemSummary($0, options).name }
            Self.write(finding, result.id, (host, port), system, &writer)
            try sink.write((count == 0 ? "" : ",").utf8)
            try sink.write(writer.take())
            try sink.write("\n".utf8)
            count += 1
        }
    }

    private static func write(
        _ finding: Finding,
        _ script: String,
        _ target: (host: Host?, port: Port?),
        _ system: String?,
        _ writer: inout JSONWriter
    ) {
        let address = target.host?.address.withoutZone.description ?? "network"
        let shown = address.contains(":") ? "[\(address)]" : address
        let place =
            target.port.map { "\($0.transport.rawValue)://\(shown):\($0.number)" } ?? "host://\(shown)"
        writer.beginObject()
        writer.member("ruleId", finding.id)
        writer.member("level", finding.level.rawValue)
        writer.key("message")
        writer.value(.object([.init("text", .string(finding.message))]))
        writer.key("locations")
        writer.value(.array([location(place, named: target.host?.title ?? address)]))
        writer.key("partialFingerprints")
        writer.value(.object([.init("sonde/v1", .string("\(place) \(script) \(finding.id)"))]))
        writer.key("properties")
        var properties: [JSONValue.Member] = [.init("script", .string(script))]
        if let system { properties.append(.init("os", .string(system))) }
        writer.value(.object(properties))
        writer.endObject()
    }

    private static func location(_ place: String, named name: String) -> JSONValue {
        .object([
            .init(
                "physicalLocation",
                .object([.init("artifactLocation", .object([.init("uri", .string(place))]))])
            ),
            .init(
                "logicalLocations",
                .array([
                    .object([
                        .init("fullyQualifiedName", .string(name)),
                        .init("kind", .string("resource")),
                    ])
                ])
            ),
        ])
    }

    private func end(_ summary: ScanSummary?) throws(OutputError) {
        hasFinished = true
        try sink.write(
            Self.tail(
                version: header?.version ?? "",
                command: header?.commandLine ?? "",
                rules: rules,
                failure: summary == nil ? "the scan stopped early" : summary?.failure
            )
        )
    }

    /// What follows the results.
    static func tail(
        version: String,
        command: String,
        rules: [(id: String, title: String)],
        failure: String?
    ) -> [UInt8] {
        let list = rules.map { rule in
            JSONValue.object([
                .init("id", .string(rule.id)),
                .init("shortDescription", .object([.init("text", .string(rule.title))])),
            ])
        }
        var invocation: [JSONValue.Member] = [
            .init("executionSuccessful", .boolean(failure == nil)), .init("commandLine", .string(command)),
        ]
        if let failure { invocation.append(.init("exitCodeDescription", .string(failure))) }
        let driver = JSONValue.object([
            .init("name", .string("Sonde")), .init("version", .string(version)), .init("rules", .array(list)),
        ])
        var text = Array("],\"tool\":{\"driver\":".utf8)
        text += driver.serialized
        text += Array("},\"invocations\":[".utf8)
        text += JSONValue.object(invocation).serialized
        return text + Array("],\"columnKind\":\"unicodeCodePoints\"}]}\n".utf8)
    }
}
