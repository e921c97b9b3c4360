// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct RunLevelTests {
    /// Scripts written as `name: dependency dependency` or `name @ runlevel`.
    private func scripts(_ lines: [String]) -> [ScriptMetadata] {
        lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            let isOld = words.dropFirst().first == "@"
            return ScriptMetadata(
                path: words[0] + ".nse",
                dependencies: isOld ? [] : Array(words.dropFirst()),
                runLevel: isOld ? Double(words[2]) : nil
            )
        }
    }

    private func levels(_ lines: [String]) throws(CircularDependencyError) -> [[String]] {
        let scripts = scripts(lines)
        return try RunLevel.levels(of: scripts).map { $0.scripts.map { scripts[$0].name } }
    }

    @Test(
        "a script comes one level after its deepest dependency",
        arguments: [
            ([], []), (["a", "b"], [["a", "b"]]), (["b a", "a"], [["a"], ["b"]]),
            (["c a b", "b a", "a", "d"], [["a", "d"], ["b"], ["c"]]), (["a nosuch"], [["a"]]),
            (["b a a", "a"], [["a"], ["b"]]),
        ] as [([String], [[String]])]
    )
    func dependencies(lines: [String], expected: [[String]]) throws {
        #expect(try levels(lines) == expected)
    }

    @Test("levels are numbered from one")
    func numbers() throws {
        #expect(try RunLevel.levels(of: scripts(["b a", "a"])).map(\.number) == [1, 2])
    }

    @Test(
        "numbers of old scripts put them before or after the levels of dependencies",
        arguments: [
            (["z @ 3", "y @ 2", "b a", "a", "x @ 1"], [["a", "x"], ["b"], ["y"], ["z"]]),
            (["a", "e @ 0.5"], [["e"], ["a"]]), (["o @ 2", "n o"], [["o"], ["n"]]),
            (["a", "n @ nan"], [["a", "n"]]),
            (["a", "i @ inf", "b @ 9"], [["a"], ["b"], ["i"]]),
        ] as [([String], [[String]])]
    )
    func oldScripts(lines: [String], expected: [[String]]) throws {
        #expect(try levels(lines) == expected)
    }

    @Test("a number does not count for a script with dependencies")
    func numberAndDependencies() throws {
        var script = ScriptMetadata(path: "b.nse", dependencies: ["a"])
        script.runLevel = -5
        #expect(
            try RunLevel.levels(of: [script, ScriptMetadata(path: "a.nse")]).map(\.scripts) == [[1], [0]]
        )
    }

    @Test(
        "a circle is named from its earliest script on",
        arguments: [
            (["c1 c2", "c2 c1"], "c1->c2->c1"), (["c2 c1", "c1 c2", "d c2"], "c2->c1->c2"),
            (["d c2", "c1 c2", "c2 c1"], "c1->c2->c1"), (["self self"], "self->self"),
            (["x", "a b x", "b c", "c a"], "a->b->c->a"),
        ]
    )
    func circles(lines: [String], chain: String) throws {
        let error = try #require(throws: CircularDependencyError.self) { try levels(lines) }
        #expect(error.description == "circular dependency in chain `\(chain)`")
    }

    @Test("a long chain of dependencies does no harm")
    func longChain() throws {
        let lines = (0..<20_000).map { $0 == 0 ? "s0" : "s\($0) s\($0 - 1)" }
        #expect(try levels(lines).count == 20_000)
        #expect(throws: CircularDependencyError.self) { try levels(lines.dropFirst() + ["s0 s19999"]) }
    }
}
