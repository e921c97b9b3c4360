// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel

/// A clock that jumps to the next deadline instead of waiting for it.
final class ManualClock: LoopClock {
    private var present = Instant(nanoseconds: 1_000_000_000)

    func read() -> Instant { present }

    func blockingTime(_ span: TimeSpan?) -> TimeSpan? {
        if let span { present = present + span }
        return .zero
    }
}
