// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeTestSupport
import Testing

@testable import SondeScript

@Suite struct ScriptWindowTests {
    private let clock = ManualClock()

    @Test("it grows by one with each connection, up to the most, and only while it is used")
    func growth() {
        var window = ScriptWindow(start: 4, least: 2, most: 6)
        window.connected(after: .milliseconds(10), began: clock.now, now: clock.now, isUsed: false)
        #expect(window.limit == 4)
        for _ in 0..<9 { window.connected(after: .milliseconds(10), began: clock.now, now: clock.now) }
        #expect(window.limit == 6)
    }

    @Test("a loss halves it, once for all that was under way, and after that it grows by one a window")
    func losses() {
        var window = ScriptWindow(start: 100, least: 10, most: 1000)
        let began = clock.now
        clock.advance(by: .seconds(3))
        for _ in 0..<50 { window.lost(began: began, now: clock.now) }
        #expect(window.limit == 50)
        clock.advance(by: .milliseconds(1))
        let later = clock.now
        for _ in 0..<50 { window.connected(after: .milliseconds(10), began: later, now: later) }
        #expect(window.limit == 51)
        window.lost(began: later, now: later)
        for _ in 0..<9 {
            clock.advance(by: .milliseconds(1))
            window.lost(began: clock.now, now: clock.now)
        }
        #expect(window.limit == 10)
    }

    @Test("connections that take several times as long as the best did make it narrower")
    func latency() {
        var window = ScriptWindow(start: 64, least: 10, most: 1000)
        for _ in 0..<10 { window.connected(after: .milliseconds(20), began: clock.now, now: clock.now) }
        #expect(window.limit == 74)
        // A tenth of a second more is no sign by itself.
        clock.advance(by: .milliseconds(1))
        window.connected(after: .milliseconds(150), began: clock.now, now: clock.now)
        #expect(window.limit == 75)
        for _ in 0..<20 {
            clock.advance(by: .milliseconds(1))
            window.connected(after: .milliseconds(900), began: clock.now, now: clock.now)
        }
        #expect(window.limit < 40)
        #expect(window.limit >= 10)
    }

    @Test("limits that the user set hold, whatever happens")
    func bounds() {
        var window = ScriptWindow(start: 256, least: 30, most: 20)
        #expect(window.limit == 20)
        window.lost(began: clock.now, now: clock.now)
        #expect(window.limit == 20)
        #expect(ScriptWindow(start: 5, least: 0, most: 0).limit == 1)
    }
}
