// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Finding the routers on the way to a host.
extension HostPipeline {
    /// Finds the routers on the way to a host.
    func trace(_ active: ActiveHost) {
        advance(active, after: .trace)
    }
}
