// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How many services are asked at once.
///
/// Detection is mostly waiting, so many more than the reference's twenty are asked together; if connections then time out that
/// an idle path would not lose, there are fewer.
package struct ServiceWindow: Hashable, Sendable {
    /// How many may be asked now.
    package private(set) var limit: Int
    private let least: Int
    private let most: Int
    private var answers = 0

    /// Connections that a service may use at once.
    private static let connectionsPerService = 4
    /// What the reference asks at once by default; a path that does not bear this is not ours to spare.
    private static let customary = 20

    /// Makes a window.
    ///
    /// - Parameters:
    ///   - template: the timing template; the polite ones ask one service at a time.
    ///   - sockets: how many sockets this process may have.
    package init(_ template: TimingTemplate, sockets: Int) {
        let most = max(1, min(template.maximumParallelism ?? .max, sockets - sockets / 4))
        self.most = max(most, min(template.minimumParallelism ?? 1, max(1, sockets)))
        least = min(self.most, max(template.minimumParallelism ?? 1, Self.customary))
        limit = min(self.most, max(least, template.level >= 4 ? 512 : 256))
    }

    /// Whether one service may be asked several things at once, with so many connections in use.
    package func allowsAskingAhead(_ connections: Int) -> Bool {
        most > 1 && connections < min(most, limit * Self.connectionsPerService)
    }

    /// A connection stands: after as many as the window is wide, it is twice as wide.
    package mutating func answered() {
        answers += 1
        guard answers >= 2 else { return }
        answers = 0
        limit = min(most, limit + 1)
    }

    /// A connection timed out: half as many are asked at once.
    ///
    /// - Returns: whether that can be because of too many connections.
    package mutating func lost() -> Bool {
        answers = 0
        guard limit > least else { return false }
        limit = max(least, limit / 2)
        return true
    }
}
