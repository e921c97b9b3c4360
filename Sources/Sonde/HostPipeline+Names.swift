// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Looking up the names of hosts.
extension HostPipeline {
    /// Looks the name of a host up, then goes on.
    func findName(of active: ActiveHost, then: @escaping () -> Void) {
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
