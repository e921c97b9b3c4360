// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScan
import Testing

@Suite("RTTEstimator")
struct RTTEstimatorTests {
    private func estimator(_ milliseconds: [Int], level: Int = 3) -> RTTEstimator {
        var estimator = RTTEstimator(TimingTemplate(level: level))
        for sample in milliseconds { estimator.record(.milliseconds(sample)) }
        return estimator
    }

    @Test(
        "samples give smoothed time, variance and timeout",
        arguments: [
            ([], [-1, -1, 1_000_000]), ([0], [0, 5000, 100_000]), ([100], [100_000, 100_000, 500_000]),
            ([100, 100], [100_000, 75000, 400_000]), ([100, 180], [110_000, 95000, 490_000]),
            ([100, 20], [90000, 95000, 470_000]), ([3000], [3_000_000, 2_000_000, 10_000_000]),
            ([-10], [10000, 10000, 100_000]), ([-60], [-1, -1, 1_000_000]),
            ([100, 9000], [100_000, 100_000, 500_000]),
            ([100, 2000], [100_000, 100_000, 500_000]), ([100, -100], [100_000, 100_000, 500_000]),
        ] as [([Int], [Int])]
    )
    func samples(milliseconds: [Int], expected: [Int]) {
        let estimator = estimator(milliseconds)
        #expect([estimator.smoothed, estimator.variance, estimator.timeout] == expected)
    }

    @Test("a timeout stays within the template's bounds", arguments: 0...5)
    func bounds(level: Int) {
        let template = TimingTemplate(level: level)
        #expect(estimator([0], level: level).timeout == template.minimumRTTTimeout.microseconds)
        #expect(estimator([7999], level: level).timeout <= template.maximumRTTTimeout.microseconds)
    }

    @Test("no sample overflows")
    func extremes() {
        var estimator = RTTEstimator(TimingTemplate(level: 0))
        for sample in [Int64.max, .min, 0, .max] { estimator.record(TimeSpan(nanoseconds: sample)) }
        #expect(estimator.timeout > 0)
        #expect(estimator.times != nil)
    }
}

@Suite("CongestionWindow")
struct CongestionWindowTests {
    private let start = Instant(nanoseconds: 0)

    private func window(
        _ level: CongestionWindow.Level,
        template: TimingTemplate = .init(level: 3)
    ) -> CongestionWindow {
        CongestionWindow(level, ScanTiming(template, transport: .tcp))
    }

    @Test("it starts at ten, grows by one per answer up to the threshold, then slowly")
    func growth() {
        var window = window(.host)
        #expect(window.size == 10)
        for _ in 0..<65 {
            window.expect()
            window.answered()
        }
        #expect(window.size == 75)
        window.expect()
        window.answered()
        #expect(window.size == 75 + 1.0 / 75)
    }

    @Test("answers count more when few probes get one, at most fifty times")
    func scale() {
        var window = window(.host)
        for _ in 0..<4 { window.expect() }
        window.answered()
        #expect(window.size == 14)
        var silent = self.window(.host)
        for _ in 0..<1000 { silent.expect() }
        silent.answered()
        #expect(silent.size == 60)
    }

    @Test("it never exceeds the most parallel probes")
    func limit() {
        var template = TimingTemplate(level: 4)
        template.maximumParallelism = 20
        var window = window(.group, template: template)
        for _ in 0..<1000 {
            window.expect()
            window.answered()
        }
        #expect(window.size == 20)
    }

    @Test("a loss shrinks a host's window to the least and halves a group's")
    func drops() {
        var host = window(.host)
        var group = window(.group)
        host.dropped(sent: start, now: start + .milliseconds(5), active: 9)
        group.dropped(sent: start, now: start + .milliseconds(5), active: 9)
        #expect(host.size == 1)
        #expect(host.threshold == 6)
        #expect(group.size == 5)
    }

    @Test("one burst of losses counts once")
    func burst() {
        var group = window(.group)
        group.dropped(sent: start, now: start + .milliseconds(5), active: 9)
        group.dropped(sent: start + .milliseconds(5), now: start + .milliseconds(9), active: 9)
        #expect(group.size == 5)
        group.dropped(sent: start + .milliseconds(6), now: start + .milliseconds(9), active: 9)
        #expect(group.size == 2.5)
    }

