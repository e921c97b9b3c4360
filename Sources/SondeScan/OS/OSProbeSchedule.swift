// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// When which probe of one round goes to one host.
///
/// First the six probes whose answers are compared with the clock, at even steps; then all others, a little
/// apart, each up to four times.
package struct OSProbeSchedule: Hashable, Sendable {
    /// What is to be done next.
    package enum Step: Hashable, Sendable {
        /// Send a probe now, and tell with ``sent(_:at:)``.
        case send(OSProbe)
        /// Nothing is to be done before this, unless an answer comes.
        case wait(Instant)
        /// The round is over.
        case done
    }

    /// How far the first six are apart.
    package static let sequenceGap = TimeSpan.milliseconds(100)
    /// How far others are apart.
    package static let testGap = TimeSpan.milliseconds(25)
    /// How often a probe is sent.
    package static let mostTries = 4

    private struct Flight: Hashable {
        let probe: OSProbe
        let deadline: Instant
    }

    private let hasOpenPort: Bool
    private let timeout: TimeSpan
    private let sequenceGap: TimeSpan
    /// How near one of the first six may follow the one before it, where that was late.
    private var leastSequenceGap: TimeSpan {
        TimeSpan(nanoseconds: sequenceGap.nanoseconds - sequenceGap.nanoseconds / 10)
    }
    private let testGap: TimeSpan
    private var sequenceCount = 0
    private var begin: Instant?
    private var lastSent: Instant?
    private var tests: [OSProbe]?
    private var next = 0
    private var tries: [OSProbe: Int] = [:]
    private var flights: [Flight] = []
    /// Between the first and the last of the six; nothing before both are sent.
    package private(set) var sequenceSpan: TimeSpan?

    /// Starts a round.
    ///
    /// - Parameters:
    ///   - hasOpenPort: whether there is an open TCP port.
    ///   - timeout: how long an answer may take.
    ///   - testGap: how far the probes after the first six are apart.
    ///   - delay: the least time between probes.
    package init(
        hasOpenPort: Bool,
        timeout: TimeSpan,
        testGap: TimeSpan = Self.testGap,
        delay: TimeSpan = .zero
    ) {
        self.hasOpenPort = hasOpenPort
        self.timeout = timeout
        sequenceGap = max(Self.sequenceGap, delay)
        self.testGap = max(testGap, delay)
    }

    /// How often a probe was sent.
    package func tries(of probe: OSProbe) -> Int { tries[probe, default: 0] }

    /// Tells that a probe was sent.
    package mutating func sent(_ probe: OSProbe, at now: Instant) {
        lastSent = now
        tries[probe, default: 0] += 1
        if case .sequence(let index) = probe {
            if index == 0 { begin = now }
            sequenceCount = index + 1
            if index == 5, let begin { sequenceSpan = now - begin }
        } else {
            flights.append(Flight(probe: probe, deadline: now + timeout))
        }
    }

    /// What is to be done next.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - hasAnswer: whether a probe has its answer, or needs none.
    /// - Returns: a step; ask again when it is done.
    package mutating func step(now: Instant, hasAnswer: (OSProbe) -> Bool) -> Step {
        if hasOpenPort, tests == nil {
            if sequenceCount < 6 {
                // The steps are counted from the first, so that delays do not add up; but where one was much too late,
                // the others do not crowd after it.
                let even = begin.map { $0 + Self.times(sequenceGap, sequenceCount) } ?? now
                let due = lastSent.map { max(even, $0 + leastSequenceGap) } ?? even
                return now >= due ? .send(.sequence(sequenceCount)) : .wait(due)
            }
            let isComplete = (0..<6).allSatisfy { hasAnswer(.sequence($0)) }
            let end = (lastSent ?? now) + timeout
            if !isComplete, now < end { return .wait(end) }
        }
        if tests == nil { tests = makeTests(hasAnswer) }
        return testStep(now: now, hasAnswer)
    }

    private func makeTests(_ hasAnswer: (OSProbe) -> Bool) -> [OSProbe] {
        var list: [OSProbe] = [.echo(0), .echo(1), .neighbor, .unreachable].filter { !hasAnswer($0) }
        if hasOpenPort {
            list += (0..<6).map { .options($0) }.filter { !hasAnswer($0) }
            list.append(.congestion)
            if !hasAnswer(.t(1)) { list.append(.t(1)) }
            list += [.t(2), .t(3), .t(4)]
        }
        return list + [.t(5), .t(6), .t(7)]
    }

    private mutating func testStep(now: Instant, _ hasAnswer: (OSProbe) -> Bool) -> Step {
        var flying: [Flight] = []
        for flight in flights where !hasAnswer(flight.probe) {
            if now < flight.deadline {
                flying.append(flight)
            } else if tries(of: flight.probe) < Self.mostTries {
                tests?.append(flight.probe)
            }
        }
        flights = flying
        while let tests, next < tests.count, hasAnswer(tests[next]) { next += 1 }
        if let tests, next < tests.count {
            let due = lastSent.map { $0 + testGap } ?? now
            guard now >= due else { return .wait(due) }
            next += 1
            return .send(tests[next - 1])
        }
        return flights.map(\.deadline).min().map { .wait($0) } ?? .done
    }

    private static func times(_ span: TimeSpan, _ count: Int) -> TimeSpan {
        let (product, overflow) = span.nanoseconds.multipliedReportingOverflow(by: Int64(count))
        return TimeSpan(nanoseconds: overflow ? .max : product)
    }
}
