// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeIO

@Suite struct HostNameTests {
    @Test(
        "only letters, digits and .-+=:_~* stay",
        arguments: [("a.B-9+=:_~*", "a.B-9+=:_~*"), ("a b\n\u{1B}[0m", "a*b***0m"), ("ä", "**"), ("", "")]
    )
    func sanitised(text: String, expected: String) {
        #expect(HostName.sanitised(text.utf8) == expected)
    }
}
