// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("OutputFileName")
struct OutputFileNameTests {
    init() { Scene.utc }

    @Test(
        "percent letters stand for parts of the time",
        arguments: [
            ("scan", "scan"), ("%H-%M-%S", "21-26-01"), ("%T_%R", "212601_2126"),
            ("%m.%d.%y.%Y", "11.23.26.2026"),
            ("%D %F", "112326 2026-11-23"), ("%%H", "%H"), ("%q%", "q%"), ("é%d/%é", "é23/é"), ("", ""),
        ]
    )
    func expansion(_ pattern: String, _ name: String) {
        #expect(OutputFileName.expanded(pattern, at: Scene.start) == name)
    }
}
