// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct NumericAddressTests {
    @Test(
        "the usual and the old forms are addresses",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("10.1", "10.0.0.1"), ("0x0a000001", "10.0.0.1"),
            ("167772161", "10.0.0.1"),
            ("::1", "::1"), ("fe80::1%lo", "fe80::1%1"),
        ]
    )
    func addresses(text: String, expected: String) {
        #expect(NumericAddress.parse(text)?.description == expected)
    }

    @Test(
        "names and what only looks like an address are not",
        arguments: [
            "", "a.test", "10.0.0.1 ", "10.0.0.256", "1.2.3.4.5", "fe80::1%nowhere", "10.0.0.1%lo", "beef",
            "%",
        ]
    )
    func others(text: String) {
        #expect(NumericAddress.parse(text) == nil)
    }
}
