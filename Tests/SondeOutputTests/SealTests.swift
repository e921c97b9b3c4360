// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeText
import Testing

@testable import SondeOutput

@Suite struct SealTests {
    private static let makers: [String: (MemorySink) -> any Reporter] = [
        "xml": { XMLReporter($0, options: .with { _ in }) },
        "jsonl": { JSONLinesReporter($0) },
        "html": { HTMLReporter($0, options: .with { _ in }) },
        "sarif": { SARIFReporter($0, options: .with { $0.vulnerabilityScripts = ["z-tree", "number"] }) },
        "csv": { CSVReporter($0, options: .with { _ in }) },
        "md": { MarkdownReporter($0, options: .with { _ in }) },
        "nmap": { NormalReporter($0, style: .file, options: .with { _ in }) },
        "gnmap": { GrepableReporter($0, options: .with { _ in }) },
    ]

    private func mended(_ octets: [UInt8]) -> [UInt8]? {
        switch Seal.mend(octets) {
        case .complete: octets
        case .mended(let kept, let ending): Array(octets.prefix(kept)) + ending
        case .unknown: nil
        }
    }

    @Test("a complete report is left alone", arguments: makers.keys.sorted())
    func complete(format: String) throws {
        let text = Scene.report(Scene.scan(), try #require(Self.makers[format]))
        #expect(Seal.mend(Array(text.utf8)) == .complete)
    }

    @Test("a report cut anywhere becomes one that needs no more mending", arguments: makers.keys.sorted())
    func cut(format: String) throws {
        let whole = Array(Scene.report(Scene.scan(), try #require(Self.makers[format])).utf8)
        for length in stride(from: 200, to: whole.count, by: 97) {
            guard let sealed = mended(Array(whole.prefix(length))) else {
                #expect(length < 700, "cut at \(length) is not known")
                continue
            }
            #expect(Seal.mend(sealed) == .complete, "\(format) cut at \(length)")
        }
    }

    @Test("mended JSON parses", arguments: ["jsonl", "sarif"])
    func json(format: String) throws {
        let whole = Array(Scene.report(Scene.scan(), try #require(Self.makers[format])).utf8)
        for length in stride(from: 200, to: whole.count, by: 31) {
            let sealed = try #require(mended(Array(whole.prefix(length))))
            let lines = format == "sarif" ? [sealed[...]] : sealed.split(separator: UInt8(ascii: "\n"))
            for line in lines { _ = try JSONParser.parse(line) }
        }
    }

    @Test("mended XML is valid", .enabled(if: XMLLint.isInstalled && XMLLint.hasDTD, "xmllint and the DTD"))
    func xml() throws {
        let whole = Array(Scene.report(Scene.scan(), try #require(Self.makers["xml"])).utf8)
        for length in stride(from: 60, to: whole.count, by: 409) {
            let sealed = try #require(mended(Array(whole.prefix(length))))
            let complaint = try XMLLint.check(
                String(decoding: sealed, as: UTF8.self),
                "--dtdvalid \(XMLLint.dtd)"
            )
            #expect(complaint.isEmpty, "cut at \(length)")
        }
    }
}
