// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeDatabase

@Suite("OSExpression")
struct OSExpressionTests {
    private func matches(_ expression: String, _ value: String, nests: Bool = false) -> Bool {
        let octets = Array("<\(expression)>".utf8)
        return OSExpression.matches(
            octets,
            1..<octets.count - 1,
            OSObservedValue(Array(value.utf8)),
            nests: nests
        )
    }

    @Test(
        "alternatives are texts, ranges and bounds",
        arguments: [
            ("40", "40", true), ("40", "4", false), ("a", "A", false), ("", "", true), ("", "0", false),
            ("O|S+", "S+", true), ("O|S+", "S", false), ("|M5B4", "", true), ("M5B4|", "", true),
            ("M5B4|X", "", false), ("3B-45", "40", true), ("3B-45", "3B", true), ("3B-45", "45", true),
            ("3B-45", "46", false), ("3B-45", "X", false), (">1A", "1B", true), (">1A", "1A", false),
            ("<1A", "19", true), ("<1A", "1A", false), (">1A", "RD", false), ("1|>5", "6", true),
            ("0-5|I", "I", true), ("-", "-", true), ("1-", "1-", true), ("G-H", "G-H", true),
            ("FFFFFFFFFFFFFFFFF-1", "5", false), ("10-20", "0015", true), ("A&B", "A", false),
        ] as [(String, String, Bool)]
    )
    func alternatives(expression: String, value: String, expected: Bool) {
        #expect(matches(expression, value) == expected)
        #expect(matches(expression, value, nests: true) == expected)
    }

    @Test(
        "an alternative that others follow also fits what begins with it",
        arguments: [
            ("|M5B4NNS", "M5B4", true), ("M5B4NNS|", "M5B4", false), ("X|M5|Y", "M5B4", true),
            ("X|M5", "M5B4", false), ("X||Y", "M5B4", true), ("F|0", "FAF0", true),
            ("FAF01|2", "FAF0", false),
            ("1-5|2", "1", true), ("1-5|2", "15", false), ("R|R", "", false),
        ] as [(String, String, Bool)]
    )
    func beginnings(expression: String, value: String, expected: Bool) {
        #expect(matches(expression, value) == expected)
    }

    @Test(
        "in options, numbers inside the text may be compared",
        arguments: [
            ("M[>500]ST11W[1-5]", "M5B4ST11W3", true), ("M[>500]ST11W[1-5]", "M5B4ST11W6", false),
            ("M[>500]ST11", "M400ST11", false), ("NW[8|A]", "NWA", true), ("NW[8|A]", "NW8F", false),
            ("NW[8|A]", "NW9", false),
            ("NW[8|A]|L", "L", true), ("M[1-2", "M1", false), ("M[1-2]", "M1X", false), ("[]", "", true),
            ("M[5B4]", "M5B4", true), ("M[>0]", "M", false), ("M5B4]", "M5B4]", true),
        ] as [(String, String, Bool)]
    )
    func nested(expression: String, value: String, expected: Bool) {
        #expect(matches(expression, value, nests: true) == expected)
    }

    @Test("elsewhere a bracket is a letter like others")
    func literal() {
        #expect(!matches("W[9-B]", "WA"))
        #expect(matches("W[9", "W[9"))
    }
}
