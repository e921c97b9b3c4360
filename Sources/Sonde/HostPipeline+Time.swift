// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// The time that a host may take (`--host-timeout`), over all its phases.
extension HostPipeline {
    /// How much of its time a host has left, from its first phase on; nothing if it may take any.
    func timeLeft(of active: ActiveHost) -> TimeSpan? {
        guard let limit = session.plan.timing.template.hostTimeout else { return nil }
        let now = session.network.loop.now
        let end = timeEnds[active.number] ?? now + limit
        timeEnds[active.number] = end
        return max(end - now, .zero)
    }
}
