// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptSelectorTests {
    private let selector = ScriptSelector(index: SampleIndex.index)

    private func select(
        _ options: [String],
        default wantsDefault: Bool = false,
        version wantsVersion: Bool = false
    ) throws(SelectionError) -> [SelectedScript] {
        let request = ScriptSelector.Request(
            options: options,
            wantsDefault: wantsDefault,
            wantsVersion: wantsVersion
        )
        return try selector.select(request, locate: SampleIndex.locate)
    }

    private func messages(_ options: String...) throws -> [String] {
        try select(options).map { String($0.message.dropFirst("Script ".count).dropLast()) }
    }

    @Test("scripts come in the index's order, whatever the order of rules")
    func order() throws {
        #expect(
            try messages("vuln,default") == [
                "alpha-one.nse was selected by category", "alpha-two.nse was selected by category",
                "vuln-a.nse was selected by category",
            ]
        )
        #expect(try messages("default", "vuln").count == 3)
    }

    @Test("the first rule that fits decides how a script is run")
    func firstRule() throws {
        #expect(try messages("safe,+alpha-one")[1] == "alpha-one.nse was selected by category")
        #expect(try messages("+alpha-one,safe")[1] == "alpha-one.nse was selected by name and forced to run")
        #expect(try messages("alpha-*,+alpha-one")[0] == "alpha-one.nse was selected by name")
        #expect(try messages("alpha-one,/s/alpha-one.nse") == ["alpha-one.nse was selected by name"])
    }

    @Test(
        "the same rule twice is one rule, forced if its last use is",
        arguments: [
            ("alpha-one,+alpha-one", true), ("+alpha-one,alpha-one", false), ("+ alpha-one", true),
            ("lit,+lit", true), ("+lit,lit", false),
        ]
    )
    func repeated(rules: String, isForced: Bool) throws {
        let selection = try select([rules])
        #expect(selection.count == 1)
        #expect(selection.first?.isForced == isForced)
    }

    @Test("empty rules are ignored", arguments: ["", ",,", " , ", "+", "+ ,"])
    func emptyRules(option: String) throws {
        #expect(try select([option]).isEmpty)
        #expect(try select([option + ",default"]).count == 1)
    }

    @Test("the default category is added only if there is no option at all, not even an empty one")
    func defaultRule() throws {
        #expect(try select([], default: true).map(\.fileName) == ["alpha-one.nse"])
        #expect(try select([""], default: true).isEmpty)
        #expect(try select(["gamma"], default: true).map(\.fileName) == ["gamma.nse"])
        #expect(try select([]).isEmpty)
    }

    @Test("version detection adds its category, and nothing happens if no script has it")
    func versionRule() throws {
        #expect(try select(["qyx"], version: true).map(\.fileName) == ["gamma.nse", "qyx.nse"])
        #expect(try select(["+version"], version: true).map(\.isForced) == [true])
        let empty = ScriptSelector(index: ScriptIndex(entries: []))
        let request = ScriptSelector.Request(options: [], wantsVersion: true)
        #expect(try empty.select(request, locate: { _ in .file(path: "version") }).isEmpty)
        #expect(throws: SelectionError.self) {
            try empty.select(ScriptSelector.Request(options: ["version"]), locate: { _ in nil })
        }
    }

    @Test(
        "a rule that fits no script is a path, tried with .nse too",
        arguments: [
            ("lit", "lit.nse"), ("lit.nse", "lit.nse"), ("./lit.nse", "./lit.nse"), ("noext", "noext"),
            ("sub/insub", "/s/sub/insub.nse"), ("/s/alpha-one", "/s/alpha-one.nse"),
        ]
    )
    func files(rule: String, path: String) throws {
        let selection = try select([rule])
        #expect(selection == [SelectedScript(source: .file(path: path), manner: .file, isForced: false)])
        #expect(selection.first?.isByName == true)
    }

    @Test("a directory with a slash gives its scripts, not by name")
    func directories() throws {
        let selection = try select(["+adir/"])
        #expect(selection.map(\.source) == [.file(path: "adir//z1.nse"), .file(path: "adir//z2.nse")])
        #expect(selection.allSatisfy { $0.isForced && !$0.isByName })
        #expect(try select(["empty/"]).isEmpty)
    }

    @Test("a file is chosen once, however its path is spelt")
    func once() throws {
        #expect(try messages("lit,./lit.nse,lit.nse") == ["lit.nse was selected by file path"])
        #expect(
            try messages("adir/z1,adir/") == [
                "z1.nse was selected by file path", "z2.nse was selected by directory",
            ]
        )
        #expect(try messages("safe,/s/alpha-two").last == "alpha-two.nse was selected by file path")
    }

    @Test("a directory without a slash is an error, even if a file of that name with .nse exists")
    func directoryWithoutSlash() throws {
        for rule in ["adir", "both"] {
            let error = try #require(throws: SelectionError.self) { try select([rule]) }
            #expect(error.description == "directory '\(rule)' found, but will not match without '/'")
            #expect(error.suggestion == rule + "/")
        }
    }

    @Test(
        "a rule that fits nothing at all is an error with a suggestion",
        arguments: [
            ("nosuch", nil), ("false", nil), ("safe and", nil), ("++alpha-one", "alpha-one"),
            ("alpha-oen", "alpha-one"),
            ("ALPHA-*", nil), ("upper-case", "Upper-Case"), ("safe and dicsovery", "discovery"),
            ("scripts/alpha-ome.nse", "alpha-one"), ("vulns", "vuln"), ("adir/z*", nil), ("café", nil),
            ("alpha-one and vuln", nil),
        ] as [(String, String?)]
    )
    func noMatch(rule: String, suggestion: String?) throws {
        let error = try #require(throws: SelectionError.self) { try select([rule]) }
        let text = rule.hasPrefix("+") ? String(rule.dropFirst()) : rule
        #expect(error.description == "'\(text)' did not match a category, filename, or directory")
        #expect(error.suggestion == suggestion)
    }

    @Test("every rule must fit something, and the first that does not is named")
    func allRules() throws {
        let error = try #require(throws: SelectionError.self) { try select(["safe,bad1", "bad2"]) }
        #expect(error.rule == "bad1")
        #expect(try select(["safe or nosuch,alpha-one"]).count == SampleIndex.safe.count)
    }

    @Test("every comma splits, inside parentheses too")
    func commas() throws {
        let error = try #require(throws: SelectionError.self) { try select(["(safe,vuln)"]) }
        #expect(error.rule == "(safe")
    }

    @Test("random rules never trap")
    func neverTraps() {
        var random = SplitMix(seed: 3)
        let pieces = [
            "and", "or", "not", "(", ")", " ", ",", "+", "*", "safe", "lit", "adir/", "\u{301}", "\0", "/",
            ".",
        ]
        for _ in 0..<3000 {
            _ = try? select([random.pieces(of: pieces, upTo: 12)], default: true, version: true)
        }
    }
}
