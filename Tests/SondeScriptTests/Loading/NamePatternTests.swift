// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct NamePatternTests {
    @Test(
        "a star is any run, all else is literal, and one .nse at the end is dropped",
        arguments: [
            ("alpha-one", "alpha-one", true), ("alpha-one.nse", "alpha-one", true),
            ("alpha-one.nse.nse", "alpha-one", false), ("alpha-one.NSE", "alpha-one", false),
            ("ALPHA-*", "alpha-one", false), ("a.pha-one", "alpha-one", false), ("alpha", "alpha-one", false),
            ("*", "", true), ("**", "x", true), ("*.nse", "x", true), (".nse", "x", false),
            (".nse", "", true),
            ("q?x", "q?x", true), ("q?x", "qyx", false), ("q*x", "qyx", true), ("q*x", "qx", true),
            ("*-one", "alpha-one", true), ("al*o*", "alpha-two", true), ("*a*a*", "gamma", true),
            ("*a*a*", "beta", false), ("*ab", "aab", true), ("a*b*c", "abbcbc", true),
            ("a*b*c", "abbcb", false),
        ]
    )
    func matching(pattern: String, name: String, isMatch: Bool) {
        #expect(NamePattern(pattern).matches(name) == isMatch)
    }

    @Test("many stars against a long name end soon")
    func manyStars() {
        let pattern = NamePattern(String(repeating: "a*", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 4000)))
    }
}
