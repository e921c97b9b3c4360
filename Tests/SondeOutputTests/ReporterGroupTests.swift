// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("ReporterGroup")
struct ReporterGroupTests {
    @Test("a report that fails does not stop the others and is named once", arguments: [0, 100, 700, 3000])
    func failure(_ limit: Int) {
        let full = MemorySink()
        let broken = MemorySink()
        broken.limit = limit
        var seen: [OutputError] = []
        let options = ReportOptions.with { _ in }
        let group = ReporterGroup(
            [XMLReporter(broken, options: options), NormalReporter(full, style: .file, options: options)]
        ) { seen.append($0) }
        for event in Scene.scan() { group.handle(event) }
        group.finish()
        #expect(seen == [OutputError(.write, file: "memory", systemCode: 28)])
        #expect(group.failures == seen)
        #expect(full.isClosed)
        #expect(full.text.contains("# Sonde done at"))
        #expect(broken.octets.count <= limit)
    }

    @Test("nothing is written before the scan has started, and finishing at once is no failure")
    func nothing() {
        let sinks = (0..<3).map { _ in MemorySink() }
        let options = ReportOptions()
        let group = ReporterGroup([
            XMLReporter(sinks[0], options: options), GrepableReporter(sinks[1], options: options),
            NormalReporter(sinks[2], style: .file, options: options),
        ])
        group.finish()
        #expect(group.failures.isEmpty)
        #expect(sinks.allSatisfy { $0.isClosed && $0.octets.isEmpty })
    }

    @Test("events that come together give the same reports as one by one, messages in their places")
    func batches() {
        let options = ReportOptions.with { $0.verbosity = 1 }
        var texts: [String] = []
        for isTogether in [false, true] {
            let terminal = MemorySink()
            let file = MemorySink()
            let group = ReporterGroup([
                NormalReporter(terminal, style: .terminal(errors: terminal), options: options),
                XMLReporter(file, options: options),
            ])
            if isTogether {
                group.handle(Scene.scan(verbosity: 1))
            } else {
                for event in Scene.scan(verbosity: 1) { group.handle(event) }
            }
            group.finish()
            #expect(group.failures.isEmpty)
            texts.append(terminal.text + file.text)
        }
        #expect(texts[0] == texts[1])
    }
}
