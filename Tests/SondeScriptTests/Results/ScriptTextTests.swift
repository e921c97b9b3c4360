// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptTextTests {
    private func script(_ description: String?, categories: [String] = ["zeta", "Alpha"]) -> ScriptMetadata {
        ScriptMetadata(
            path: "h/d1.nse",
            categories: categories,
            description: description.map { Array($0.utf8) }
        )
    }

    @Test("help shows id, categories, address and the description, its lines that are not empty indented")
    func help() {
        #expect(
            ScriptText.help(for: script("\nfirst\n\n  inner\n\t\nlast")) == """

                d1
                Categories: zeta Alpha
                https://nmap.org/nsedoc/scripts/d1.html

                  first

                    inner
                  \t
                  last

                """
        )
    }

    @Test(
        "a description's last new line makes no line, and none or an empty one makes none",
        arguments: [
            ("a", "  a\n"), ("a\n", "  a\n"), ("a\n\n", "  a\n\n"), ("", ""), (nil, ""),
            ("a\r\nb\r\n", "  a\n  b\n"),
        ]
            as [(String?, String)]
    )
    func ends(description: String?, expected: String) {
        let head = "\nd1\nCategories: \nhttps://nmap.org/nsedoc/scripts/d1.html\n"
        #expect(ScriptText.help(for: script(description, categories: [])) == head + expected)
    }

    @Test("a description cannot steer the terminal")
    func terminal() {
        let text = ScriptText.help(for: script("caf\u{E9} \u{1B}[2J\u{7F}\u{9B}\u{202E}x\rz"))
        #expect(text.hasSuffix("  café \\x1B[2J\\x7F\\xC2\\x9B\\xE2\\x80\\xAEx\\x0Dz\n"))
        var stray = script(nil)
        stray.description = [0x61, 0xFF, 0x1B, 0x09]
        #expect(ScriptText.help(for: stray).hasSuffix("  a\\xFF\\x1B\t\n"))
    }

    @Test("XML help escapes octet by octet")
    func xml() {
        let text = ScriptText.helpXML(
            for: [
                script("\n<one> & \"two\" --- caf\u{E9} it's\r\n\t\u{1}\u{7F}"), script(nil, categories: []),
            ],
            scriptsDirectory: "/a&b/",
            libraryDirectory: nil
        )
        #expect(
            text == """
                <nse-scripts>
                <directory name="scripts" path="/a&amp;b/"></directory>
                <script filename="h/d1.nse">
                <categories><category>zeta</category><category>Alpha</category></categories>
                <description>&#xa;&lt;one&gt; &amp; &quot;two&quot; -&#45;&#45; caf&#xc3;&#xa9; it&apos;s\
                &#xd;&#xa;&#x9;\\x01\\x7F</description>
                </script>
                <script filename="h/d1.nse">
                <categories></categories>
                </script>
                </nse-scripts>

                """
        )
    }

    @Test("random descriptions never trap")
    func neverTraps() {
        var random = SplitMix(seed: 9)
        let good = Array("one\r\ntwo \u{9B} é\n\n--".utf8)
        for _ in 0..<2000 {
            var script = script(nil)
            script.description = random.mutated(good)
            _ = ScriptText.help(for: script)
            _ = ScriptText.helpXML(for: [script], scriptsDirectory: nil, libraryDirectory: nil)
        }
    }
}
