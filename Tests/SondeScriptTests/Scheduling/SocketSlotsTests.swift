// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeTestSupport
import Testing

@testable import SondeScript

@Suite struct SocketSlotsTests {
    private final class Holder: SlotHolder {
        var holdsSlot = false
        var hasEnded = false
        let slotHost: Int?
        var began = Instant(nanoseconds: 0)

        init(_ host: Int? = 0) { slotHost = host }
    }

    private let clock = ManualClock()

    private func states(_ holders: [Holder]) -> [Bool] { holders.map(\.holdsSlot) }

    private func count(_ holders: [Holder]) -> Int { states(holders).filter { $0 }.count }

    /// Takes a slot or queues for one; the number of slots held is what the holders say.
    private func ask(_ slots: inout SocketSlots, _ holder: Holder) {
        holder.began = clock.now
        if !slots.take(holder, clock.now) {
            slots.wait(holder, clock.now) { [clock] in holder.began = clock.now }
        }
    }

    @Test(
        "with --max-parallelism one more than that may hold, at all hosts together, first come first served"
    )
    func fixed() {
        var slots = SocketSlots(limit: 2)
        let holders = (0..<5).map { _ in Holder() }
        for holder in holders { ask(&slots, holder) }
        #expect(states(holders) == [true, true, true, false, false])
        #expect(slots.waiting == 2)
        holders[3].hasEnded = true
        for proceed in slots.release(holders[0], clock.now) { proceed() }
        #expect(states(holders) == [false, true, true, false, true])
        slots.forget(holders[4])
        #expect(!slots.hasWaiters)
        clock.advance(by: .seconds(60))
        #expect(slots.admitStarved(clock.now).isEmpty)
    }

    @Test("hosts take turns, and one that suffers leaves the others alone")
    func turns() {
        var slots = SocketSlots(limit: nil, most: 20)
        let first = (0..<30).map { _ in Holder(1) }
        let second = (0..<2).map { _ in Holder(2) }
        for holder in first + second { ask(&slots, holder) }
        #expect(count(first) == 20)
        #expect(count(second) == 0)
        for holder in first.prefix(4) { _ = slots.release(holder, clock.now) }
        #expect(count(second) == 2)
        slots.lost(1, began: clock.now, now: clock.now)
        #expect(slots.limit(with: 1) == 10)
        #expect(slots.limit(with: 2) == 20)
        #expect(slots.limitInAll == 20)
    }

    @Test("losses at two hosts at the same time narrow all, losses at one do not")
    func path() {
        var slots = SocketSlots(limit: nil)
        for _ in 0..<10 {
            clock.advance(by: .milliseconds(10))
            slots.lost(1, began: clock.now, now: clock.now)
        }
        #expect(slots.limitInAll == 1000)
        slots.lost(2, began: clock.now, now: clock.now)
        #expect(slots.limitInAll == 500)
        #expect(slots.limit(with: 1) == SocketSlots.leastWithHost)
    }

    @Test("where those who hold wait for those who wait, one more goes after a while")
    func starvation() {
        var slots = SocketSlots(limit: nil, most: 3)
        let holders = (0..<5).map { _ in Holder() }
        for holder in holders { ask(&slots, holder) }
        #expect(slots.admitStarved(clock.now).isEmpty)
        clock.advance(by: SocketSlots.patience)
        #expect(slots.admitStarved(clock.now).count == 1)
        #expect(states(holders) == [true, true, true, true, false])
        #expect(slots.admitStarved(clock.now).isEmpty)
    }

    @Test("threads before and after all hosts are bounded in all only")
    func noHost() {
        var slots = SocketSlots(limit: nil)
        let holders = (0..<300).map { _ in Holder(nil) }
        for holder in holders { ask(&slots, holder) }
        #expect(count(holders) == 300)
    }

    /// A peer that answers so many connections at a time in 20 ms and loses all above that after 3 s.
    private func run(_ count: Int, capacity: Int) -> (lost: Int, elapsed: TimeSpan, limit: Int) {
        var slots = SocketSlots(limit: nil)
        let start = clock.now
        let holders = (0..<count).map { _ in Holder() }
        for holder in holders { ask(&slots, holder) }
        var open = Set(holders.indices)
        var failures = 0
        var turns = 0
        while !open.isEmpty, turns < 100_000 {
            turns += 1
            clock.advance(by: .milliseconds(20))
            let held = open.filter { holders[$0].holdsSlot }.sorted()
            for (place, index) in held.enumerated() {
                let holder = holders[index]
                if place < capacity {
                    let took = clock.now - holder.began
                    for go in slots.connected(0, after: took, began: holder.began, now: clock.now) { go() }
                } else if clock.now - holder.began >= .seconds(3) {
                    failures += 1
                    slots.lost(0, began: holder.began, now: clock.now)
                } else {
                    continue
                }
                open.remove(index)
                for go in slots.release(holder, clock.now) { go() }
            }
        }
        return (failures, clock.now - start, slots.limit(with: 0))
    }

    @Test("a peer that bears all is asked by many at once; one that does not, by fewer, and all get through")
    func simulation() {
        let strong = run(2000, capacity: 10_000)
        #expect(strong.lost == 0)
        #expect(strong.elapsed <= .milliseconds(200))
        let weak = run(2000, capacity: 20)
        #expect(weak.lost < 50)
        #expect(weak.elapsed < .seconds(10))
        #expect(weak.limit < strong.limit)
    }
}
