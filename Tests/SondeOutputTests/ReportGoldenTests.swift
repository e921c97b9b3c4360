// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import Testing

@testable import SondeOutput

@Suite("Reports, whole")
struct ReportGoldenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let options: ReportOptions
        let events: [ScanEvent]
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "scan", options: .with { _ in }, events: Scene.scan()),
        Case(
            name: "scan-verbose",
            options: .with {
                $0.verbosity = 1
                $0.showReason = true
                $0.versionRequested = true
                $0.stylesheet = .none
            },
            events: Scene.scan(verbosity: 1)
        ),
        Case(
            name: "scan-open-reason",
            options: .with {
                $0.openOnly = true
                $0.showReason = true
                $0.scriptsRequested = false
                $0.stylesheet = .file("/my data/50%#1.xsl")
            },
            events: Scene.scan()
        ),
        Case(
            name: "failure",
            options: .with { _ in },
            events: [
                Scene.header(), .host(Scene.plainHost()),
                Scene.summary(up: 1, down: 0, failure: "no <route>"),
            ]
        ),
        Case(
            name: "system",
            options: .with {
                $0.osRequested = true
                $0.verbosity = 1
            },
            events: Scene.tracedScan
        ),
        Case(
            name: "host-down",
            options: .with { _ in },
            events: [Scene.header(), .host(Scene.downHost), Scene.summary(up: 0, down: 1)]
        ),
        Case(
            name: "stopped",
            options: .with { _ in },
            events: [Scene.header(arguments: "--a--b \"é\u{7}\" "), .host(Scene.richHost)]
        ),
    ]

    @Test("the file of -oN is as expected", arguments: cases)
    func normalFile(_ one: Case) throws {
        let text = Scene.report(one.events) { NormalReporter($0, style: .file, options: one.options) }
        try Golden.expect(text, is: one.name + ".txt")
    }

    @Test("the terminal's text is as expected", arguments: cases)
    func terminal(_ one: Case) throws {
        let text = Scene.report(one.events) {
            NormalReporter($0, style: .terminal(errors: $0), options: one.options)
        }
        try Golden.expect(text, is: one.name + ".terminal.txt")
    }

    @Test("the grepable file is as expected", arguments: cases)
    func grepable(_ one: Case) throws {
        let text = Scene.report(one.events) { GrepableReporter($0, options: one.options) }
        try Golden.expect(text, is: one.name + ".gnmap")
    }

    @Test("the XML file is as expected", arguments: cases)
    func xml(_ one: Case) throws {
        let text = Scene.report(one.events) { XMLReporter($0, options: one.options) }
        try Golden.expect(text, is: one.name + ".xml")
    }

    @Test(
        "XML is valid against Nmap's DTD",
        .enabled(if: XMLLint.isInstalled && XMLLint.hasDTD, "needs xmllint and nmap's nmap.dtd"),
        arguments: cases
    )
    func dtd(_ one: Case) throws {
        let text = Scene.report(one.events) { XMLReporter($0, options: one.options) }
        #expect(try XMLLint.check(text, "--dtdvalid '\(XMLLint.dtd)'") == "")
    }

    @Test(
        "after every event only end tags are missing from the XML",
        .enabled(if: XMLLint.isInstalled, "needs xmllint"),
        arguments: cases
    )
    func onlyEndTagsMissing(_ one: Case) throws {
        let sink = MemorySink()
        let reporter = XMLReporter(sink, options: one.options)
        for event in one.events {
            try reporter.handle(event)
            #expect(sink.flushed == sink.octets.count)
            let rest = sink.text.contains("</nmaprun>") ? "" : "</nmaprun>"
            #expect(try XMLLint.check(sink.text + rest) == "")
        }
    }
}
