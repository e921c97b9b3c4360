// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@Suite("NameMask")
struct NameMaskTests {
    @Test(
        "masks match as the shell's do, in either case",
        arguments: [
            ("http", "http", true), ("http", "https", false), ("http*", "https", true), ("*", "", true),
            ("?", "", false), ("h*p*x", "httppx", true), ("*ab", "aab", true), ("a?c", "ABC", true),
            ("**a**", "bab", true), ("", "", true), ("", "a", false), ("*ssl*", "ms-SSL-x", true),
        ]
    )
    func matches(mask: String, name: String, expected: Bool) {
        #expect(NameMask(mask).matches(ArraySlice(name.utf8)) == expected)
    }
}
