// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("LocalTime")
struct LocalTimeTests {
    init() { Scene.utc }

    @Test("times are told in the formats of reports")
    func formats() {
        let time = LocalTime(Scene.start)
        #expect(time.long == "Mon Nov 23 21:26:01 2026")
        #expect(time.minute == "21:26")
        #expect(time.dateAndMinute == "2026-11-23 21:26 UTC")
        #expect(time.dateAndSecond == "2026-11-23 21:26:01 UTC")
        #expect(LocalTime(1_793_577_600).long == "Mon Nov  2 00:00:00 2026")
    }

    @Test("what is no time does not trap", arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
    func nonsense(_ seconds: Double) { #expect(LocalTime(seconds).long.utf8.count < 128) }
}
