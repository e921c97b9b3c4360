// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// How many sockets may be open at once.
///
/// The budget is what the limit of descriptors allows. When the system refuses another socket all the same (descriptors, buffers
/// or ports have run out), the budget shrinks to what is open; it grows again, slowly, while nothing is refused.
package struct SocketBudget: Sendable {
    /// Descriptors that are left to others: files, pollers, libraries.
    package static let reserve = 64

    /// How long to wait after a refusal if no socket is closed before.
    static let pause = TimeSpan(nanoseconds: 50_000_000)
    /// How long nothing must have been refused before the budget grows.
    static let recovery = TimeSpan(nanoseconds: 1_000_000_000)

    /// The most that may ever be open.
    package let ceiling: Int
    /// The most that may be open now.
    package private(set) var limit: Int
    /// How many are open.
    package private(set) var inUse = 0
    private var lastChange = Instant(nanoseconds: .min)
    private var blockedUntil: Instant?

    /// Makes a budget.
    ///
    /// - Parameter descriptorLimit: how many descriptors the process may have.
    package init(descriptorLimit: Int) {
        ceiling = max(8, descriptorLimit - Self.reserve)
        limit = ceiling
    }

    /// Counts a socket that does not wait for its turn.
    mutating func take() { inUse += 1 }

    /// Takes the place of one socket: `nil` if there is one, else when to look again.
    ///
    /// The far future says that only the closing of a socket helps.
    mutating func takeIfFree(_ now: Instant) -> Instant? {
        if let blocked = blockedUntil {
            guard blocked <= now else { return blocked }
            blockedUntil = nil
        }
        if inUse < limit {
            inUse += 1
            return nil
        }
        guard limit < ceiling else { return Instant(nanoseconds: .max) }
        guard lastChange + Self.recovery <= now else { return lastChange + Self.recovery }
        lastChange = now
        limit = min(ceiling, limit + max(1, limit / 8))
        inUse += 1
        return nil
    }

    /// Gives the place of one socket back.
    mutating func giveBack() {
        inUse = max(0, inUse - 1)
        blockedUntil = nil
    }

    /// Gives back the place of a socket that the system refused, and waits before the next.
    mutating func refused(_ now: Instant) {
        inUse = max(0, inUse - 1)
        limit = max(1, min(limit, inUse))
        lastChange = now
        blockedUntil = now + Self.pause
    }
}