    @Test("there is room for a probe while the window exceeds those in flight by a half")
    func room() {
        let window = window(.host)
        #expect(window.allows(9))
        #expect(!window.allows(10))
    }
}

@Suite("RateLimiter")
struct RateLimiterTests {
    private let start = Instant(nanoseconds: 0)

    @Test("without rates nothing waits and nothing is due")
    func none() {
        var limiter = RateLimiter(minimum: nil, maximum: nil)
        limiter.sent(100, start)
        #expect(limiter.waits(start) == nil)
        #expect(!limiter.isDue(start))
        #expect(limiter.nextDue == nil)
    }

    @Test("a most rate spaces packets and catches up")
    func maximum() {
        var limiter = RateLimiter(minimum: nil, maximum: 10)
        limiter.sent(1, start)
        #expect(limiter.waits(start) == start + .milliseconds(100))
        let late = start + .milliseconds(300)
        limiter.sent(2, late)
        #expect(limiter.waits(late) == nil)
        limiter.sent(1, late)
        #expect(limiter.waits(late) == start + .milliseconds(400))
    }

    @Test("a least rate makes packets due, but never saves them up")
    func minimum() {
        var limiter = RateLimiter(minimum: 10, maximum: nil)
        #expect(limiter.isDue(start))
        limiter.sent(3, start)
        #expect(!limiter.isDue(start))
        #expect(limiter.nextDue == start + .milliseconds(100))
        #expect(limiter.isDue(start + .milliseconds(100)))
    }
}

@Suite("ScanDelay")
struct ScanDelayTests {
    private func delay(_ level: Int, _ transport: TransportProtocol = .tcp) -> ScanDelay {
        ScanDelay(ScanTiming(TimingTemplate(level: level), transport: transport), transport: transport)
    }

    /// Whether each of some losses makes a pause grow.
    private func growth(of delay: inout ScanDelay, _ attempts: [Int]) -> [Bool] {
        attempts.map { delay.dropped(answeredAt: $0) }
    }

    @Test("it grows when more than ten answers got lost and these are many")
    func losses() {
        var delay = delay(3)
        let lost = [Int](repeating: 1, count: 11)
        let expected = [Bool](repeating: false, count: 10) + [true]
        let first = growth(of: &delay, lost)
        #expect(first == expected)
        #expect(delay.span == .milliseconds(5))
        let second = growth(of: &delay, lost)
        #expect(second == expected)
        #expect(delay.span == .milliseconds(10))
    }

    @Test("it stays when losses are few among many answers")
    func few() {
        var delay = delay(3)
        for _ in 0..<100 { delay.answered() }
        let grown = growth(of: &delay, [Int](repeating: 1, count: 20))
        #expect(!grown.contains(true))
        #expect(delay.span == .zero)
    }

    @Test("it grows when a late try was answered")
    func lateTry() {
        var delay = delay(3, .udp)
        let grown = growth(of: &delay, [3, 4, 4])
        #expect(grown == [false, true, false])
        #expect(delay.span == .milliseconds(50))
    }

    @Test("it has a limit", arguments: [(3, 1000), (4, 10), (5, 5)])
    func limit(level: Int, milliseconds: Int) {
        var delay = delay(level)
        for attempt in 5..<40 { _ = delay.dropped(answeredAt: attempt) }
        #expect(delay.span == .milliseconds(milliseconds))
    }
}

@Suite("HostTimeout")
struct HostTimeoutTests {
    private let start = Instant(nanoseconds: 0)

    @Test("only time while the clock runs counts")
    func counting() {
        var timeout = HostTimeout(limit: .milliseconds(100))
        timeout.start(start)
        #expect(timeout.deadline == start + .milliseconds(100))
        timeout.stop(start + .milliseconds(60))
        #expect(timeout.deadline == nil)
        #expect(!timeout.isOver(start + .milliseconds(5000)))
        timeout.start(start + .milliseconds(5000))
        timeout.start(start + .milliseconds(5010))
        #expect(timeout.deadline == start + .milliseconds(5040))
        #expect(!timeout.isOver(start + .milliseconds(5039)))
        #expect(timeout.isOver(start + .milliseconds(5040)))
    }

    @Test("without a limit it is never over")
    func unlimited() {
        var timeout = HostTimeout(limit: nil)
        timeout.start(start)
        #expect(timeout.deadline == nil)
        #expect(!timeout.isOver(Instant(nanoseconds: .max)))
    }
}
