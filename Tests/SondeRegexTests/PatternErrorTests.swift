// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeRegex

@Suite struct PatternErrorTests {
    @Test("the message names the place in the pattern")
    func text() {
        #expect("\(PatternError(message: "missing )", offset: 2))" == "missing ) (pattern offset: 2)")
    }
}
