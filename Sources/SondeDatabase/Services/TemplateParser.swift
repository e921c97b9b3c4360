// SPDX-License-Identifier: Apache-2.0

/// Takes the text of a version field apart.
struct TemplateParser {
    private static let mostArguments = 5
    private static let mostArgumentOctets = 127

    private let text: ArraySlice<UInt8>
    private var position: Int

    private enum Argument {
        case number(Int)
        case string([UInt8])
    }

    /// The parts of a field; nothing if a substitution cannot be read.
    static func parts(of text: ArraySlice<UInt8>) -> [VersionTemplate.Part]? {
        var parser = TemplateParser(text: text, position: text.startIndex)
        return parser.parts()
    }

    private mutating func parts() -> [VersionTemplate.Part]? {
        var parts: [VersionTemplate.Part] = []
        var literal: [UInt8] = []
        while position < text.endIndex {
            let octet = text[position]
            position += 1
            guard octet == UInt8(ascii: "$") else {
                literal.append(octet)
                continue
            }
            guard let part = substitution() else { return nil }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
            parts.append(part)
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    /// Reads what follows a `$`.
    private mutating func substitution() -> VersionTemplate.Part? {
        guard position < text.endIndex else { return nil }
        if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(text[position]) {
            position += 1
            return .group(Int(text[position - 1] - 48))
        }
        let start = position
        while position < text.endIndex, (65...90).contains(text[position]) { position += 1 }
        let name = String(decoding: text[start..<position], as: UTF8.self)
        guard let arguments = arguments(), case .number(let group)? = arguments.first else { return nil }
        switch name {
        case "P" where arguments.count == 1: return .printable(group)
        case "SUBST" where arguments.count == 3:
            guard case .string(let old) = arguments[1], case .string(let new) = arguments[2] else {
                return nil
            }
            return .replaced(group, old, new)
        case "I" where arguments.count == 2:
            guard case .string(let order) = arguments[1] else { return nil }
            if order == [UInt8(ascii: ">")] { return .number(group, isBigEndian: true) }
            return order == [UInt8(ascii: "<")] ? .number(group, isBigEndian: false) : nil
        default: return nil
        }
    }

    /// Reads `(argument, …)`.
    private mutating func arguments() -> [Argument]? {
        guard position < text.endIndex, text[position] == UInt8(ascii: "(") else { return nil }
        position += 1
        var arguments: [Argument] = []
        while arguments.count < Self.mostArguments, let argument = argument() {
            arguments.append(argument)
            guard position < text.endIndex else { return nil }
            position += 1
            switch text[position - 1] {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: ")"): return arguments
            default: return nil
            }
        }
        return nil
    }

    private mutating func argument() -> Argument? {
        while position < text.endIndex, Octet.isBlank(text[position]) { position += 1 }
        guard position < text.endIndex else { return nil }
        guard text[position] == UInt8(ascii: "\"") else { return number() }
        position += 1
        let start = position
        while position < text.endIndex, text[position] != UInt8(ascii: "\"") {
            // An escaped quote does not end the string.
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < text.endIndex, position - start <= Self.mostArgumentOctets,
            let octets = OctetString.unescaped(text[start..<position])
        else { return nil }
        position += 1
        return .string(octets)
    }

    private mutating func number() -> Argument? {
        let start = position
        while position < text.endIndex, Octet.isDigit(text[position]) { position += 1 }
        return Int(String(decoding: text[start..<position], as: UTF8.self)).map(Argument.number)
    }
}
