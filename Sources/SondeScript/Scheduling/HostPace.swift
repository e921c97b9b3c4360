// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// How often all scripts together may begin something with one host (`--script-rate`).
final class HostPace {
    private let perSecond: Double
    private var hosts: [IPAddress: RateLimit] = [:]

    /// Hosts remembered before the list is begun anew; a host is then at most one place early.
    private static let mostHosts = 65_536

    init(perSecond: Double) { self.perSecond = perSecond }

    /// Takes the next place with a host if it has come: nothing then, else when it comes.
    func take(_ host: IPAddress, _ now: Instant) -> Instant? {
        if hosts.count >= Self.mostHosts { hosts = [:] }
        return hosts[host, default: RateLimit(perSecond: perSecond)].take(now)
    }
}
