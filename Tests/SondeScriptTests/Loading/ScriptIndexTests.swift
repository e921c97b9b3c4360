// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptIndexTests {
    private func index(_ text: String) throws -> ScriptIndex { try ScriptIndex(parsing: Array(text.utf8)) }

    @Test("the usual form gives file names, names and categories in order")
    func usualForm() throws {
        let index = try index(
            """
            Entry { filename = "moon-phase.nse", categories = { "safe", "discovery", } }
            Entry { filename = "tide.nse", categories = { } }

            """
        )
        #expect(index.entries.map(\.fileName) == ["moon-phase.nse", "tide.nse"])
        #expect(index.entries.map(\.name) == ["moon-phase", "tide"])
        #expect(index.entries.map(\.categories) == [["safe", "discovery"], []])
    }

    @Test(
        "white space, quotes, comments, separators and field order do not matter",
        arguments: [
            "Entry{filename='a.nse',categories={'x','y'}}",
            "Entry { categories = { \"x\"; \"y\" }; filename = \"a.nse\" };",
            "\r\n\tEntry\n(\n{ filename = \"a.nse\",\n categories = {\n'x',\n'y',\n},\n}\n) ;;",
            "-- made by hand\nEntry { filename = \"a.nse\", -- here\n categories = { \"x\", \"y\", } }",
            "Entry{ category = \"x\", filename = \"a.nse\" }\nEntry{ category = \"y\", filename = \"a.nse\" }",
            #"Entry { filename = "\097\046nse", categories = { "x", "y" } }"#,
        ]
    )
    func tolerance(text: String) throws {
        #expect(try index(text) == ScriptIndex(entries: [.init(fileName: "a.nse", categories: ["x", "y"])]))
    }

    @Test("an empty file is an empty index")
    func empty() throws {
        #expect(try index("").entries.isEmpty)
        #expect(try index(" \n-- nothing").entries.isEmpty)
    }

    @Test(
        "corrupt text is refused with its line",
        arguments: [
            ("x", 1, "expected 'Entry', found 'x'"),
            ("\n\n)", 3, "expected 'Entry', found ')'"),
            ("Entry {", 1, "expected a field or '}', found the end of the file"),
            ("Entry { filename = \"a.nse\" }", 1, "entry without categories"),
            ("\nEntry {\n categories = {} }", 2, "entry without filename"),
            ("Entry { filename \"a.nse\" }", 1, "expected '=', found '\"'"),
            ("Entry { filename = \"a.nse\n\" }", 1, "string is not closed"),
            ("Entry { filename = \"\", categories = {} }", 1, "filename is empty or has control characters"),
            (
                "Entry { filename = \"a\\000.nse\", categories = {} }", 1,
                "filename is empty or has control characters"
            ),
            ("Entry { filename = \"\\999\" }", 1, "escape sequence is too large"),
            ("Entry { filename = \"\\q\" }", 1, "unknown escape sequence in string"),
            ("Entry { speed = \"1\" }", 1, "unknown field 'speed'"),
            ("Entry { categories = { \"a\" \"b\" } }", 1, "expected ',' or '}', found '\"'"),
            ("Entry { categories = \u{1} }", 1, "expected '{', found octet 1"),
            ("os.execute('true')", 1, "expected 'Entry', found 'os'"),
        ]
    )
    func corrupt(text: String, line: Int, reason: String) throws {
        let error = try #require(throws: ScriptIndexError.self) { try index(text) }
        #expect(error.line == line)
        #expect(error.reason == reason)
        #expect(error.description.hasPrefix("script.db:\(line): "))
    }

    @Test("a string longer than any file name is refused")
    func longString() {
        let text = "Entry { filename = \"" + String(repeating: "a", count: 5000) + "\", categories = {} }"
        #expect(throws: ScriptIndexError.self) { try index(text) }
    }

    @Test("the writer sorts files and categories and folds case")
    func writing() {
        let index = ScriptIndex(entries: [
            .init(fileName: "b.nse", categories: ["Zeta", "alpha", "default"]),
            .init(fileName: "a.nse", categories: []),
            .init(fileName: "C.nse", categories: ["safe"]),
        ])
        let expected = """
            Entry { filename = "C.nse", categories = { "safe", } }
            Entry { filename = "a.nse", categories = { } }
            Entry { filename = "b.nse", categories = { "alpha", "default", "zeta", } }

            """
        #expect(String(decoding: index.fileContents(), as: UTF8.self) == expected)
    }

    @Test("what is written reads back, whatever the names hold")
    func roundTrip() throws {
        let index = ScriptIndex(entries: [
            .init(fileName: "a\"b\\c.nse", categories: ["\u{7}bell", "it's"]),
            .init(fileName: "é.nse", categories: ["ü"]),
        ])
        #expect(try ScriptIndex(parsing: index.fileContents()) == index)
    }

    @Test("damaged text never traps")
    func neverTraps() {
        let good = Array("Entry { filename = \"a\\010b.nse\", categories = { 'x', \"y\", } } -- c\n".utf8)
        var random = SplitMix(seed: 1)
        for _ in 0..<3000 {
            _ = try? ScriptIndex(parsing: random.mutated(good))
        }
    }
}
