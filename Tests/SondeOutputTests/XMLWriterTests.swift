// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("XMLWriter")
struct XMLWriterTests {
    private func escaped(_ text: String) -> String {
        var writer = XMLWriter()
        writer.characters(text)
        return String(decoding: writer.text, as: UTF8.self)
    }

    @Test(
        "characters with a meaning in XML are escaped",
        arguments: [
            ("<a href=\"b\">&'", "&lt;a href=&quot;b&quot;&gt;&amp;&apos;"), ("a-b", "a-b"),
            ("--x---", "-&#45;x-&#45;&#45;"), ("\t\n\r", "&#x9;&#xa;&#xd;"), ("é€", "&#xe9;&#x20ac;"),
            ("\u{0}\u{1B}\u{7F}", "\\x00\\x1B\\x7F"), ("\u{FFFE}", "\\xEF\\xBF\\xBE"), ("\r\n", "&#xd;&#xa;"),
        ]
    )
    func escaping(_ text: String, _ expected: String) { #expect(escaped(text) == expected) }

    @Test("attributes without a value are left out")
    func attributes() {
        var writer = XMLWriter()
        writer.open("a", [("b", "1"), ("c", nil)])
        writer.empty("d", [("e", "\"")])
        writer.element("f", text: "<")
        writer.close()
        #expect(
            String(decoding: writer.take(), as: UTF8.self) == "<a b=\"1\"><d e=\"&quot;\"/><f>&lt;</f></a>"
        )
        #expect(writer.take().isEmpty)
    }

    @Test("closing all ends every open element, innermost first")
    func closingAll() {
        var writer = XMLWriter()
        writer.open("a")
        writer.open("b")
        writer.closeAll()
        writer.close()
        #expect(String(decoding: writer.take(), as: UTF8.self) == "<a><b></b>\n</a>\n")
    }

    @Test(
        "any text reads back as itself",
        .enabled(if: XMLLint.isInstalled, "needs xmllint"),
        arguments: ["--", "a\u{2028}b", "]]>", "\n \t x\r\n", "😀é", "<!-- & -->"]
    )
    func readsBack(_ text: String) throws {
        var writer = XMLWriter()
        writer.open("a", [("b", text)])
        writer.characters(text)
        writer.close()
        let document = String(decoding: writer.take(), as: UTF8.self)
        #expect(try XMLLint.check(document) == "")
        #expect(try XMLLint.evaluate(document, "string-length(/a/@b)") == "\(text.unicodeScalars.count)\n")
        #expect(try XMLLint.evaluate(document, "/a/@b = /a/text()") == "true\n")
    }

    @Test(
        "random octets give printable ASCII that is well-formed",
        .enabled(if: XMLLint.isInstalled, "needs xmllint")
    )
    func randomOctets() throws {
        var generator = SplitMix(state: 7)
        var writer = XMLWriter()
        writer.open("a")
        for _ in 0..<500 {
            let octets = (0..<generator.next(below: 40)).map { _ in UInt8(generator.next(below: 256)) }
            let text = String(decoding: octets, as: UTF8.self)
            writer.comment(text)
            writer.element("b", [("c", text)], text: text)
        }
        writer.closeAll()
        let octets = writer.take()
        #expect(octets.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        #expect(try XMLLint.check(String(decoding: octets, as: UTF8.self)) == "")
    }
}

/// Repeatable random numbers (SplitMix64).
struct SplitMix {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ value >> 31) % UInt64(limit))
    }
}
