// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct SelectionExpressionTests {
    /// The chosen names, those chosen by name with a star; nothing if the rule does not parse.
    private func chosen(_ rule: String) -> [String]? {
        guard let expression = SelectionExpression(rule) else { return nil }
        return SampleIndex.index.entries.compactMap { entry in
            let verdict = expression.verdict(on: entry)
            return verdict.isMatch ? entry.name + (verdict.isByName ? "*" : "") : nil
        }
    }

    private static let safe = ["Upper-Case", "alpha-one", "and", "beta.nse.more", "safe*", "vuln-a"]
    private static let notSafe = [
        "all-x", "alpha-two", "android-x", "gamma", "nothing", "q?x", "qyx", "true-false",
    ]

    @Test(
        "a rule chooses what it chooses in the reference",
        arguments: [
            ("safe", safe), (" safe ", safe), ("( safe )", safe), ("(((((((((safe)))))))))", safe),
            ("SAFE", ["Upper-Case", "alpha-one", "and", "beta.nse.more", "vuln-a"]),
            ("not safe", notSafe), ("not(safe)", notSafe), ("not( safe )", notSafe),
            ("all and not safe", notSafe),
            ("not not safe", safe), ("safe or not", safe), ("notx or safe", safe), ("safe or or", safe),
            ("Not SAFE and vuln", ["alpha-two"]), ("true and vuln", ["alpha-two", "vuln-a"]),
            ("all", SampleIndex.allNames), ("ALL", SampleIndex.allNames), ("TRUE", SampleIndex.allNames),
            ("*", SampleIndex.allNames.map { $0 + "*" }), ("false", []), ("not true", []),
            ("not not", SampleIndex.allNames),
            ("default or vuln and intrusive", ["alpha-one", "alpha-two"]),
            ("alpha-one and nosuch or safe", ["alpha-one*"]),
            ("(alpha-one) and vuln or safe", ["alpha-one*"]),
            ("alpha-one and vuln or nothing", []), ("nothing and false or safe", []),
            ("not default and safe", ["Upper-Case", "and", "beta.nse.more", "safe*", "vuln-a"]),
            ("(safe)and(not default)", ["Upper-Case", "and", "beta.nse.more", "safe*", "vuln-a"]),
            ("safe and not vuln or default", ["Upper-Case", "alpha-one", "and", "beta.nse.more", "safe*"]),
            ("(  safe or vuln  )  and  default", ["alpha-one"]),
            ("safe\tAND\tvuln", ["vuln-a"]),
            (
                "safe or(vuln)",
                ["Upper-Case", "alpha-one", "alpha-two", "and", "beta.nse.more", "safe*", "vuln-a"]
            ),
            ("odd-cat or vuln", ["Upper-Case", "alpha-two", "vuln-a"]), ("upper-case", []),
            ("Upper-Case", ["Upper-Case*"]), ("true-false", ["true-false*"]), ("truex", []), ("notsafe", []),
            ("and", ["and*"]), ("safe and and", ["and*"]), ("and and safe", ["and*"]), ("or", []),
            ("not and", SampleIndex.allNames.filter { $0 != "and" }), ("android-x", ["android-x*"]),
            ("true*", ["true-false*"]), ("true.nse", []), ("all.nse", []), ("safe.nse", ["safe*"]),
            ("q?x", ["q?x*"]), ("q*x", ["q?x*", "qyx*"]),
            ("beta.nse.more", ["beta.nse.more*"]), ("beta.nse.more.nse", ["beta.nse.more*"]),
        ]
    )
    func choosing(rule: String, expected: [String]) {
        #expect(chosen(rule) == expected)
    }

    @Test(
        "a word that fits the name counts as by name wherever it stands",
        arguments: [
            "safe or alpha-one", "not alpha-one or safe", "true or alpha-one",
            "safe and (not alpha-one or true)",
        ]
    )
    func byName(rule: String) {
        #expect(chosen(rule)?.contains("alpha-one*") == true)
        #expect(chosen(rule)?.contains("and") == true)
    }

    @Test(
        "what does not follow the grammar is no expression",
        arguments: [
            "safe and", "safe or", "or safe", "safe)", "(safe", "safe and(", "()", "", "safe vuln", "café",
            "not (", "safe and or safe and (", "a\u{1}b",
        ]
    )
    func faulty(rule: String) {
        #expect(SelectionExpression(rule) == nil)
    }

    @Test(
        "a rule of endless depth is refused without harm",
        arguments: ["(", "not ", "a and ", "a or ", "(not ", "a and (", "a and b or ("]
    )
    func deep(piece: String) {
        #expect(SelectionExpression(String(repeating: piece, count: 20_000)) == nil)
        #expect(SelectionExpression(String(repeating: piece, count: 900) + "(") == nil)
    }

    @Test("a rule of six hundred scripts is read")
    func manyNames() {
        let rule = (0..<600).map { "script-\($0)" }.joined(separator: " or ") + " or alpha-one"
        #expect(chosen(rule) == ["alpha-one*"])
    }

    /// The grammar as written, with all its retries: slow, but plainly right.
    private struct Literal {
        let octets: [UInt8]

        func rest(_ text: String, _ from: Int) -> Int? {
            let end = from + text.utf8.count
            guard end <= octets.count, octets[from..<end].map(\.asciiLowercased) == Array(text.utf8) else {
                return nil
            }
            return end == octets.count || octets[end] == 0x20 || octets[end] == 0x28 || octets[end] == 0x29
                ? end : nil
        }
        func blanks(_ from: Int) -> Int { octets[from...].firstIndex { $0 != 0x20 } ?? octets.count }
        typealias Result = (end: Int, text: String)
        func expression(_ from: Int) -> Result? {
            disjunction(from) ?? conjunction(from) ?? value(from)
        }
        func disjunction(_ from: Int) -> Result? {
            guard let left = conjunction(from) ?? value(from), let end = rest("or", blanks(left.end)),
                let right = expression(blanks(end))
            else { return nil }
            return (right.end, "[\(left.text)|\(right.text)]")
        }
        func conjunction(_ from: Int) -> Result? {
            guard let left = value(from), let end = rest("and", blanks(left.end)),
                let right = expression(blanks(end))
            else { return nil }
            return (right.end, "[\(left.text)&\(right.text)]")
        }
        func value(_ from: Int) -> Result? {
            if let end = rest("not", from), let inner = value(blanks(end)) {
                return (inner.end, "!\(inner.text)")
            }
            if from < octets.count, octets[from] == 0x28, let inner = expression(blanks(from + 1)) {
                let end = blanks(inner.end)
                if end < octets.count, octets[end] == 0x29 { return (end + 1, inner.text) }
            }
            for word in ["true", "false"] { if let end = rest(word, from) { return (end, word) } }
            let end =
                octets[from...].firstIndex { !(0x21...0x7E ~= $0) || $0 == 0x28 || $0 == 0x29 }
                ?? octets.count
            return end > from ? (end, String(decoding: octets[from..<end], as: UTF8.self)) : nil
        }
        var text: String? {
            guard let result = expression(blanks(0)), blanks(result.end) == octets.count else { return nil }
            return result.text
        }
    }

    private func text(of steps: [SelectionExpression.Step]) -> String? {
        var stack: [String] = []
        for step in steps {
            switch step {
            case .constant(let value): stack.append(value ? "true" : "false")
            case .word(let word): stack.append(word.text)
            case .not: stack.append("!" + (stack.popLast() ?? "?"))
            case .and, .or:
                let right = stack.popLast() ?? "?"
                stack.append("[\(stack.popLast() ?? "?")\(step == .and ? "&" : "|")\(right)]")
            }
        }
        return stack.count == 1 ? stack[0] : nil
    }

    @Test("random rules parse as the written grammar has it")
    func grammar() {
        var random = SplitMix(seed: 7)
        let pieces = ["and", "or", "not", "(", ")", " ", " ", " ", "a", "b*", "true", "false", "AND", "é"]
        for _ in 0..<20_000 {
            let rule = random.pieces(of: pieces, upTo: 9)
            var parser = SelectionExpressionParser(rule)
            let found = parser.parse().flatMap(text(of:))
            #expect(found == Literal(octets: Array(rule.utf8)).text, "\(rule)")
        }
    }
}
