// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeText
import Testing

@testable import SondeOutput

@Suite struct SealTests {
    private static let formats = ["csv", "gnmap", "html", "jsonl", "md", "nmap", "sarif", "xml"]

    private func make(_ format: String) -> String {
        let options = ReportOptions.with { $0.vulnerabilityScripts = ["z-tree", "number"] }
        return Scene.report(Scene.scan()) { sink -> any Reporter in
            switch format {
            case "xml": XMLReporter(sink, options: options)
            case "jsonl": JSONLinesReporter(sink, options: options)
            case "html": HTMLReporter(sink, options: options)
            case "sarif": SARIFReporter(sink, options: options)
            case "csv": CSVReporter(sink, options: options)
            case "md": MarkdownReporter(sink, options: options)
            case "nmap": NormalReporter(sink, style: .file, options: options)
            default: GrepableReporter(sink, options: options)
            }
        }
    }

    @Test("a document that ends with its first tag gets no second one")
    func emptyRoot() {
        #expect(Seal.mend(Array("<nmaprun version=\"1\"/>\n<host>".utf8)) == .unknown)
    }

    @Test("a time that is none is not copied into the ending")
    func forgedTime() throws {
        let cut = "<nmaprun><host endtime=\"1&quot;/>&lt;evil\"><status state=\"up\"/></host>"
        let whole = try #require(mended(Array(cut.utf8)))
        #expect(String(decoding: whole, as: UTF8.self).contains("<finished time=\"0\""))
        var reader = XMLReader(whole)
        while try reader.next() != nil {}
    }

    private func mended(_ octets: [UInt8]) -> [UInt8]? {
        switch Seal.mend(octets) {
        case .complete: octets
        case .mended(let kept, let ending): Array(octets.prefix(kept)) + ending
        case .unknown: nil
        }
    }

    @Test("a complete report is left alone", arguments: formats)
    func complete(format: String) throws {
        let text = make(format)
        #expect(Seal.mend(Array(text.utf8)) == .complete)
    }

    @Test("a report cut anywhere becomes one that needs no more mending", arguments: formats)
    func cut(format: String) throws {
        let whole = Array(make(format).utf8)
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
        let whole = Array(make(format).utf8)
        for length in stride(from: 200, to: whole.count, by: 31) {
            let sealed = try #require(mended(Array(whole.prefix(length))))
            let lines = format == "sarif" ? [sealed[...]] : sealed.split(separator: UInt8(ascii: "\n"))
            for line in lines { _ = try JSONParser.parse(line) }
        }
    }

    @Test("mended XML is valid", .enabled(if: XMLLint.isInstalled && XMLLint.hasDTD, "xmllint and the DTD"))
    func xml() throws {
        let whole = Array(make("xml").utf8)
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
