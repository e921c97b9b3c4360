// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
package import SondeModel

/// Where an event loop gets the time from; tests set it by hand.
package protocol LoopClock: AnyObject {
    /// The present instant.
    func read() -> Instant

    /// How long the loop may really block when it has nothing to do for a span.
    ///
    /// - Parameter span: until the next deadline; `nil` if there is none.
    /// - Returns: the same span, or a shorter one for a clock that does not pass by itself.
    func blockingTime(_ span: TimeSpan?) -> TimeSpan?
}

/// The system's monotonic clock.
package final class MonotonicClock: LoopClock {
    /// Makes a clock.
    package init() {}

    /// Nanoseconds since some moment in the past, such as the start of the machine.
    package func read() -> Instant {
        Instant(nanoseconds: sonde_monotonic_time())
    }

    /// The span itself: this clock passes while the loop blocks.
    package func blockingTime(_ span: TimeSpan?) -> TimeSpan? { span }
}
