// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeStore

@Suite struct StoreErrorTests {
    @Test("the text is what was said")
    func text() { #expect("\(StoreError("scans.db: not a database"))" == "scans.db: not a database") }
}
