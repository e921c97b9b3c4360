// SPDX-License-Identifier: Apache-2.0

/// Reads JSON (RFC 8259).
///
/// Takes time and memory proportional to the text; values that nest deeper than ``deepest`` are refused.
package struct JSONParser {
    /// Arrays and objects that may lie in each other.
    package static let deepest = 256

    private let octets: ArraySlice<UInt8>
    private var index: Int
    private let firstLine: Int

    /// Reads one value that takes up the whole text.
    ///
    /// - Parameters:
    ///   - octets: the text, UTF-8.
    ///   - firstLine: the number of its first line, for errors.
    /// - Returns: the value.
    /// - Throws: ``TextError``.
    package static func parse(
        _ octets: ArraySlice<UInt8>,
        firstLine: Int = 1
    ) throws(TextError) -> JSONValue {
        var parser = JSONParser(octets, firstLine: firstLine)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.index == octets.endIndex else { throw parser.error("text after the end of the value") }
        return value
    }

    /// Reads one value that takes up the whole text.
    package static func parse(_ octets: [UInt8]) throws(TextError) -> JSONValue { try parse(octets[...]) }

    private init(_ octets: ArraySlice<UInt8>, firstLine: Int) {
        self.octets = octets
        self.firstLine = firstLine
        index = octets.startIndex
    }

    private func error(_ reason: String) -> TextError {
        let lines = octets[..<min(index, octets.endIndex)].count { $0 == UInt8(ascii: "\n") }
        return TextError(line: firstLine + lines, reason)
    }

    private var next: UInt8? { index < octets.endIndex ? octets[index] : nil }

    private mutating func skipBlanks() {
        while let octet = next, octet == 32 || (9...10).contains(octet) || octet == 13 { index += 1 }
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard next == octet else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(TextError) -> JSONValue {
        skipBlanks()
        guard depth <= Self.deepest else { throw error("values nest deeper than \(Self.deepest)") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let octet? where octet == UInt8(ascii: "-") || (48...57).contains(octet): return try number()
        case nil: throw error("the text ends where a value should be")
        default: throw error("a value should be here")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(TextError) -> JSONValue {
        guard octets[index...].starts(with: word.utf8) else { throw error("a value should be here") }
        index += word.utf8.count
        return value
    }

    private mutating func number() throws(TextError) -> JSONValue {
        let start = index
        while let octet = next, "+-.0123456789eE".utf8.contains(octet) { index += 1 }
        let text = String(decoding: octets[start..<index], as: UTF8.self)
        guard Double(text) != nil, !text.hasPrefix("+"), !text.hasSuffix(".") else {
            throw error("'\(text.prefix(40))' is no number")
        }
        return .number(text)
    }

    private mutating func array(depth: Int) throws(TextError) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error("an array has no end") }
        }
    }

    private mutating func object(depth: Int) throws(TextError) -> JSONValue {
        index += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw error("an object's name should be here") }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw error("no colon follows a name") }
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error("an object has no end") }
        }
    }

    private mutating func string() throws(TextError) -> String {
        index += 1
        let start = index
        while let octet = next, octet != UInt8(ascii: "\""), octet != UInt8(ascii: "\\"), octet >= 32 {
            index += 1
        }
        if next == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: octets[start..<index], as: UTF8.self)
        }
        var text = Array(octets[start..<index])
        while let octet = next {
            index += 1
            switch octet {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case 0..<32: throw error("a string holds a control character")
            default: text.append(octet)
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape() throws(TextError) -> Character {
        guard let octet = next else { throw error("a string has no end") }
        index += 1
        switch octet {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(UnicodeScalar(octet))
        case UInt8(ascii: "u"): return Character(try character())
        default: throw error("'\\' is followed by what is no escape")
        }
    }

    /// The character of a `\u` escape, or of two that belong together; U+FFFD for half a pair.
    private mutating func character() throws(TextError) -> Unicode.Scalar {
        let first = try hexadecimal()
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        guard octets[index...].starts(with: "\\u".utf8) else { return "\u{FFFD}" }
        let before = index
        index += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second) else {
            index = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(TextError) -> UInt32 {
        let digits = octets[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("'\\u' is not followed by four hexadecimal digits") }
        index += 4
        return value
    }
}
