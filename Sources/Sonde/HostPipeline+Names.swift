// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Looking up the names of hosts.
extension HostPipeline {
    func findName(of active: ActiveHost) {
        guard session.plan.names.mode != .never, active.host.name == nil else {
            advance(active, after: .name)
            return
        }
        let lookups = self.lookups ?? makeLookups()
        self.lookups = lookups
        let address = active.host.address
        lookupsUnderWay[active.number] = lookups.names(of: [address]) { _, name in
            active.host.name = name
        } finished: { [weak self] in
            guard let self else { return }
            lookupsUnderWay[active.number] = nil
            advance(active, after: .name)
        }
    }

    private func makeLookups() -> ReverseLookups {
        ReverseLookups(
            loop: session.network.loop,
            configuration: session.network.resolver.configuration,
            traffic: session.network.resolverTraffic
        )
    }
}
