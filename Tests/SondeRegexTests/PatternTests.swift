// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeRegex

@Suite struct PatternTests {
    private let workspace = MatchWorkspace()

    private func search(
        _ pattern: String,
        _ subject: String,
        _ options: PatternOptions = [],
        from start: Int = 0,
        with more: MatchOptions = []
    ) throws -> [Range<Int>?]? {
        let pattern = try Pattern(Array(pattern.utf8), options: options)
        let outcome = pattern.firstMatch(
            in: Array(subject.utf8),
            from: start,
            options: more,
            using: workspace
        )
        return outcome.captures?.ranges
    }

    @Test("a match gives the places of its groups")
    func groups() throws {
        #expect(try search("b(c)(x)?(d)", "abcd") == [1..<4, 2..<3, nil, 3..<4])
        #expect(try search("b(c)(x)?", "abcd") == [1..<3, 2..<3, nil])
        #expect(try search("x", "abcd") == nil)
        #expect(try search("$", "") == [0..<0])
    }

    @Test("options change how a pattern is read")
    func options() throws {
        #expect(try search("B", "abc") == nil)
        #expect(try search("B", "abc", .ignoresCase) == [1..<2])
        #expect(try search("a.c", "a\nc") == nil)
        #expect(try search("a.c", "a\nc", .dotMatchesNewline) == [0..<3])
        #expect(try search("^c", "a\nc") == nil)
        #expect(try search("^c", "a\nc", .isMultiline) == [2..<3])
        #expect(try search("b", "abc", .isAnchored) == nil)
        #expect(try search(" b #x", "abc", .isExtended) == [1..<2])
        #expect(try search("b+", "abbb", .isUngreedy) == [1..<2])
        #expect(try search("(b)", "abc", .hasNoAutoCapture) == [1..<2])
        #expect(try search("c$", "abc\n") == [2..<3])
        #expect(try search("c$", "abc\n", .dollarIsEndOnly) == nil)
        #expect(try search("^.$", "é") == nil)
        #expect(try search("^.$", "é", .isUTF8) == [0..<2])
    }

    @Test("a search can begin midway and under conditions")
    func searches() throws {
        #expect(try search("a", "aba", from: 1) == [2..<3])
        #expect(try search("a", "aba", from: 4) == nil)
        #expect(try search("^a", "a", with: .startIsNoLineStart) == nil)
        #expect(try search("a$", "a", with: .endIsNoLineEnd) == nil)
        #expect(try search("a*", "b", with: .refusesEmpty) == nil)
        #expect(try search("b", "ab", with: .isAnchored) == nil)
    }

    @Test("patterns and subjects are octets, zeros included")
    func octets() throws {
        let pattern = try Pattern([0x5E, 0x00, 0x28, 0x2E, 0x29, 0x5C, 0x78, 0x66, 0x66])
        let outcome = pattern.firstMatch(in: [0, 0x80, 0xFF], using: workspace)
        #expect(outcome.captures?[1] == 1..<2)
        #expect(outcome.captures?.whole == 0..<3)
        #expect(outcome.captures?[7] == nil)
    }

    @Test("names of groups are told")
    func names() throws {
        let pattern = try Pattern(Array("(?<year>\\d+)-(?<day>\\d)".utf8))
        #expect(pattern.groupCount == 2)
        #expect(pattern.groupNames.map(\.name) == ["day", "year"])
        #expect(pattern.groupNames.map(\.group) == [2, 1])
        #expect(try Pattern([]).groupNames.isEmpty)
    }

    @Test("a broken pattern is refused with its place")
    func broken() {
        #expect(throws: PatternError(message: "missing closing parenthesis", offset: 2)) {
            try Pattern(Array("(a".utf8))
        }
    }

    @Test("a pattern that would go back for ages is given up", arguments: [true, false])
    func budget(isTranslated: Bool) throws {
        let pattern = try Pattern(Array("^(a+)+[b-d]".utf8), isTranslated: isTranslated)
        let subject = [UInt8](repeating: 97, count: 4000)
        #expect(pattern.firstMatch(in: subject, using: workspace) == .exhausted)
        #expect(pattern.firstMatch(in: Array("aab".utf8), using: workspace).captures?.whole == 0..<3)
    }

    @Test("deep recursion ends at the stack's limit, not in a trap")
    func recursion() throws {
        let pattern = try Pattern(Array("^(\\((?1)*\\))*$".utf8))
        let subject = [UInt8](repeating: 40, count: 200_000)
        #expect(pattern.firstMatch(in: subject, using: workspace).captures == nil)
    }

    @Test("one workspace serves patterns of any number of groups")
    func manyGroups() throws {
        let pattern = try Pattern(Array(String(repeating: "(a)", count: 300).utf8))
        let outcome = pattern.firstMatch(in: [UInt8](repeating: 97, count: 300), using: workspace)
        #expect(outcome.captures?[300] == 299..<300)
    }

    @Test("the library tells its version")
    func version() { #expect(Pattern.libraryVersion.hasPrefix("10.")) }
}
