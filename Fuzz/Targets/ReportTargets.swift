// SPDX-License-Identifier: Apache-2.0

import SondeModel

@testable import SondeOutput
@testable import SondeText

/// What peers and scripts say, in every report.
enum ReportTargets {
    static let all = [
        FuzzTarget("reports", most: 2048, reports), FuzzTarget("escaping", most: 512, escaping),
    ]

    private static var options: ReportOptions {
        var options = ReportOptions()
        options.verbosity = 2
        options.debugging = 1
        options.showReason = true
        options.scriptsRequested = true
        options.versionRequested = true
        options.osRequested = true
        return options
    }

    /// Makes every report of some events and checks each.
    static func check(_ events: [ScanEvent]) throws {
        let sinks = (0..<9).map { _ in FuzzSink() }
        let options = options
        let group = ReporterGroup([
            XMLReporter(sinks[0], options: options), HTMLReporter(sinks[1], options: options, nonce: 1),
            JSONLinesReporter(sinks[2], options: options), SARIFReporter(sinks[3], options: options),
            NormalReporter(sinks[4], style: .file, options: options),
            NormalReporter(sinks[5], style: .terminal(errors: sinks[6]), options: options),
            GrepableReporter(sinks[7], options: options), CSVReporter(sinks[8], options: options),
        ])
        let markdown = FuzzSink()
        let second = ReporterGroup([MarkdownReporter(markdown, options: options)])
        for event in events {
            group.handle(event)
            second.handle(event)
        }
        group.finish()
        second.finish()
        try ReportChecks.xml(sinks[0].octets)
        try ReportChecks.html(sinks[1].octets)
        try ReportChecks.jsonLines(sinks[2].octets)
        try promise((try? JSONParser.parse(sinks[3].octets)) != nil, "the SARIF report is no JSON")
        let names = [
            "the SARIF report", "the normal report", "the terminal", "standard error", "the grepable report",
        ]
        for (sink, name) in zip(sinks[3...], names + ["the CSV report"]) {
            try ReportChecks.text(sink.octets, name)
        }
        try ReportChecks.text(markdown.octets, "the Markdown report")
    }

    /// A host whose names, services and scripts are the input's.
    private static func reports(_ octets: [UInt8]) throws {
        var input = FuzzInput(octets)
        let header = ScanHeader(
            commandLine: input.text(),
            version: "1",
            started: Double(bitPattern: input.number64()),
            scans: [ScanInfo(technique: "connect", transport: .tcp, ports: [80])],
            verbosity: 0,
            debugging: 0
        )
        let script = script(&input)
        let host = host(&input, script)
        var record = ScriptRecord(
            id: input.text(),
            phase: .portrule,
            address: host.address,
            port: Port(80, .tcp),
            state: .error,
            reason: input.text(),
            started: Double(bitPattern: input.number64()),
            duration: Double(bitPattern: input.number64())
        )
        record.result = script
        record.denials = [.init(subject: input.text(), remedy: input.text())]
        let number = Int(bitPattern: UInt(input.number64()))
        let summary = ScanSummary(
            ended: Double(bitPattern: input.number64()),
            elapsed: Double(bitPattern: input.number64()),
            hostsUp: number,
            hostsDown: 1,
            hostsTotal: number,
            failure: number & 1 == 1 ? input.text() : nil
        )
        try check([
            .started(header), .preScripts([script]), .script(record), .host(host), .postScripts([script]),
            .diagnostic(Diagnostic(.report, input.text())), .finished(summary),
        ])
    }

    private static func host(_ input: inout FuzzInput, _ script: ScriptResult) -> Host {
        var host = Host(address: IPAddress(family: .inet, value: 0x7F00_0001), targetName: input.text())
        host.state = .up
        host.name = input.text()
        host.reason = Reason(rawValue: input.text())
        host.times = RoundTripTimes(
            smoothed: Int(bitPattern: UInt(input.number64())),
            variance: Int(input.octet()),
            timeout: Int(bitPattern: UInt(input.number64()))
        )
        host.started = Double(bitPattern: input.number64())
        host.ended = Double(bitPattern: input.number64())
        host.macAddress = MACAddress(value: input.number64())
        host.ports.declare([80, 443], .tcp, as: PortOutcome(.open, Reason(rawValue: input.text())))
        var service = ServiceInfo(name: input.text())
        service.product = input.text()
        service.version = input.text()
        service.extraInfo = input.text()
        service.hostname = input.text()
        service.osType = input.text()
        service.cpes = [input.text()]
        service.fingerprint = input.text()
        host.ports.setService(service, for: Port(80, .tcp))
        host.ports.add(script, to: Port(80, .tcp))
        host.scripts = [script]
        return host
    }

    private static func script(_ input: inout FuzzInput) -> ScriptResult {
        let table = ScriptValue.table([
            .init(key: input.part(), value: .text(input.part())),
            .init(key: nil, value: .table([.init(key: input.part(), value: .text(input.part()))])),
        ])
        return ScriptResult(id: input.text(), ending: .ok, output: input.part(), structured: table)
    }

    /// The functions that make text safe, one by one.
    private static func escaping(_ octets: [UInt8]) throws {
        try ReportChecks.text(Array(printable(octets).utf8), "printable text")
        let text = String(decoding: octets, as: UTF8.self)
        try ReportChecks.text(Array(printable(text).utf8), "printable text")
        try ReportChecks.text(Array(dotted(text).utf8), "dotted text")
        try ReportChecks.text(Array(CSVReporter.quoted(text).utf8), "a CSV field")
        try ReportChecks.field(CSVReporter.quoted(text))
        let shown = MarkdownReporter.escaped(text).utf8
        let marks = Set("`*_{}[]<>()#!|~&".utf8)
        for (one, other) in zip([0] + shown, shown) where marks.contains(other) {
            try promise(one == UInt8(ascii: "\\"), "a mark of Markdown is not escaped")
        }
        var writer = XMLWriter()
        writer.open("a", [("b", text)])
        writer.characters(text)
        writer.comment(text)
        writer.closeAll()
        try ReportChecks.xml(writer.take())
        var json = JSONWriter()
        json.string(octets: octets)
        let written = json.take()
        try ReportChecks.text(written, "a JSON string")
        try promise((try? JSONParser.parse(written)) != nil, "a JSON string does not read")
    }
}
