// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeDatabase

@Suite("LineScanner")
struct LineScannerTests {
    @Test(
        "lines are counted, and a final newline starts none",
        arguments: [("", 0), ("a", 1), ("a\n", 1), ("\n\n", 2)]
    )
    func lines(text: String, count: Int) {
        var scanner = LineScanner(Array(text.utf8))
        while scanner.nextLine() {}
        #expect(scanner.line == count)
    }

    @Test("fields stop at blanks and at the end of the line")
    func fields() {
        var scanner = LineScanner(Array(" one\ttwo\r\nthree".utf8))
        _ = scanner.nextLine()
        let first = [scanner.field(), scanner.field(), scanner.field()]
        #expect(first.map(scanner.text) == ["one", "two", ""])
        let hasSecond = scanner.nextLine()
        let second = scanner.field()
        #expect(hasSecond)
        #expect(scanner.text(second) == "three")
        let hasThird = scanner.nextLine()
        #expect(!hasThird)
    }

    @Test(
        "numbers have a limit and never overflow",
        arguments: [("12", 12), ("255", 255), ("256", nil), ("", nil), ("99999999999999999999999", nil)]
            as [(String, Int?)]
    )
    func numbers(text: String, number: Int?) {
        var scanner = LineScanner(Array(text.utf8))
        _ = scanner.nextLine()
        let read = scanner.number(upTo: 255)
        #expect(read == number)
    }
}
