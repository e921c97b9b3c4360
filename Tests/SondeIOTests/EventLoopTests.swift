// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct EventLoopTests {
    private final class Note: ReadinessHandler {
        var seen: [Readiness] = []
        var action: () -> Void = {}

        func ready(_ readiness: Readiness) {
            seen.append(readiness)
            action()
        }
    }

    @Test("deadlines pass in order of time, then of setting, and not before their time")
    func deadlineOrder() throws {
        let clock = ManualClock()
        let loop = try EventLoop(clock: clock)
        var fired: [Int] = []
        let start = loop.now
        loop.schedule(at: start + .milliseconds(2)) { fired.append(3) }
        loop.schedule(at: start + .milliseconds(1)) { fired.append(1) }
        loop.schedule(at: start + .milliseconds(1)) { fired.append(2) }
        try loop.turn(waitingUpTo: .zero)
        #expect(fired.isEmpty)
        clock.advance(by: .milliseconds(1))
        try loop.turn(waitingUpTo: .zero)
        #expect(fired == [1, 2])
        clock.advance(by: .milliseconds(1))
        try loop.turn(waitingUpTo: .zero)
        #expect(fired == [1, 2, 3])
    }

    @Test("a cancelled deadline does not pass, even if another one of the same turn cancels it")
    func cancelledDeadline() throws {
        let clock = ManualClock(advancesWhenIdle: true)
        let loop = try EventLoop(clock: clock)
        var fired: [Int] = []
        var second: DeadlineID?
        loop.schedule(at: loop.now + .milliseconds(1)) {
            fired.append(1)
            if let second { loop.cancel(second) }
        }
        second = loop.schedule(at: loop.now + .milliseconds(1)) { fired.append(2) }
        try loop.turn(waitingUpTo: nil)
        try loop.turn(waitingUpTo: .zero)
        #expect(fired == [1])
    }

    @Test("a deadline set for now by one that passes waits for the next turn")
    func noEndlessTurn() throws {
        let loop = try EventLoop(clock: ManualClock())
        var count = 0
        func again() {
            count += 1
            loop.schedule(at: loop.now, again)
        }
        again()
        try loop.turn(waitingUpTo: .zero)
        #expect(count == 2)
        try loop.turn(waitingUpTo: .zero)
        #expect(count == 3)
    }

    @Test("the clock is read for each turn, and stands still within it")
    func clockPerTurn() throws {
        let clock = ManualClock()
        let loop = try EventLoop(clock: clock)
        let before = loop.now
        clock.advance(by: .seconds(1))
        #expect(loop.now == before)
        try loop.turn(waitingUpTo: .zero)
        #expect(loop.now == clock.now)
    }

    @Test("a turn does events, deadlines, put-off work and what comes after, in this order")
    func turnOrder() throws {
        let loop = try EventLoop(clock: ManualClock())
        var order: [String] = []
        let event = try loop.syscalls.makeWakeup()
        let note = Note()
        note.action = { order.append("event") }
        let registration = try loop.register(event.number, note)
        loop.soon { order.append("soon") }
        loop.schedule(at: loop.now) { order.append("deadline") }
        loop.afterEvents = {
            order.append("after")
            return false
        }
        try loop.turn(waitingUpTo: .zero)
        #expect(order == ["event", "deadline", "soon", "after"])
        loop.deregister(registration)
    }

    @Test("an event for a registration that an earlier handler of the turn ended is dropped")
    func staleEvent() throws {
        let loop = try EventLoop()
        let first = try loop.syscalls.makeWakeup()
        let second = try loop.syscalls.makeWakeup()
        let notes = [Note(), Note()]
        let one = try loop.register(first.number, notes[0])
        let two = try loop.register(second.number, notes[1])
        notes[0].action = { loop.deregister(two) }
        notes[1].action = { loop.deregister(one) }
        try loop.turn(waitingUpTo: .zero)
        try loop.turn(waitingUpTo: .zero)
        #expect(notes[0].seen.count + notes[1].seen.count == 1)
    }

    @Test("a new life of a descriptor's number does not get the events of the old one")
    func generations() {
        var table = RegistrationTable()
        let old = Note()
        let new = Note()
        let first = table.add(7, old)
        let isRemoved = table.remove(first)
        #expect(isRemoved)
        let second = table.add(7, new)
        #expect(first != second)
        #expect(table.handler(of: first) == nil)
        #expect(table.handler(of: second) === new)
        let isRemovedAgain = table.remove(first)
        #expect(!isRemovedAgain)
        #expect(Registration(token: second.token) == second)
        #expect(table.handler(of: Registration(token: .max)) == nil)
    }

    @Test("while there is more to do after the events, a turn does not block")
    func moreWork() throws {
        let loop = try EventLoop()
        var rest = 3
        loop.afterEvents = {
            rest -= 1
            return rest > 0
        }
        try loop.turn(waitingUpTo: .zero)
        while rest > 0 { try loop.turn(waitingUpTo: nil) }
        #expect(rest == 0)
    }

    @Test("work from another thread ends the wait and runs on the loop's thread", .timeLimit(.minutes(1)))
    func submitFromOutside() throws {
        let loop = try EventLoop()
        let seen = Seen()
        let thread = Thread { loop.submit { seen.isOnLoop = loop.isOnLoop } }
        try loop.run { seen.isOnLoop != nil }
        thread.join()
        #expect(seen.isOnLoop == true)
    }

    @Test("a signal or a failure of the wait is told as such")
    func failingWait() throws {
        let loop = try EventLoop()
        loop.syscalls.force(ForcedFailure(call: "epoll_wait", occurrence: 1, number: EINVAL))
        #expect(throws: SystemError(number: EINVAL, call: "epoll_wait")) { try loop.turn(waitingUpTo: .zero) }
        try loop.turn(waitingUpTo: .zero)
    }
}

// Safe because only the loop's thread writes and reads it.
private final class Seen: @unchecked Sendable {
    var isOnLoop: Bool?
}

/// A thread of its own for a test.
private struct Thread {
    private var handle = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        unsafe pthread_create(
            &handle,
            nil,
            {
                if let raw = unsafe $0 { unsafe Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body() }
                return nil
            },
            box
        )
    }

    func join() { pthread_join(handle, nil) }
}
