// SPDX-License-Identifier: Apache-2.0

/// A host while it is worked on: the one place where scanner, scripts and reporters see each other's facts.
///
/// Belongs to one event loop and is touched only there. Reports get a copy of ``host`` when it is done.
package final class ActiveHost {
    /// All that is known so far.
    package var host: Host
    /// The number of the host in this run, from 0.
    package let number: Int

    /// Starts work on a host.
    package init(_ host: Host, number: Int) {
        self.host = host
        self.number = number
    }
}
