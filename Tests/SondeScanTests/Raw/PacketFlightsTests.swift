// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScan

@Suite struct PacketFlightsTests {
    private func key(_ item: UInt16, _ octet: UInt8 = 0) -> PacketFlights.Key {
        PacketFlights.Key(item: item, octet: octet)
    }

    private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    @Test func theEarliestExpiresFirst() {
        var flights = PacketFlights()
        flights.sent(key(1), at(0))
        flights.sent(key(2), at(10))
        #expect(flights.expire(at(50), after: .milliseconds(100)) == nil)
        #expect(flights.expire(at(105), after: .milliseconds(100))?.key == key(1))
        #expect(flights.expire(at(105), after: .milliseconds(100)) == nil)
        #expect(flights.earliest() == at(10))
    }

    @Test func aLateAnswerIsKnownAsLate() {
        var flights = PacketFlights()
        flights.sent(key(1), at(0))
        _ = flights.expire(at(200), after: .milliseconds(100))
        let late = flights.answered(key(1))
        #expect(late?.wasActive == false && late?.sent == at(0))
        #expect(flights.answered(key(1)) == nil)
    }

    @Test func anAnsweredProbeDoesNotExpire() {
        var flights = PacketFlights()
        flights.sent(key(1), at(0))
        #expect(flights.answered(key(1))?.wasActive == true)
        #expect(flights.expire(at(900), after: .milliseconds(100)) == nil)
        #expect(flights.count == 0 && flights.earliest() == nil)
    }

    @Test func pingsAreDueAfterSilenceAndTenProbes() {
        var schedule = PingSchedule()
        for _ in 0..<9 { schedule.probeSent(at(0)) }
        #expect(schedule.due == nil)
        schedule.probeSent(at(0))
        #expect(schedule.due == at(1250))
        schedule.received(at(1000))
        #expect(schedule.due == at(2250))
        #expect(schedule.ping(at(2250)) & 1 == 1)
        #expect(schedule.due == nil)
    }
}
