// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How many script threads may hold sockets at a time, to one host or to all.
///
/// Scripts mostly wait, so the window starts wide. It grows by one with each connection that stands, below the threshold, and by
/// one for a whole window of them above. A connection that is lost halves it; one that takes several times as long as the best
/// did takes an eighth. What began before the window last shrank shrinks it no further: it was under way already.
package struct ScriptWindow: Hashable, Sendable {
    /// How many may hold sockets now.
    package private(set) var limit: Int
    private let least: Int
    private let most: Int
    private var threshold: Int
    private var credit = 0
    private var best: TimeSpan?
    private var smoothed: TimeSpan?
    private var shrankAt: Instant?

    /// A connection is slow if it takes so many times as long as the best one, and this much longer.
    private static let slowFactor: Int64 = 4
    private static let slowMargin = TimeSpan.milliseconds(500)

    /// Makes a window.
    ///
    /// - Parameters:
    ///   - start: how many may hold sockets first.
    ///   - least: it never shrinks below this.
    ///   - most: it never grows beyond this.
    package init(start: Int, least: Int, most: Int) {
        self.most = max(1, most)
        self.least = min(max(1, least), self.most)
        limit = min(max(start, self.least), self.most)
        threshold = self.most
    }

    /// Takes a connection that stands into account.
    ///
    /// - Parameters:
    ///   - took: how long it took; nothing where that tells of more than the path.
    ///   - began: when it was begun.
    ///   - now: the present.
    ///   - isUsed: whether about so many as the window allows hold sockets; else nothing is known of a wider one.
    package mutating func connected(after took: TimeSpan?, began: Instant, now: Instant, isUsed: Bool = true)
    {
        if let took, isSlow(took) {
            shrink(to: limit - max(1, limit / 8), began, now)
        } else if !isUsed {
            return
        } else if limit < threshold {
            limit = min(most, limit + 1)
        } else {
            credit += 1
            guard credit >= limit else { return }
            credit = 0
            limit = min(most, limit + 1)
        }
    }

    /// Takes a connection into account that was lost, though its port was known to be open.
    package mutating func lost(began: Instant, now: Instant) { shrink(to: limit / 2, began, now) }

    private mutating func isSlow(_ took: TimeSpan) -> Bool {
        let known = min(best ?? took, took)
        best = known
        let before = smoothed ?? took
        let mean = TimeSpan(nanoseconds: before.nanoseconds + (took.nanoseconds - before.nanoseconds) / 8)
        smoothed = mean
        let bound = known.nanoseconds.multipliedReportingOverflow(by: Self.slowFactor)
        return !bound.overflow && mean > TimeSpan(nanoseconds: bound.partialValue) + Self.slowMargin
    }

    private mutating func shrink(to size: Int, _ began: Instant, _ now: Instant) {
        if let shrankAt, began <= shrankAt { return }
        shrankAt = now
        limit = max(least, size)
        threshold = limit
        credit = 0
    }
}
