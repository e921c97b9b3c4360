// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("Printable text")
struct PrintableTextTests {
    @Test("all but printable ASCII is told in hexadecimal")
    func hexadecimal() {
        #expect(
            printable([0, 9, 10, 13, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0xFF])
                == "\\x00\\x09\\x0A\\x0D\\x1F ~\\x7F\\x80\\xFF"
        )
        #expect(printable("é\u{1B}[31m") == "\\xC3\\xA9\\x1B[31m")
    }

    @Test("what is to be kept stays")
    func kept() {
        #expect(printable("\t\n\r", keeping: .tab) == "\t\\x0A\\x0D")
        #expect(printable("\t\n\r", keeping: [.tab, .lineFeed]) == "\t\n\\x0D")
        #expect(printable("\t\n\r", keeping: [.tab, .lineFeed, .carriageReturn]) == "\t\n\r")
    }

    @Test("texts of services have a dot for each octet")
    func dots() { #expect(dotted("a\u{0}é\n~") == "a....~") }
}
