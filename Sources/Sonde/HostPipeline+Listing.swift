// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Listing targets without a packet to them (`-sL`).
extension HostPipeline {
    /// Targets that are listed, and whose names are looked up, at a time.
    private static let listedTogether = 512

    /// Lists the next targets, in order, with their names if those are wanted.
    func listTargets() {
        var batch: [ActiveHost] = []
        while batch.count < Self.listedTogether, let active = nextTargetHost() { batch.append(active) }
        guard let first = batch.first else { return }
        namesUnderWay += 1
        guard session.plan.names.mode != .never else {
            session.network.loop.soon { [weak self] in self?.list(batch) }
            return
        }
        let addresses = batch.map(\.host.address)
        lookupsUnderWay[first.number] = nameLookups.names(of: addresses) { address, name in
            for active in batch where active.host.address == address { active.host.name = name }
        } finished: { [weak self] in
            self?.lookupsUnderWay[first.number] = nil
            self?.list(batch)
        }
    }

    private func list(_ batch: [ActiveHost]) {
        namesUnderWay -= 1
        for active in batch {
            hostsTotal += 1
            session.onEvent(.host(active.host))
        }
        listTargets()
    }
}
