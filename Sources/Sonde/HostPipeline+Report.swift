// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What a host's report needs besides what was found.
extension HostPipeline {
    /// Puts service names to the ports that a report shows.
    func nameServices(of host: inout Host) {
        let plan = session.plan
        let limit = plan.debugging >= 3 ? Int.max : 25 * (plan.verbosity + 1 + 20 * plan.debugging)
        var counts: [PortState: Int] = [:]
        for transport in host.ports.transports {
            for (outcome, count) in host.ports.tally(transport) { counts[outcome.state, default: 0] += count }
        }
        let shown = host.ports.records { outcome in
            outcome.state.mayBeOpen || counts[outcome.state, default: 0] <= limit
        }
        for record in shown where record.service == nil {
            guard let name = session.facts.serviceName(of: record.port) else { continue }
            host.ports.setService(ServiceInfo(name: name), for: record.port)
        }
    }
}
