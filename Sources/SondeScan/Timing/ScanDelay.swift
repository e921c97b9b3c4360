// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The pause between probes to one host, which grows when answers get lost.
package struct ScanDelay: Hashable, Sendable {
    /// The present pause.
    package private(set) var span: TimeSpan

    private let maximum: TimeSpan
    private let first: TimeSpan
    private let ratioLimit: Double
    private let tryLimit: Int
    private var drops = 0
    private var good = 0
    private var highestTry = 0

    /// Starts with the pause of the template.
    package init(_ timing: ScanTiming, transport: TransportProtocol) {
        span = timing.template.scanDelay
        maximum = timing.maximumScanDelay
        first = .milliseconds(transport == .udp ? 50 : 5)
        ratioLimit = timing.dropRatioLimit
        tryLimit = timing.successfulTryLimit
    }

    /// Takes an answer to a first try into account.
    package mutating func answered() { good += 1 }

    /// Takes a loss into account.
    ///
    /// - Parameter attempt: the try that was answered after all, from 0.
    /// - Returns: whether the pause has grown.
    package mutating func dropped(answeredAt attempt: Int) -> Bool {
        drops += 1
        let climbed = attempt > highestTry && attempt > tryLimit
        highestTry = max(highestTry, attempt)
        let isLossy = drops > 10 && Double(drops) / Double(drops + good) > ratioLimit
        guard climbed || isLossy else { return false }
        return grow()
    }

    private mutating func grow() -> Bool {
        drops = 0
        good = 0
        let before = span
        let doubled = span == .zero ? first : span + span
        span = min(doubled, .milliseconds(1000), maximum)
        return span > before
    }
}
