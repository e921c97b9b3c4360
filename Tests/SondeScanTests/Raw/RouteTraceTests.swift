// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScan

@Suite struct RouteTraceTests {
    private let host = IPAddress(family: .inet, value: 0x0A00_0063)
    private func router(_ distance: Int) -> IPAddress {
        IPAddress(family: .inet, value: UInt128(0x0A00_0000 + distance))
    }
    private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// Sends and answers until nothing is left to do; gives the distances asked, in order.
    private func run(_ trace: inout RouteTrace, hostAt distance: Int, silent: Set<Int> = []) -> [Int] {
        var asked: [Int] = []
        var now = 0
        while !trace.isDone, now < 1_000_000 {
            now += 1
            if let next = trace.peek(), trace.active < 10 {
                trace.sent(next, at(now))
                asked.append(next.distance)
                if silent.contains(next.distance) { continue }
                let isHost = next.distance >= distance
                trace.answered(
                    next.distance,
                    by: isHost ? host : router(next.distance),
                    isHost: isHost,
                    timeToLive: isHost ? UInt8(65 - distance) : 255,
                    at: at(now + 1)
                )
            } else {
                now += 1000
                trace.expire(at(now), after: .milliseconds(1000))
            }
        }
        return asked
    }

    @Test func itCountsDownFromTheStart() {
        var trace = RouteTrace(start: 10, retries: 10)
        let asked = run(&trace, hostAt: 3)
        #expect(asked.first == 10 && trace.reached == 3)
        #expect(trace.hops([]).map(\.address) == [router(1), router(2), host])
        #expect(asked.count <= 4)
    }

    @Test func itCountsUpToAHostFartherAway() {
        var trace = RouteTrace(start: 4, retries: 10)
        #expect(run(&trace, hostAt: 12).prefix(6) == [4, 3, 2, 1, 5, 6])
        #expect(trace.hops([]).count == 12)
    }

    @Test func silentStationsAreTriedThreeTimesAndLeftEmpty() {
        var trace = RouteTrace(start: 3, retries: 10)
        let asked = run(&trace, hostAt: 3, silent: [2])
        #expect(asked.filter { $0 == 2 }.count == 3)
        #expect(trace.hops([])[1].address == nil)
    }

    @Test func aSilentHostEndsAtThirty() {
        var trace = RouteTrace(start: 10, retries: 0)
        _ = run(&trace, hostAt: 99, silent: Set(5...30))
        #expect(trace.reached == nil && trace.hops([]).count == 30)
    }

    @Test func aSharedWayIsTakenOver() {
        var trace = RouteTrace(start: 4, retries: 0)
        for _ in 0..<2 { if let next = trace.peek() { trace.sent(next, at(0)) } }
        trace.answered(3, by: router(3), isHost: false, timeToLive: 255, at: at(1))
        trace.share(upTo: 3, with: router(77))
        trace.answered(4, by: host, isHost: true, timeToLive: 61, at: at(1))
        #expect(trace.isDone)
        let others = [Hop(timeToLive: 1, address: router(1), roundTrip: 0.1)]
        let hops = trace.hops(others)
        #expect(hops.count == 4 && hops[0].address == router(1) && hops[0].sharedWith == router(77))
        #expect(hops[3].sharedWith == nil)
    }

    @Test(arguments: [(UInt8(63), 2), (64, 1), (128, 1), (120, 9), (255, 1), (20, 13)])
    func distancesAreGuessed(timeToLive: UInt8, distance: Int) {
        #expect(RouteTrace.distance(timeToLive) == distance)
    }
}
