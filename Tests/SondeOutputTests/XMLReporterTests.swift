// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("XMLReporter")
struct XMLReporterTests {
    private func xml(_ events: [ScanEvent], _ options: ReportOptions = .with { _ in }) -> String {
        Scene.report(events) { XMLReporter($0, options: options) }
    }

    private func octets(_ generator: inout SplitMix, most: Int) -> [UInt8] {
        (0..<generator.next(below: most)).map { _ in UInt8(generator.next(below: 256)) }
    }

    @Test("a table that is nested too deeply is cut, and the document still ends properly")
    func deep() {
        var value = ScriptValue.table([])
        for _ in 0..<1000 { value = .table([.init(key: nil, value: value)]) }
        let result = ScriptResult(id: "deep", output: [65], structured: value)
        let text = xml([Scene.header(), .preScripts([result]), Scene.summary(up: 0, down: 0)])
        #expect((100...300).contains(text.split(separator: "\n").filter { $0 == "</table>" }.count))
        #expect(text.hasSuffix("</runstats>\n</nmaprun>\n"))
    }

    @Test("a scan that failed says so, and ends once")
    func failure() {
        let text = xml([Scene.header(), Scene.summary(up: 0, down: 0, failure: "a \"b\"\u{7}")])
        #expect(text.contains("exit=\"error\" errormsg=\"a &quot;b&quot;\\x07\"/>"))
        #expect(text.split(separator: "\n").filter { $0 == "</nmaprun>" }.count == 1)
    }

    @Test("scripts that nobody asked for are not in the ports")
    func unrequested() {
        let events = [Scene.header(), .host(Scene.richHost), Scene.summary(up: 1, down: 0)]
        #expect(xml(events).contains("<script id=\"z-tree\""))
        #expect(!xml(events, ReportOptions()).contains("<script id=\"z-tree\""))
    }

    @Test("notes of progress are rare, and only there with -v")
    func progress() {
        let notes = (0..<30).map { second in
            ScanEvent.progress(
                Progress(
                    elapsed: Double(second),
                    hostsCompleted: 0,
                    hostsUp: 0,
                    hostsActive: 1,
                    phase: .scripts,
                    done: 0,
                    total: 4,
                    runningScripts: []
                )
            )
        }
        let events = [Scene.header()] + notes
        #expect(!xml(events).contains("<taskprogress"))
        let lines = xml(events, .with { $0.verbosity = 1 }).split(separator: "\n")
        #expect(
            lines.filter { $0.hasPrefix("<taskprogress") } == [
                "<taskprogress task=\"NSE\" time=\"1795469171\" percent=\"0.00\"/>",
                "<taskprogress task=\"NSE\" time=\"1795469181\" percent=\"0.00\"/>",
            ]
        )
    }

    @Test(
        "what hosts, services and scripts say never breaks the document",
        .enabled(if: XMLLint.isInstalled, "needs xmllint")
    )
    func random() throws {
        var generator = SplitMix(state: 11)
        var events = [Scene.header()]
        for _ in 0..<40 {
            var host = Scene.plainHost()
            host.name = String(decoding: octets(&generator, most: 30), as: UTF8.self)
            host.ports.declare([80], .tcp, as: PortOutcome(.open, Reason(rawValue: host.name ?? "")))
            var service = ServiceInfo(name: String(decoding: octets(&generator, most: 30), as: UTF8.self))
            service.product = service.name
            service.fingerprint = String(decoding: octets(&generator, most: 90), as: UTF8.self)
            service.cpes = [service.fingerprint ?? ""]
            service.confidence = generator.next(below: 100) - 50
            host.ports.setService(service, for: Port(80, .tcp))
            let text = octets(&generator, most: 50)
            let table = ScriptValue.table([
                .init(key: text, value: .text(text)), .init(key: nil, value: .table([])),
            ])
            host.ports.add(ScriptResult(id: "s\u{0}", output: text, structured: table), to: Port(80, .tcp))
            events.append(.host(host))
        }
        events.append(Scene.summary(up: 40, down: 0))
        let text = xml(events)
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        #expect(try XMLLint.check(text, XMLLint.hasDTD ? "--dtdvalid '\(XMLLint.dtd)'" : "") == "")
        for style in [NormalReporter.Style.file, .terminal(errors: MemorySink())] {
            let plain = Scene.report(events) { NormalReporter($0, style: style, options: .with { _ in }) }
            #expect(plain.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 })
        }
    }
}
