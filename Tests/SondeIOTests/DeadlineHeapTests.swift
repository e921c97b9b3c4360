// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct DeadlineHeapTests {
    @Test("putting a deadline off does not file it again until its first instant has come")
    func putOff() {
        var heap = DeadlineHeap()
        let id = heap.make(isOnce: false) {}
        for second in 1...100 { heap.set(id, at: Instant(nanoseconds: Int64(second))) }
        #expect(heap.filedCount == 1)
        let early = heap.popDue(Instant(nanoseconds: 99), setBefore: heap.order)
        #expect(early == nil)
        #expect(heap.filedCount == 1)
        let due = heap.popDue(Instant(nanoseconds: 100), setBefore: heap.order)
        #expect(due != nil)
        #expect(heap.filedCount == 0)
        let rest = heap.next()
        #expect(rest == nil)
    }

    @Test("a removed deadline's name does not reach its successor")
    func generations() {
        var heap = DeadlineHeap()
        let first = heap.make(isOnce: true) {}
        heap.set(first, at: Instant(nanoseconds: 1))
        heap.remove(first)
        let second = heap.make(isOnce: true) {}
        heap.set(second, at: Instant(nanoseconds: 5))
        heap.set(first, at: Instant(nanoseconds: 2))
        heap.remove(first)
        let due = heap.next()
        #expect(due == Instant(nanoseconds: 5))
    }

    @Test("entries of removed deadlines do not pile up")
    func noPile() {
        var heap = DeadlineHeap()
        for number in 0..<10_000 {
            let id = heap.make(isOnce: true) {}
            heap.set(id, at: Instant(nanoseconds: Int64(number)))
            heap.remove(id)
        }
        #expect(heap.filedCount <= 130)
    }

    @Test("after any history of settings the deadlines pass as a plain list says", arguments: 1...20)
    func model(seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        var heap = DeadlineHeap()
        var fired: [Int] = []
        var list: [Int: (due: Int64, order: Int)] = [:]
        let ids = (0..<20).map { number in heap.make(isOnce: false) { fired.append(number) } }
        var now: Int64 = 0
        for step in 0..<500 {
            let number = next(20)
            let due = now + Int64(next(50)) + 1
            if next(4) == 0 {
                heap.set(ids[number], at: nil)
                list[number] = nil
            } else {
                heap.set(ids[number], at: Instant(nanoseconds: due))
                list[number] = (due, step)
            }
            guard next(3) == 0 else { continue }
            now += Int64(next(20))
            let expected = list.filter { $0.value.due <= now }
                .sorted { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }.map(\.key)
            for key in expected { list[key] = nil }
            fired = []
            while let action = heap.popDue(Instant(nanoseconds: now), setBefore: heap.order) { action() }
            #expect(fired == expected)
            let following = heap.next()?.nanoseconds
            #expect(following == list.values.map(\.due).min())
        }
    }
}
