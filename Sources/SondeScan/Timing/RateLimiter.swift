// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The least and the most packets per second (`--min-rate`, `--max-rate`).
package struct RateLimiter: Hashable, Sendable {
    private let leastGap: TimeSpan?
    private let mostGap: TimeSpan?
    /// When the next packet may go.
    private var allowed: Instant?
    /// When the next packet should go.
    private var due: Instant?

    /// Makes a limiter.
    ///
    /// - Parameters:
    ///   - minimum: packets per second at least; nothing if not given.
    ///   - maximum: packets per second at most; nothing if not limited.
    package init(minimum: Double?, maximum: Double?) {
        leastGap = maximum.flatMap { $0 > 0 ? .seconds(1 / $0) : nil }
        mostGap = minimum.flatMap { $0 > 0 ? .seconds(1 / $0) : nil }
    }

    /// When the next packet may go; nothing if it may go now.
    package func waits(_ now: Instant) -> Instant? {
        guard leastGap != nil, let allowed, allowed > now else { return nil }
        return allowed
    }

    /// Whether a packet must go now, whatever windows say.
    package func isDue(_ now: Instant) -> Bool {
        guard mostGap != nil else { return false }
        return due.map { $0 <= now } ?? true
    }

    /// When a packet must go next; nothing without a least rate.
    package var nextDue: Instant? { mostGap == nil ? nil : due }

    /// Counts packets that are sent now.
    ///
    /// The schedule of the most may lag behind, so that lost time is caught up.
    package mutating func sent(_ count: Int, _ now: Instant) {
        for _ in 0..<max(count, 0) {
            if let leastGap { allowed = (allowed ?? now) + leastGap }
            if let mostGap { due = min((due ?? now) + mostGap, now + mostGap) }
        }
    }
}
