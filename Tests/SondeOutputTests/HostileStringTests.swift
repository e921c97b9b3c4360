// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import SondeText
import Testing

@testable import SondeOutput

@Suite struct HostileStringTests {
    /// A host whose every text tries to become something else.
    private static let host: SondeModel.Host = {
        let text =
            "</script><img src=x onerror=alert(1)>=cmd|' /C calc'!A1\u{1B}[31m\u{202E}`|\"\n# h\r\n<!--"
        var host = Scene.plainHost()
        host.name = text
        host.ports.declare([80], .tcp, as: PortOutcome(.open, .synAck))
        var service = ServiceInfo(name: text)
        service.product = text
        host.ports.setService(service, for: Port(80, .tcp))
        let result = ScriptResult(id: "x", output: Array(text.utf8) + [0, 0xFF])
        host.ports.add(result, to: Port(80, .tcp))
        return host
    }()

    private var events: [ScanEvent] { [Scene.header(), .host(Self.host), Scene.summary(up: 1, down: 0)] }

    @Test("HTML holds no markup but its own, and its data parses")
    func html() throws {
        let text = Scene.report(events) { HTMLReporter($0, options: .with { _ in }, nonce: 1) }
        #expect(!text.contains("<img") && !text.contains("</script><img") && !text.contains("\u{1B}"))
        let blocks = text.components(separatedBy: HTMLReporter.blockStart).dropFirst()
        #expect(blocks.count == 3)
        for block in blocks {
            let end = try #require(block.range(of: "</script>"))
            _ = try JSONParser.parse(Array(block[..<end.lowerBound].utf8))
        }
    }

    @Test("a CSV row is one line, and no field is a formula")
    func csv() throws {
        let text = Scene.report(events) { CSVReporter($0, options: .with { _ in }) }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && !text.contains("\u{1B}") && !text.contains("\r"))
        #expect(CSVReporter.quoted("=1+1") == "\"'=1+1\"" && CSVReporter.quoted("a\"b") == "\"a\"\"b\"")
    }

    @Test("a mark with an accent above it is still a mark to those who read the report")
    func combined() {
        #expect(CSVReporter.quoted("a,\u{301}b") == "\"a,\u{301}b\"")
        #expect(CSVReporter.quoted("=\u{301}1") == "\"'=\u{301}1\"")
        #expect(CSVReporter.quoted("a\"\u{301}") == "\"a\"\"\u{301}\"")
        #expect(CSVReporter.quoted("a\u{2066}b\u{202E}") == "a?b?")
        #expect(MarkdownReporter.escaped("[\u{301}a]<\u{301}b") == "\\[\u{301}a\\]\\<\u{301}b")
    }

    @Test("lines of a script that end as the network ends lines are lines in Markdown")
    func networkLines() {
        let result = ScriptResult(id: "x", output: Array("one\r\ntwo\r\n".utf8))
        let events: [ScanEvent] = [Scene.header(), .preScripts([result]), Scene.summary(up: 0, down: 0)]
        let text = Scene.report(events) { MarkdownReporter($0, options: .with { _ in }) }
        #expect(text.contains("\n    one\n    two\n"))
    }

    @Test("Markdown shows text as text")
    func markdown() {
        let text = Scene.report(events) { MarkdownReporter($0, options: .with { _ in }) }
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
        // Outside of indented blocks every angle bracket is escaped.
        for line in text.split(separator: "\n") where !line.hasPrefix("    ") {
            #expect(!line.replacingOccurrences(of: "\\<", with: "").contains("<"))
        }
    }

    @Test("SARIF names what vuln scripts found, and nothing of others")
    func sarif() throws {
        let state = { (state: String) in
            ScriptValue.table([
                .init(key: Array("title".utf8), value: .text(Array("Bad".utf8))),
                .init(key: Array("state".utf8), value: .text(Array(state.utf8))),
            ])
        }
        var host = Scene.plainHost()
        host.ports.declare([443], .tcp, as: PortOutcome(.open, .synAck))
        let findings = ScriptValue.table([
            .init(key: Array("CVE-2014-0160".utf8), value: state("VULNERABLE")),
            .init(key: Array("CVE-1".utf8), value: state("NOT VULNERABLE")),
            .init(key: Array("CVE-2".utf8), value: state("LIKELY VULNERABLE")),
        ])
        host.ports.add(
            ScriptResult(id: "v", output: Array("VULNERABLE".utf8), structured: findings),
            to: Port(443, .tcp)
        )
        host.ports.add(ScriptResult(id: "other", output: Array("VULNERABLE".utf8)), to: Port(443, .tcp))
        let text = Scene.report([Scene.header(), .host(host), Scene.summary(up: 1, down: 0)]) {
            SARIFReporter($0, options: .with { $0.vulnerabilityScripts = ["v"] })
        }
        let run = try #require(try JSONParser.parse(Array(text.utf8))["runs"]?.elements.first)
        let results = run["results"]?.elements ?? []
        #expect(results.compactMap { $0["ruleId"]?.text } == ["CVE-2014-0160", "CVE-2"])
        #expect(results.compactMap { $0["level"]?.text } == ["error", "warning"])
        #expect(run["tool"]?["driver"]?["rules"]?.elements.count == 2)
    }
}
