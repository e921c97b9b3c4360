// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Looking up the names of hosts.
extension HostPipeline {
    /// Looks the name of a host that is up up, unless names are not wanted, and goes on with it.
    func findName(of active: ActiveHost) {
        guard session.plan.names.mode != .never else { return advance(active, after: .name) }
        findName(of: active) { [weak self] in self?.advance(active, after: .name) }
    }

    /// Looks the name of a host up that is not in work, then goes on.
    func findName(aside active: ActiveHost, then: @escaping () -> Void) {
        namesUnderWay += 1
        findName(of: active) { [weak self] in
            self?.namesUnderWay -= 1
            then()
        }
    }

    /// Looks the name of a host up, then goes on.
    func findName(of active: ActiveHost, then: @escaping () -> Void) {
        guard active.host.name == nil else { return then() }
        lookupsUnderWay[active.number] = nameLookups.names(of: [active.host.address]) { _, name in
            active.host.name = name
        } finished: { [weak self] in
            self?.lookupsUnderWay[active.number] = nil
            then()
        }
    }

    /// The look-ups of this run, made at first use.
    var nameLookups: ReverseLookups {
        if let lookups { return lookups }
        let made = ReverseLookups(
            loop: session.network.loop,
            configuration: session.network.resolver.configuration,
            traffic: session.network.resolverTraffic
        )
        lookups = made
        return made
    }
}
