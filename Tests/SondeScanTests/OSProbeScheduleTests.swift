// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@testable import SondeScan

@Suite("OSProbeSchedule")
struct OSProbeScheduleTests {
    /// Plays a round with a host that answers some probes, each after a while; gives what was sent when, in milliseconds.
    private func play(
        hasOpenPort: Bool = true,
        timeout: Int = 100,
        delay: TimeSpan = .zero,
        lateness: Int = 0,
        answers: (OSProbe, _ number: Int) -> Int?
    ) -> [(Int, OSProbe)] {
        var schedule = OSProbeSchedule(
            hasOpenPort: hasOpenPort,
            timeout: .milliseconds(timeout),
            delay: delay
        )
        var round = OSRound(ReplyTests.Sent(sequence: 1, acknowledgement: 2))
        let start = Instant(nanoseconds: 0)
        var log: [(Int, OSProbe)] = []
        var coming: [(due: Int, probe: OSProbe)] = []
        var time = 0
        for _ in 0..<2000 {
            let now = start + .milliseconds(time)
            for reply in coming where reply.due <= time { Self.answer(reply.probe, &round) }
            coming.removeAll { $0.due <= time }
            switch schedule.step(now: now, hasAnswer: { round.hasAnswer(to: $0) }) {
            case .send(let probe):
                log.append((time, probe))
                schedule.sent(probe, at: now)
                if let after = answers(probe, schedule.tries(of: probe)) {
                    coming.append((time + after, probe))
                }
            case .wait(let due):
                let next = Int((due - start).microseconds / 1000) + lateness
                time = min(next, coming.map(\.due).min() ?? next)
            case .done: return log
            }
        }
        Issue.record("the round has no end")
        return log
    }

    private static func answer(_ probe: OSProbe, _ round: inout OSRound) {
        switch probe {
        case .echo(let index): _ = round.record(OSEchoReply(), to: index, isRepeated: false)
        case .neighbor: return
        case .unreachable: _ = round.record(OSUnreachableReply())
        case .sequence, .options, .congestion, .t:
            var reply = OSTCPReply()
            reply.flags = 0x12
            reply.sequence = 5
            _ = round.record(reply, to: probe, sentAt: Instant(nanoseconds: 0))
        }
    }

    @Test("with all answers each probe is sent once: six at even steps, the others a little apart")
    func smooth() {
        let log = play { _, _ in 1 }
        let tests: [OSProbe] = [
            .echo(0), .echo(1), .unreachable, .congestion, .t(2), .t(3), .t(4), .t(5), .t(6), .t(7),
        ]
        #expect(log.map(\.1) == (0..<6).map { .sequence($0) } + tests)
        #expect(log.prefix(6).map(\.0) == [0, 100, 200, 300, 400, 500])
        #expect(log.dropFirst(6).map(\.0) == (1...10).map { 500 + 25 * $0 })
    }

    @Test("being late with one of the six does not shift the others")
    func late() {
        let log = play(lateness: 7) { _, _ in 1 }
        #expect(log.prefix(6).map(\.0) == [0, 107, 207, 307, 407, 507])
    }

    @Test("where the program was held up, the six do not crowd")
    func heldUp() {
        let times = play(lateness: 250) { _, _ in 1 }.prefix(6).map(\.0)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 90 })
        #expect(play(lateness: 20) { _, _ in 1 }.prefix(6).map(\.0) == [0, 120, 230, 340, 450, 560])
    }

    @Test("what is not answered is sent four times, after all others")
    func silent() {
        let log = play { probe, _ in probe == .t(2) || probe == .t(3) ? nil : 1 }
        #expect(log.count { $0.1 == .t(2) } == 4)
        #expect(log.count { $0.1 == .t(3) } == 4)
        #expect(log.count { $0.1 == .t(7) } == 1)
        let times = log.filter { $0.1 == .t(2) }.map(\.0)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 100 })
    }

    @Test("an answer to a repeated probe ends its repetition")
    func repeated() {
        let log = play { probe, number in probe == .unreachable && number < 2 ? nil : 1 }
        #expect(log.count { $0.1 == .unreachable } == 2)
    }

    @Test("the six are never sent again; what they left open is asked otherwise after their time")
    func sequenceLoss() {
        let log = play { probe, _ in
            if case .sequence(let index) = probe { index == 0 || index == 3 ? nil : 1 } else { 1 }
        }
        #expect(log.map(\.1).dropFirst(6).contains(.options(0)))
        #expect(log.map(\.1).dropFirst(6).contains(.options(3)))
        #expect(log.map(\.1).contains(.t(1)))
        #expect(!log.map(\.1).contains(.options(1)))
        #expect(log[6].0 == 600)
    }

    @Test("without an open port only what needs none is sent")
    func noOpenPort() {
        let log = play(hasOpenPort: false) { _, _ in 1 }
        #expect(log.map(\.1) == [.echo(0), .echo(1), .unreachable, .t(5), .t(6), .t(7)])
        #expect(log.first?.0 == 0)
    }

    @Test("a scan delay holds between all probes")
    func delay() {
        let log = play(delay: .milliseconds(300)) { _, _ in 1 }
        #expect(zip(log, log.dropFirst()).allSatisfy { $1.0 - $0.0 >= 300 })
    }

    @Test("a host that is silent altogether ends too")
    func dead() {
        let log = play { _, _ in nil }
        #expect(log.count == 6 + 4 * 17)
    }
}
