// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct NearestWordTests {
    @Test(
        "the nearest word within a third of the letters is found",
        arguments: [
            ("dsicovery", "discovery"), ("vulns", "vuln"), ("moon-pahse", "moon-phase"), ("Tide", "tide"),
            ("tdie", "tide"), ("xyzzy", nil), ("", nil), ("moon", nil),
        ] as [(String, String?)]
    )
    func nearest(word: String, expected: String?) {
        let known = ["discovery", "vuln", "moon-phase", "moon-phases", "tide"]
        #expect(NearestWord.nearest(to: word, among: known) == expected)
    }

    @Test("a word of unreasonable length has no neighbour")
    func long() {
        let word = String(repeating: "a", count: 65)
        #expect(NearestWord.nearest(to: word, among: [word]) == nil)
    }
}
