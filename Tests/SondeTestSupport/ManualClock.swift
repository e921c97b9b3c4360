// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
package import SondeModel

/// A clock that tests set.
package final class ManualClock: LoopClock {
    /// What the clock shows.
    package var now: Instant
    private let advancesWhenIdle: Bool

    /// Makes a clock.
    ///
    /// - Parameters:
    ///   - now: what it shows first.
    ///   - advancesWhenIdle: whether it jumps to the next deadline when the loop has nothing else to do. Then deadlines take no
    ///     real time.
    package init(now: Instant = Instant(nanoseconds: 1_000_000_000), advancesWhenIdle: Bool = false) {
        self.now = now
        self.advancesWhenIdle = advancesWhenIdle
    }

    /// What the clock shows.
    package func read() -> Instant { now }

    /// Moves the clock.
    package func advance(by span: TimeSpan) { now = now + span }

    /// A loop with this clock blocks only if there is no deadline, and then for a moment.
    package func blockingTime(_ span: TimeSpan?) -> TimeSpan? {
        guard let span else { return .milliseconds(1) }
        if advancesWhenIdle { now = now + span }
        return .zero
    }
}
