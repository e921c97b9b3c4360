// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScript

/// Where frames for a host go.
extension HostPipeline {
    /// Finds the link-layer address of a host's next hop for its scripts, where we build frames ourselves.
    ///
    /// - Parameters:
    ///   - active: the host.
    ///   - then: called once it is known, or cannot be.
    func findNextHop(of active: ActiveHost, then: @escaping () -> Void) {
        let packets = session.plan.packets
        guard packets.sendsFrames || packets.spoofedAddress != nil, session.engine?.hasHostScripts == true,
            let path = try? session.network.paths.path(to: active.host.address), path.needsFrames,
            !path.isLocal
        else { return then() }
        let attempt = session.network.neighbors.resolve(nextHopTo: active.host.address, on: path) { result in
            if case .success(let address) = result { active.host.nextHopMACAddress = address }
            then()
        }
        guard case .done(let result) = attempt else { return }
        if case .success(let address) = result { active.host.nextHopMACAddress = address }
        then()
    }
}
