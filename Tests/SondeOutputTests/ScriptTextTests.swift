// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("ScriptText")
struct ScriptTextTests {
    @Test(
        "text becomes lines with the marks of script output",
        arguments: [
            ("plain", ["|_h: plain"]), ("a\nb\n", ["| h: a", "|_b"]), ("\n", ["|_h: "]), ("", []),
            ("\nlead\n\nmid\n\n", ["| h: ", "| lead", "| ", "| mid", "|_"]), ("é", ["|_h: \\xC3\\xA9"]),
            ("bin\0\u{1}\u{7F}\ttab\r\nend", ["| h: bin\\x00\\x01\\x7F\ttab\\x0D", "|_end"]),
        ]
    )
    func lines(_ output: String, _ lines: [String]) {
        #expect(ScriptText.lines(ScriptResult(id: "h", output: Array(output.utf8))) == lines)
    }

    @Test("octets that are no UTF-8 stay readable, also in the id")
    func octets() {
        let result = ScriptResult(id: "i\u{1B}d", output: [0x80, 0xFF])
        #expect(ScriptText.lines(result) == ["|_i\\x1Bd: \\x80\\xFF"])
    }

    @Test("random octets never reach a line as control characters")
    func random() {
        var generator = SplitMix(state: 3)
        for _ in 0..<300 {
            let output = (0..<generator.next(below: 60)).map { _ in UInt8(generator.next(below: 256)) }
            for line in ScriptText.lines(ScriptResult(id: "h", output: output)) {
                #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 9 })
                #expect(line.hasPrefix("| ") || line.hasPrefix("|_"))
            }
        }
    }
}
