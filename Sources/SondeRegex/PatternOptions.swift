// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// How a pattern is read; settled when it is compiled.
package struct PatternOptions: OptionSet, Hashable, Sendable {
    /// One bit for each option.
    package let rawValue: Int

    /// Makes options from their bits.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Letters match in either case (`i`).
    package static let ignoresCase = Self(rawValue: 1 << 0)
    /// `^` and `$` match at line ends as well (`m`).
    package static let isMultiline = Self(rawValue: 1 << 1)
    /// The dot matches newlines too (`s`).
    package static let dotMatchesNewline = Self(rawValue: 1 << 2)
    /// White space and comments in the pattern mean nothing (`x`).
    package static let isExtended = Self(rawValue: 1 << 3)
    /// A match begins where the search begins.
    package static let isAnchored = Self(rawValue: 1 << 4)
    /// `$` matches at the very end only, not before a final newline.
    package static let dollarIsEndOnly = Self(rawValue: 1 << 5)
    /// Quantifiers take as little as they can.
    package static let isUngreedy = Self(rawValue: 1 << 6)
    /// Pattern and subject are UTF-8; without it, octets.
    package static let isUTF8 = Self(rawValue: 1 << 7)
    /// Plain groups do not capture.
    package static let hasNoAutoCapture = Self(rawValue: 1 << 8)

    /// The library's bits.
    var bits: UInt32 {
        let pairs: [(Self, UInt32)] = [
            (.ignoresCase, PCRE2_CASELESS), (.isMultiline, PCRE2_MULTILINE),
            (.dotMatchesNewline, PCRE2_DOTALL), (.isExtended, PCRE2_EXTENDED),
            (.isAnchored, PCRE2_ANCHORED), (.dollarIsEndOnly, PCRE2_DOLLAR_ENDONLY),
            (.isUngreedy, PCRE2_UNGREEDY), (.isUTF8, PCRE2_UTF),
            (.hasNoAutoCapture, PCRE2_NO_AUTO_CAPTURE),
        ]
        return pairs.reduce(0) { contains($1.0) ? $0 | $1.1 : $0 }
    }
}

/// What one search takes into account.
package struct MatchOptions: OptionSet, Hashable, Sendable {
    /// One bit for each option.
    package let rawValue: Int

    /// Makes options from their bits.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The subject's start is no line start.
    package static let startIsNoLineStart = Self(rawValue: 1 << 0)
    /// The subject's end is no line end.
    package static let endIsNoLineEnd = Self(rawValue: 1 << 1)
    /// An empty match is none.
    package static let refusesEmpty = Self(rawValue: 1 << 2)
    /// The match begins where the search begins.
    package static let isAnchored = Self(rawValue: 1 << 3)

    /// The library's bits.
    var bits: UInt32 {
        var bits: UInt32 = 0
        if contains(.startIsNoLineStart) { bits |= PCRE2_NOTBOL }
        if contains(.endIsNoLineEnd) { bits |= PCRE2_NOTEOL }
        if contains(.refusesEmpty) { bits |= PCRE2_NOTEMPTY }
        if contains(.isAnchored) { bits |= PCRE2_ANCHORED }
        return bits
    }
}
