// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Finding out which operating system a host runs.
extension HostPipeline {
    /// Finds out which operating system a host runs.
    func detectSystem(of active: ActiveHost) {
        advance(active, after: .system)
    }
}
