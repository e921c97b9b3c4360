// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Finding the routers on the way to a host.
extension HostPipeline {
    /// Traces the way to a host, and looks the names of the routers up.
    func trace(_ active: ActiveHost) {
        guard session.plan.tracesRoutes, let raw else { return advance(active, after: .trace) }
        let traceroute = self.traceroute ?? makeTraceroute(raw)
        traceroute.add(
            active,
            ping: pings[active.number]?.probe,
            distance: nil,
            protocolName: { [session] number in (try? session.files.protocols())?.name(of: number) }
        ) { [weak self] in
            self?.nameStations(of: active)
        }
    }

    private func makeTraceroute(_ raw: RawChannel) -> Traceroute {
        let made = Traceroute(raw, session.plan.timing.template)
        traceroute = made
        scanProgress.append(made.progress)
        return made
    }

    private func nameStations(of active: ActiveHost) {
        let addresses = active.host.hops.compactMap(\.address)
        guard session.plan.names.mode != .never, !addresses.isEmpty else {
            return advance(active, after: .trace)
        }
        lookupsUnderWay[active.number] = nameLookups.names(of: addresses) { address, name in
            for index in active.host.hops.indices where active.host.hops[index].address == address {
                active.host.hops[index].name = name
            }
        } finished: { [weak self] in
            self?.lookupsUnderWay[active.number] = nil
            self?.advance(active, after: .trace)
        }
    }
}
