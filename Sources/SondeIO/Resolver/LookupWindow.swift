// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// How many questions one DNS server may have open at once.
///
/// The window grows with answers and shrinks with time-outs, as `spec/port-scanning.md`, section 7, describes: by two per
/// answer up to a threshold, beyond it by two per half second in which it was nearly full and nothing was lost.
struct LookupWindow: Hashable {
    private static let smallest = 10.0
    private static let largest = 100.0
    private static let step = 2.0
    private static let interval = TimeSpan.milliseconds(500)

    private var size = Self.smallest
    private var threshold = 55.0
    /// The start of the present interval without time-outs; nil before the first answer beyond the threshold.
    private var calmSince: Instant?

    /// Questions allowed at once: 10 to 100.
    var capacity: Int { Int(size) }

    /// Takes an answer into account.
    ///
    /// - Parameters:
    ///   - openCount: questions open at the server, this one included.
    ///   - now: the present.
    mutating func answered(openCount: Int, now: Instant) {
        if size < threshold {
            grow()
            return
        }
        guard let start = calmSince else {
            calmSince = now
            return
        }
        let isNearlyFull = Double(openCount) >= size * 0.75
        guard now - start >= Self.interval, isNearlyFull else { return }
        grow()
        calmSince = now
    }

    /// Takes a time-out into account.
    ///
    /// - Parameters:
    ///   - leaves: whether the question goes to another server, or is given up.
    ///   - now: the present.
    mutating func timedOut(leaves: Bool, now: Instant) {
        size = max(size * (leaves ? 0.4 : 0.7), Self.smallest)
        threshold = size
        calmSince = now
    }

    private mutating func grow() { size = min(size + Self.step, Self.largest) }
}
