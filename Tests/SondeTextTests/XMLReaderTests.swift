// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeText

@Suite struct XMLReaderTests {
    private func pieces(_ text: String) throws -> [XMLReader.Piece] {
        var reader = XMLReader(Array(text.utf8))
        var pieces: [XMLReader.Piece] = []
        while let piece = try reader.next() { pieces.append(piece) }
        return pieces
    }

    @Test("elements, attributes, text and references are read")
    func document() throws {
        let text = """
            <?xml version="1.0"?>
            <!DOCTYPE nmaprun>
            <!-- a comment with <tags> -->
            <a b='1&lt;&#x41;&#66;' c="'"><d/>x&amp;y<![CDATA[<z>]]></a>

            """
        #expect(
            try pieces(text) == [
                .start("a", [.init(name: "b", value: "1<AB"), .init(name: "c", value: "'")]), .start("d", []),
                .end("d"), .text("x&y"), .text("<z>"), .end("a"),
            ]
        )
    }

    @Test(
        "what is no XML, or not allowed, is one error",
        arguments: [
            "", "text", "<a>", "<a></b>", "<a b></a>", "<a b=1></a>", "<a b=\"1></a>", "<a>&nbsp;</a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a/><b/>", "<a>&#0;</a>", "<a>&#xD800;</a>",
            "</a>",
            "<a><!-- </a>", "<a><![CDATA[ </a>", "< a/>", "<a/>text",
        ]
    )
    func refused(text: String) {
        #expect(throws: TextError.self) { try pieces(text) }
    }

    @Test("elements that nest 200,000 deep are refused")
    func depth() {
        #expect(throws: TextError.self) { try pieces(String(repeating: "<host>", count: 200_000)) }
    }

    @Test("an error names its line")
    func line() {
        let error = #expect(throws: TextError.self) { try pieces("<a>\n\n<b></c></a>") }
        #expect(error?.line == 3)
    }

    @Test("mutated documents never trap")
    func mutations() {
        let good = Array("<?xml version='1.0'?><a b='&lt;&#65;'><c>t</c><!-- x --><d e=\"f\"/></a>".utf8)
        for _ in 0..<3000 {
            var text = good
            for _ in 0..<Int.random(in: 1...4) {
                text[Int.random(in: 0..<text.count)] = UInt8.random(in: 0...255)
            }
            var reader = XMLReader(Array(text.prefix(Int.random(in: 0...text.count))))
            while let piece = try? reader.next() { _ = piece }
        }
    }
}
