// SPDX-License-Identifier: Apache-2.0

/// Turns the text of a rule into the steps of a ``SelectionExpression``.
struct SelectionExpressionParser {
    /// How deep a rule may nest; each operator and parenthesis is a level.
    ///
    /// A deeper rule does not parse.
    static let maximumDepth = 1000

    private let octets: [UInt8]
    private var position = 0
    private var steps: [SelectionExpression.Step] = []
    /// Where no expression begins.
    ///
    /// Without it, every level of a long rule would try its faulty end again.
    private var deadEnds: Set<Int> = []

    init(_ rule: String) { self.octets = Array(rule.utf8) }

    mutating func parse() -> [SelectionExpression.Step]? {
        skipBlanks()
        guard parseExpression(depth: 0) else { return nil }
        skipBlanks()
        return position == octets.count ? steps : nil
    }

    /// Reads an expression.
    ///
    /// All three alternatives begin with a value, so it is read once. When `and` and its right side follow, they
    /// are taken for good; an `or` after that is only left over if the right side could not use it.
    private mutating func parseExpression(depth: Int) -> Bool {
        let start = position
        guard depth < SelectionExpressionParser.maximumDepth, !deadEnds.contains(start),
            parseValue(depth: depth)
        else {
            deadEnds.insert(start)
            return false
        }
        if parseRightSide(of: "and", depth: depth) { steps.append(.and) }
        if parseRightSide(of: "or", depth: depth) { steps.append(.or) }
        return true
    }

    private mutating func parseRightSide(of keyword: StaticString, depth: Int) -> Bool {
        let (start, stepCount) = (position, steps.count)
        skipBlanks()
        if takeKeyword(keyword) {
            skipBlanks()
            if parseExpression(depth: depth + 1) { return true }
        }
        restore(start, stepCount)
        return false
    }

    private mutating func parseValue(depth: Int) -> Bool {
        guard depth < SelectionExpressionParser.maximumDepth else { return false }
        let (start, stepCount) = (position, steps.count)
        if takeKeyword("not") {
            skipBlanks()
            if parseValue(depth: depth + 1) {
                steps.append(.not)
                return true
            }
            restore(start, stepCount)
        }
        if take(UInt8(ascii: "(")) {
            skipBlanks()
            if parseExpression(depth: depth + 1) {
                skipBlanks()
                if take(UInt8(ascii: ")")) { return true }
            }
            restore(start, stepCount)
            return false
        }
        return parseConstant() || parseWord()
    }

    private mutating func parseConstant() -> Bool {
        if takeKeyword("true") {
            steps.append(.constant(true))
            return true
        }
        if takeKeyword("false") {
            steps.append(.constant(false))
            return true
        }
        return false
    }

    private mutating func parseWord() -> Bool {
        let start = position
        while position < octets.count, isWordOctet(octets[position]) { position += 1 }
        guard position > start else { return false }
        steps.append(
            .word(SelectionExpression.Word(String(decoding: octets[start..<position], as: UTF8.self)))
        )
        return true
    }

    private func isWordOctet(_ octet: UInt8) -> Bool {
        0x21...0x7E ~= octet && octet != UInt8(ascii: "(") && octet != UInt8(ascii: ")")
    }

    /// Takes a keyword in any case if it ends there; otherwise the text is a word.
    private mutating func takeKeyword(_ keyword: StaticString) -> Bool {
        let length = keyword.utf8CodeUnitCount
        guard length <= octets.count - position else { return false }
        let isSame = keyword.description.utf8.elementsEqual(
            octets[position..<position + length].lazy.map(\.asciiLowercased)
        )
        guard isSame, isBoundary(position + length) else { return false }
        position += length
        return true
    }

    private func isBoundary(_ place: Int) -> Bool {
        guard place < octets.count else { return true }
        let octet = octets[place]
        return octet.isWhiteSpace || octet == UInt8(ascii: "(") || octet == UInt8(ascii: ")")
            || octet == UInt8(ascii: ",")
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard position < octets.count, octets[position] == octet else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < octets.count, octets[position].isWhiteSpace { position += 1 }
    }

    private mutating func restore(_ position: Int, _ stepCount: Int) {
        self.position = position
        steps.removeSubrange(stepCount...)
    }
}
