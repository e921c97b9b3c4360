// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeIO
import SondeRegex
import Testing

@testable import SondeScan

@Suite("PatternLiterals")
struct PatternLiteralsTests {
    private func runs(_ pattern: String) -> [String] {
        PatternLiterals(Array(pattern.utf8)[...]).runs.map { String(decoding: $0, as: UTF8.self) }
    }

    private func prefix(_ pattern: String) -> String {
        String(decoding: PatternLiterals(Array(pattern.utf8)[...]).prefix, as: UTF8.self)
    }

    @Test(
        "what every match contains is found",
        arguments: [
            ("abc", ["abc"]), (#"ab\.c\r\n"#, ["ab.c\r\n"]), ("ab*c", ["a", "c"]), ("ab+c", ["ab", "c"]),
            ("ab?c", ["a", "c"]), ("ab{2,}c", ["ab", "c"]), ("ab{0,3}c", ["a", "c"]), ("ab{x}", ["ab{x}"]),
            ("a[bc]d", ["a", "d"]), ("a[]b]d", ["a", "d"]), (#"a[\]b]d"#, ["a", "d"]),
            ("a[[:alpha:]]d", ["a", "d"]),
            ("a.d", ["a", "d"]), (#"a\d+d"#, ["a", "d"]), ("a(bc)d", ["a", "bc", "d"]),
            ("a(bc)?d", ["a", "d"]),
            ("a(b|c)d", ["a", "d"]), ("a(?:bc)d", ["a", "bc", "d"]), ("a(?!bc)d", ["a", "d"]),
            ("a(?=bc)d", ["a", "d"]), ("a(?<!b)d", ["a", "d"]), ("a(?<n>bc)d", ["a", "bc", "d"]),
            ("a(?#bc)d", ["a", "d"]), ("ab(?#c)*d", []), ("ab(?#c)(?#d){0,2}e", []),
            (#"\x41\x4a\0\01z"#, ["AJ\0\u{1}z"]),
            (#"a\p{L}b\pLc"#, ["a", "b", "c"]), ("a{,3}b", ["b"]), ("ab*?c", ["a", "c"]),
            ("(a(b)c)", ["a", "b", "c"]),
        ] as [(String, [String])]
    )
    func found(pattern: String, expected: [String]) { #expect(runs(pattern) == expected) }

    @Test(
        "nothing is made up where the syntax is not followed",
        arguments: [
            "ab|cd", #"ab\Qcd\E"#, "(?i)ab", #"(a)b\1"#, "a(?(1)b)c", #"\x{41}b"#, "ab)c", "(ab", #"ab\K"#,
            "(*UTF)ab", #"ab\"#,
        ]
    )
    func unread(pattern: String) { #expect(runs(pattern).isEmpty && prefix(pattern).isEmpty) }

    @Test("what a match begins with is known if it is bound to the start")
    func prefixes() {
        #expect(prefix("^abc.") == "abc")
        #expect(prefix("^ab?c") == "a")
        #expect(prefix("^[ab]c") == "")
        #expect(prefix("abc") == "")
        #expect(prefix("^abc|d") == "")
        #expect(prefix("^(?!a)bc") == "")
    }

    @Test(
        "an index never loses a line that matches",
        .enabled(if: ProbesFile.isInstalled, "needs an installed nmap-service-probes")
    )
    func complete() throws {
        let file = try ServiceProbesFile(parsing: ProbesFile.contents())
        let workspace = MatchWorkspace()
        var known = 0
        for probe in file.probes {
            let index = PatternIndex(probe, in: file)
            known += probe.matches.count - index.unknownCount
            // Every twentieth line, as all of them would take half a minute unoptimised.
            for (place, line) in probe.matches.enumerated() where line.line % 20 == 0 {
                guard let answer = PatternExample.answer(file.pattern(of: line)) else { continue }
                var options: PatternOptions = []
                if line.ignoresCase { options.insert(.ignoresCase) }
                if line.dotMatchesNewline { options.insert(.dotMatchesNewline) }
                let pattern = try Pattern(file.pattern(of: line), options: options, isTranslated: false)
                guard pattern.firstMatch(in: answer, using: workspace).captures != nil else { continue }
                let found = index.firstCandidate(from: place, for: AnswerTexts(answer))
                #expect(found == place, "line \(line.line)")
            }
        }
        #expect(known > 11_000)
    }
}

/// The probe file of an installed Nmap; tests that need it are skipped without it.
enum ProbesFile {
    static let path = "/usr/share/nmap/nmap-service-probes"
    static var isInstalled: Bool { (try? FileReader.contents(of: path)) != nil }
    static func contents() throws -> [UInt8] { try FileReader.contents(of: path) }
}

/// Makes an answer that a simple pattern matches, by writing each of its parts out once.
enum PatternExample {
    static func answer(_ pattern: ArraySlice<UInt8>) -> [UInt8]? {
        var text = String(decoding: pattern, as: UTF8.self)
        guard text.utf8.elementsEqual(pattern), !text.contains("(?!"), !text.contains("|") else { return nil }
        for (part, example) in [
            (#"([\d.]+)"#, "1.2"), (#"([\w._-]+)"#, "w-1"), (#"(\d+)"#, "7"), (#"(\S+)"#, "word"),
            (#"(.*)"#, "x y"),
            (#"([^\r\n]+)"#, "line"), (#"(\w+)"#, "w"), (#"\d\d\d"#, "200"), (#".*"#, " "), (#"[^"]+"#, "q"),
            (#"\r\n"#, "\r\n"), (#"\."#, "."), (#"\d+"#, "3"), (#"\s+"#, " "), (#"\0"#, "\0"),
        ] {
            text = text.split(separator: part, omittingEmptySubsequences: false).joined(separator: example)
        }
        if text.hasPrefix("^") { text.removeFirst() }
        if text.hasSuffix("$") { text.removeLast() }
        return Array(text.utf8)
    }
}
