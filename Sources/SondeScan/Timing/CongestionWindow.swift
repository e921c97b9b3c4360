// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How many probes may be in flight, to one host or to all hosts of a scan.
///
/// Slow start and congestion avoidance as in RFC 5681, with the figures of spec page `port-scanning`, section 5.
package struct CongestionWindow: Hashable, Sendable {
    /// Whose window it is; they shrink differently.
    package enum Level: Hashable, Sendable {
        /// One host's: shrinks to the least.
        case host
        /// That of all hosts: halves.
        case group
    }

    /// Probes allowed in flight.
    package private(set) var size: Double
    /// Below it the window grows fast.
    package private(set) var threshold = 75.0
    /// How many answers and drops were taken into account.
    package private(set) var updates = 0

    private var expected = 0
    private var received = 0
    private var lastDrop: Instant?
    private let low: Double
    private let high: Double
    private let increment: Double
    private let divisor: Double
    private let level: Level

    /// Starts with what the timing says, as far as that is allowed.
    package init(_ level: Level, _ timing: ScanTiming) {
        self.level = level
        low = Double(timing.lowWindow)
        high = Double(timing.highWindow)
        size = min(max(timing.initialWindow, low), high)
        increment = timing.avoidanceIncrement
        divisor = timing.thresholdDivisor
    }

    /// Whether one more probe may be sent.
    ///
    /// - Parameter active: how many are in flight.
    /// - Returns: whether the window has room.
    package func allows(_ active: Int) -> Bool { size >= Double(active) + 0.5 }

    /// Counts a probe that was answered or timed out; call it before the other two.
    package mutating func expect() { expected += 1 }

    /// Takes an answer into account; one to a timing ping counts three times.
    package mutating func answered(isPing: Bool = false) {
        received += 1
        updates += 1
        let scale = min(Double(expected) / Double(received), 50) * (isPing ? 3 : 1)
        if size < threshold {
            size = min(size + scale, threshold)
        } else {
            size += increment / size * scale
        }
        size = min(size, high)
    }

    /// Takes a loss into account, unless one was taken into account after the probe was sent.
    ///
    /// - Parameters:
    ///   - sent: when the lost probe was sent.
    ///   - now: the present.
    ///   - active: how many probes are in flight.
    package mutating func dropped(sent: Instant, now: Instant, active: Int) {
        updates += 1
        if let lastDrop, sent <= lastDrop { return }
        lastDrop = now
        size = level == .host ? low : max(low, size / 2)
        threshold = max((Double(active) / divisor).rounded(.down), 2)
    }
}
