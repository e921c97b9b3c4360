// SPDX-License-Identifier: Apache-2.0

/// Why script arguments could not be parsed, and where.
package struct ScriptArgumentsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of fault.
    package enum Code: Hashable, Sendable {
        /// A value ended where neither a comma, a new line nor `}` follows.
        case unexpectedText
        /// A `{` without its `}`.
        case unclosedTable
        /// Tables nest deeper than ``ScriptArgumentsParser/maximumDepth``.
        case tooDeep
        /// The text or the number of values is over the limit.
        case tooLarge
    }

    /// The kind of fault.
    package let code: Code
    /// Where, in octets from the text's start.
    ///
    /// For an unclosed table, the place of its `{`.
    package let offset: Int
    /// The offending piece: the text from the offset to the end of its item, at most 40 octets.
    package let piece: [UInt8]

    /// The message in the reference's words.
    package var description: String { "arguments did not parse!" }

    /// What is wrong, where, and what to do.
    package var explanation: String {
        switch code {
        case .unexpectedText where piece.first == UInt8(ascii: "="):
            "second '=' in one value at offset \(offset), \(shownPiece): put the value in quotes"
        case .unexpectedText:
            "expected ',' or '}' at offset \(offset), found \(shownPiece): put the value in quotes"
        case .unclosedTable: "no '}' for the '{' at offset \(offset), \(shownPiece)"
        case .tooDeep:
            "more than \(ScriptArgumentsParser.maximumDepth) tables inside each other at offset \(offset)"
        case .tooLarge: "too many script arguments at offset \(offset)"
        }
    }

    private var shownPiece: String {
        let text = piece.map { octet in
            0x20...0x7E ~= octet ? String(UnicodeScalar(octet)) : "\\x" + octet.upperHexadecimal
        }
        return "'\(text.joined())'"
    }
}

extension UInt8 {
    /// Two upper-case hexadecimal digits.
    var upperHexadecimal: String {
        (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true)
    }
}
