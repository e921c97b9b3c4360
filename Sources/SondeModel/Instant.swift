// SPDX-License-Identifier: Apache-2.0

/// A point on the monotonic clock, in nanoseconds from an arbitrary origin.
///
/// Nothing below the façade reads a clock by itself: the event loop reads it once per turn, and state
/// machines take the time as a parameter, so tests can set it.
public struct Instant: Hashable, Sendable, Comparable {
    /// Nanoseconds from the origin.
    public var nanoseconds: Int64

    /// Makes an instant.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whether one instant is earlier.
    public static func < (one: Instant, other: Instant) -> Bool { one.nanoseconds < other.nanoseconds }

    /// The instant a span later; the far future if that lies beyond what can be told.
    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The span from another instant to this one; negative if the other is later.
    public static func - (later: Instant, earlier: Instant) -> TimeSpan {
        TimeSpan(nanoseconds: later.nanoseconds - earlier.nanoseconds)
    }
}

/// A length of time in whole nanoseconds.
public struct TimeSpan: Hashable, Sendable, Comparable {
    /// The length; may be negative.
    public var nanoseconds: Int64

    /// Makes a span.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A span of seconds.
    public static func seconds(_ count: Double) -> TimeSpan {
        let scaled = count * 1e9
        guard scaled.isFinite, scaled < 9e18 else { return TimeSpan(nanoseconds: .max) }
        return TimeSpan(nanoseconds: Int64(max(scaled, -9e18)))
    }

    /// A span of milliseconds.
    public static func milliseconds(_ count: Int) -> TimeSpan {
        let (product, overflow) = Int64(count).multipliedReportingOverflow(by: 1_000_000)
        return TimeSpan(nanoseconds: overflow ? .max : product)
    }

    /// A span of microseconds.
    public static func microseconds(_ count: Int) -> TimeSpan {
        let (product, overflow) = Int64(count).multipliedReportingOverflow(by: 1000)
        return TimeSpan(nanoseconds: overflow ? .max : product)
    }

    /// No time at all.
    public static let zero = TimeSpan(nanoseconds: 0)

    /// The span in seconds.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// The span in whole microseconds, towards zero.
    public var microseconds: Int { Int(nanoseconds / 1000) }

    /// Whether one span is shorter.
    public static func < (one: TimeSpan, other: TimeSpan) -> Bool { one.nanoseconds < other.nanoseconds }

    /// The sum of two spans.
    public static func + (one: TimeSpan, other: TimeSpan) -> TimeSpan {
        let (sum, overflow) = one.nanoseconds.addingReportingOverflow(other.nanoseconds)
        return TimeSpan(nanoseconds: overflow ? .max : sum)
    }
}
