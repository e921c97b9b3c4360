// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeText
import Testing

@testable import SondeOutput

@Suite("Reports of systems and ways")
struct SystemReportTests {
    private func lines(_ events: [ScanEvent]) throws -> [JSONValue] {
        let text = Scene.report(events) { JSONLinesReporter($0) }
        return try text.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
    }

    @Test("what JSON says of a system and a way reads back as it was")
    func roundTrip() throws {
        let host = Scene.tracedHost
        var writer = JSONWriter()
        writer.beginObject()
        writer.systemMembers(host)
        writer.traceMembers(host)
        writer.endObject()
        let value = try JSONParser.parse(writer.octets)
        var read = Host(address: host.address)
        value.addSystem(to: &read)
        value.addTrace(to: &read)
        #expect(read.os == host.os && read.distance == host.distance && read.traceProbe == host.traceProbe)
        #expect(read.hops.map(\.address) == host.hops.map(\.address))
        #expect(read.hops.map(\.sharedWith) == host.hops.map(\.sharedWith))
        #expect(TraceText.lines(read) == TraceText.lines(host))
    }

    @Test("ways traced with IP protocols, and those on the own link, read back too")
    func probes() throws {
        for probe in [TraceProbe.ipProtocol(1, name: "icmp"), .none, .port(Port(53, .udp))] {
            var host = Scene.tracedHost
            host.traceProbe = probe
            var writer = JSONWriter()
            writer.beginObject()
            writer.traceMembers(host)
            writer.endObject()
            var read = Host(address: host.address)
            try JSONParser.parse(writer.octets).addTrace(to: &read)
            #expect(read.traceProbe == probe)
        }
    }

    @Test("a trace record comes before its host, which has the system")
    func records() throws {
        let found = try lines(Scene.tracedScan)
        let types = found.compactMap { $0["type"]?.text }.filter { $0 != "port" }
        #expect(types == ["start", "trace", "host", "trace", "host", "stats"])
        let trace = try #require(found.first { $0["type"]?.text == "trace" })
        #expect(trace["port"]?.integer == 443 && trace["hops"]?.elements.count == 3)
        let host = try #require(found.first { $0["type"]?.text == "host" })
        let system = try #require(host["os"])
        #expect(system["verdict"]?.text == "matches" && system["uptime"]?.integer == 86_405)
        #expect(host["mac_vendor"]?.text == "Lab & Sons")
    }

    @Test("every line of every scan fits the documented schema")
    func schema() throws {
        let check = try SchemaCheck()
        var record = ScriptRecord(id: "x", phase: .prerule, state: .denied, started: 1, duration: 2)
        record.denials = [.init(subject: "exec", remedy: "--allow exec")]
        record.result = Scene.tree("x")
        for events in [Scene.tracedScan, Scene.scan(), [.script(record)]] {
            for line in try lines(events) { #expect(check.complaints(line) == []) }
        }
    }

    @Test("the schema refuses lines that break it")
    func schemaRefuses() throws {
        let check = try SchemaCheck()
        let wrong = [
            #"{"type":"trace","host":"192.0.2.1","name":null,"port":1,"protocol":"tcp","hops":[]}"#,
            #"{"type":"port","host":"192.0.2.1"}"#, #"{"type":"stats","final":"no","elapsed":1}"#,
        ]
        for line in wrong { #expect(try !check.complaints(JSONParser.parse(Array(line.utf8))).isEmpty) }
    }

    @Test("CSV names system and way in every row of their host")
    func csv() throws {
        let text = Scene.report(Scene.tracedScan) { CSVReporter($0, options: .with { _ in }) }
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("127.0.0.77") }
        #expect(!rows.isEmpty)
        for row in rows {
            #expect(
                row.hasSuffix(
                    "02:77:00:00:00:AB,Lab Linux 9.1 - 9.4,97,86405,3,10.0.0.1 > * > 127.0.0.77"
                )
            )
        }
        let counts = Set(
            text.split(separator: "\n").filter { !$0.contains("\"") }.map { $0.count { $0 == "," } }
        )
        #expect(counts == [CSVReporter.columns.count - 1])
    }

    @Test("Markdown has system, uptime, distance and way")
    func markdown() throws {
        let text = Scene.report(Scene.tracedScan) { MarkdownReporter($0, options: .with { _ in }) }
        #expect(text.contains("- System: probably Lab Linux 9.1 - 9.4 \\(97%\\)\n"))
        #expect(text.contains("- Up for: 1.0 days\n") && text.contains("- Distance: 3 hops\n"))
        #expect(text.contains("- Route: 10.0.0.1 \\> \\* \\> 127.0.0.77\n"))
    }

    @Test("HTML holds both as data, and findings name the system")
    func others() throws {
        let html = Scene.report(Scene.tracedScan) { HTMLReporter($0, options: .with { _ in }) }
        #expect(html.contains("\"os\":{\"verdict\":\"matches\"") && html.contains("\"trace\":{\"port\":443"))
        #expect(html.contains("Lab\\u003cb\\u003e"))
        var host = Scene.tracedHost
        host.scripts = [ScriptResult(id: "hole", output: Scene.text("VULNERABLE"))]
        let sarif = Scene.report([Scene.header(), .host(host)]) {
            SARIFReporter($0, options: .with { $0.vulnerabilityScripts = ["hole"] })
        }
        #expect(sarif.contains("\"os\":\"Lab Linux 9.1 - 9.4\""))
    }
}
