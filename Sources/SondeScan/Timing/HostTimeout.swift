// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How much of its time a host has used (`--host-timeout`).
///
/// The clock runs only while the host is worked on, so it is started and stopped, possibly several times.
package struct HostTimeout: Hashable, Sendable {
    /// Longest time; nothing if not limited.
    package let limit: TimeSpan?

    private var used = TimeSpan.zero
    private var since: Instant?

    /// Makes a clock that stands.
    package init(limit: TimeSpan?) { self.limit = limit }

    /// Lets the clock run; does nothing if it runs.
    package mutating func start(_ now: Instant) {
        if since == nil { since = now }
    }

    /// Stops the clock; does nothing if it stands.
    package mutating func stop(_ now: Instant) {
        used = used(now)
        since = nil
    }

    /// How much was used so far.
    package func used(_ now: Instant) -> TimeSpan { used + (since.map { now - $0 } ?? .zero) }

    /// Whether more than the limit was used.
    package func isOver(_ now: Instant) -> Bool { limit.map { used(now) >= $0 } ?? false }

    /// When the limit is reached if the clock keeps running; nothing if it stands or there is no limit.
    package var deadline: Instant? {
        guard let limit, let since else { return nil }
        return since + TimeSpan(nanoseconds: limit.nanoseconds - used.nanoseconds)
    }
}
