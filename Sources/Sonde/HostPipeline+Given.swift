// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScan

/// Hosts whose ports are known: given by the user, or found by an earlier run.
extension HostPipeline {
    /// Starts where no port is scanned.
    func startWithGiven() {
        given = given.filter { !replay(HostKey($0)) }[...]
        continueWithGiven()
    }

    /// Tells of a host again that an earlier run has done, or puts it in line for the scripts that it lacks.
    ///
    /// - Returns: whether there is nothing else to do for it.
    func replay(_ key: HostKey) -> Bool {
        guard !earlier.isEmpty else { return false }
        if let host = earlier.takeFinished(key) {
            for record in earlier.records(of: key) { session.onEvent(.script(record)) }
            if host.state == .up { hostsUp += 1 } else { hostsDown += 1 }
            hostsTotal += 1
            session.onEvent(.host(host))
            return true
        }
        guard scansPorts, let host = earlier.begunHost(key) else { return false }
        given.append(host)
        session.network.loop.soon { [weak self] in self?.continueWithGiven() }
        return true
    }

    /// Starts hosts whose ports are known, as many as may be in work.
    func continueWithGiven() {
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while hostsActive < Self.mostActive, var host = given.popFirst() {
            let begun = earlier.takeBegun(HostKey(host))
            host = begun ?? host
            host.started = host.started ?? WallTime.now
            hostsUp += 1
            hostsActive += 1
            // As after discovery, scripts of those who may send packets are told where they leave.
            if session.isPrivileged, let path = try? session.network.paths.path(to: host.address) {
                host.takeFacts(of: path)
            }
            let active = ActiveHost(host, number: nextNumber)
            nextNumber += 1
            if begun == nil { findName(of: active) } else { advance(active, after: .trace) }
        }
    }
}
