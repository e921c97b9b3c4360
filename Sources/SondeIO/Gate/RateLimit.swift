// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// At most so many connections and datagrams per second, evenly spread.
package struct RateLimit: Sendable {
    /// Between one and the next; zero for no limit.
    private let interval: TimeSpan
    private var free = Instant(nanoseconds: .min)

    /// How far behind its schedule a limit may catch up at once: one slow turn of the loop does not lower the rate.
    private static let slack = TimeSpan(nanoseconds: 10_000_000)

    /// Makes a limit.
    ///
    /// - Parameter perSecond: connections and datagrams per second; `nil`, or what is not above zero, sets no limit.
    package init(perSecond: Double?) {
        interval = perSecond.map { $0 > 0 ? .seconds(1 / $0) : .zero } ?? .zero
    }

    /// Takes the next place if it has come: `nil` then, else the instant at which it comes.
    package mutating func take(_ now: Instant) -> Instant? {
        guard interval > .zero else { return nil }
        if free > now { return free }
        let late = Instant(nanoseconds: now.nanoseconds &- Self.slack.nanoseconds)
        free = max(free, late) + interval
        return nil
    }
}
