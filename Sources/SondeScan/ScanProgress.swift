// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// How far a phase is, for the status line; belongs to one loop.
package final class ScanProgress {
    /// What is running.
    package let phase: Phase
    /// Ports, or discovery probes, that are decided.
    package internal(set) var done = 0
    /// Ports, or discovery probes, of all hosts so far.
    package internal(set) var total = 0
    /// Hosts that are being worked on.
    package internal(set) var hostsActive = 0 {
        didSet { if (hostsActive == 0) != (oldValue == 0) { onActivity?() } }
    }
    /// Hosts that are done.
    package internal(set) var hostsDone = 0

    /// Called when the first host comes, and when the last one has left.
    package var onActivity: (() -> Void)?

    /// Starts from nothing.
    package init(_ phase: Phase) { self.phase = phase }

    /// Takes note of a host that comes.
    package func enter() { hostsActive += 1 }

    /// Takes note of a host that leaves.
    package func leave() {
        hostsDone += 1
        hostsActive -= 1
    }
}
