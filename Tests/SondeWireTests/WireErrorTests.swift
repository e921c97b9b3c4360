// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeWire

@Suite struct WireErrorTests {
    @Test("errors differ by what is wrong and where")
    func identity() {
        #expect(WireError(.truncated, at: 3) == WireError(.truncated, at: 3))
        #expect(WireError(.truncated, at: 3) != WireError(.truncated, at: 4))
        #expect(WireError(.truncated, at: 3) != WireError(.malformed, at: 3))
    }
}
