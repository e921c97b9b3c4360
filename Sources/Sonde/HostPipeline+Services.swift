// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Finding out what listens on open ports.
extension HostPipeline {
    /// Finds out what listens on open ports.
    func detectServices(of active: ActiveHost) {
        advance(active, after: .services)
    }
}
