// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The best probe of a host that was answered, and how it is used to measure the network.
///
/// When a host stays silent, this probe is sent again: an answer says that the network is fine and the host's ports are
/// silent, none says that packets get lost (spec page `port-scanning`, section 5).
package struct TimingPing: Hashable, Sendable {
    /// The probe.
    package private(set) var probe: RawProbe
    /// How good it is.
    package private(set) var score: Int

    /// Starts with a probe.
    package init(_ probe: RawProbe, score: Int) {
        self.probe = probe
        self.score = score
    }

    /// Takes a probe if it is better.
    mutating func improve(_ other: RawProbe, score: Int) {
        guard score > self.score else { return }
        self = TimingPing(other, score: score)
    }
}

/// When a host's timing pings are due.
struct PingSchedule: Hashable {
    /// Probes that must have been sent since the last ping.
    private static let probesBetween = 10
    /// How long nothing must have come.
    private static let silence = TimeSpan.milliseconds(1250)

    private var probesSincePing = 0
    private var lastSign: Instant?
    private var next: UInt8 = 0

    /// Counts a probe.
    mutating func probeSent(_ now: Instant) {
        probesSincePing += 1
        if lastSign == nil { lastSign = now }
    }

    /// Takes note that something came.
    mutating func received(_ now: Instant) { lastSign = now }

    /// When a ping is due if nothing comes; nothing if too few probes were sent.
    var due: Instant? {
        guard probesSincePing >= Self.probesBetween, let lastSign else { return nil }
        return lastSign + Self.silence
    }

    /// The try of the ping that is sent now.
    mutating func ping(_ now: Instant) -> UInt8 {
        probesSincePing = 0
        lastSign = now
        next = (next + 1) & 31
        return ProbeStamp.octet(attempt: Int(next), isPing: true)
    }
}

/// The timing pings of all hosts, kept from one phase to the next.
package final class TimingPings {
    private var byHost: [Int: TimingPing] = [:]

    /// Makes an empty book.
    package init() {}

    /// The ping of a host, by its number.
    package subscript(_ host: Int) -> TimingPing? {
        get { byHost[host] }
        set { byHost[host] = newValue }
    }
}
