// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct LookupWindowTests {
    private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: 0) + .milliseconds(milliseconds) }

    @Test("the window starts at ten and grows by two per answer up to the threshold")
    func start() {
        var window = LookupWindow()
        #expect(window.capacity == 10)
        for _ in 0..<100 { window.answered(openCount: 50, now: at(0)) }
        #expect(window.capacity == 56)
    }

    @Test("beyond the threshold it grows by two per half second in which it was nearly full, up to a hundred")
    func slowGrowth() {
        var window = LookupWindow()
        for _ in 0..<24 { window.answered(openCount: 50, now: at(0)) }
        window.answered(openCount: 10, now: at(600))
        #expect(window.capacity == 56)
        window.answered(openCount: 50, now: at(600))
        #expect(window.capacity == 58)
        for step in 0..<100 { window.answered(openCount: 100, now: at(1200 + step * 600)) }
        #expect(window.capacity == 100)
    }

    @Test("a time-out shrinks it, more so if the question leaves, but never below ten")
    func shrinking() {
        var window = LookupWindow()
        for _ in 0..<20 { window.answered(openCount: 50, now: at(0)) }
        #expect(window.capacity == 50)
        window.timedOut(leaves: false, now: at(0))
        #expect(window.capacity == 35)
        window.timedOut(leaves: true, now: at(0))
        #expect(window.capacity == 14)
        for _ in 0..<10 { window.timedOut(leaves: true, now: at(0)) }
        #expect(window.capacity == 10)
    }
}
