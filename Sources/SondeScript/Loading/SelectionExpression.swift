// SPDX-License-Identifier: Apache-2.0

/// One rule of `--script`, ready to be tested against scripts.
///
/// The grammar is that of the engine's specification, section 4, and is applied by ordered choice:
///
///     expression  := disjunction / conjunction / value
///     disjunction := (conjunction / value) "or" expression
///     conjunction := value "and" expression
///     value       := "not" value / "(" expression ")" / "true" / "false" / category / name
///
/// So the right side of `and` takes all that follows: `a and b or c` is `a and (b or c)`. Whether a word is a
/// category or a name depends on the script, so it is decided when a script is tested.
struct SelectionExpression: Hashable, Sendable {
    /// What a test of a script gave.
    struct Verdict: Hashable, Sendable {
        /// Whether the script is selected.
        var isMatch: Bool
        /// Whether a word of the rule fits the script's name, wherever it stands in the rule.
        var isByName: Bool
    }

    /// One word that may be a category or a name.
    struct Word: Hashable, Sendable {
        let text: String
        let folded: String
        let pattern: NamePattern

        init(_ text: String) {
            self.text = text
            self.folded = text.asciiLowercased()
            self.pattern = NamePattern(text)
        }

        /// Whether the word is one of the script's categories, or `all`.
        func isCategory(of entry: ScriptIndex.Entry) -> Bool {
            folded == "all" || entry.foldedCategories.contains(folded)
        }
    }

    /// One step of the evaluation, in reverse Polish order: no recursion, however deep the rule.
    enum Step: Hashable, Sendable {
        case constant(Bool)
        case word(Word)
        case not
        case and
        case or
    }

    private let steps: [Step]

    /// The words that may be categories or names, in order.
    var words: [Word] {
        steps.compactMap { step in
            guard case .word(let word) = step else { return nil }
            return word
        }
    }

    /// Reads a rule without its `+`; nothing if it does not follow the grammar.
    ///
    /// - Complexity: proportional to the rule's length times its nesting at worst, bounded by
    ///   ``SelectionExpressionParser/maximumDepth``.
    init?(_ rule: String) {
        var parser = SelectionExpressionParser(rule)
        guard let steps = parser.parse() else { return nil }
        self.steps = steps
    }

    /// Tests a script.
    ///
    /// All words are looked at: one that fits the name counts even where it decides nothing.
    func verdict(on entry: ScriptIndex.Entry) -> Verdict {
        var stack: [Bool] = []
        var isByName = false
        for step in steps {
            switch step {
            case .constant(let value): stack.append(value)
            case .word(let word):
                if word.isCategory(of: entry) {
                    stack.append(true)
                } else {
                    let isName = word.pattern.matches(entry.name)
                    isByName = isByName || isName
                    stack.append(isName)
                }
            case .not: stack.append(!(stack.popLast() ?? false))
            case .and, .or:
                let right = stack.popLast() ?? false
                let left = stack.popLast() ?? false
                stack.append(step == .and ? left && right : left || right)
            }
        }
        let isMatch = stack.last ?? false
        return Verdict(isMatch: isMatch, isByName: isMatch && isByName)
    }
}
