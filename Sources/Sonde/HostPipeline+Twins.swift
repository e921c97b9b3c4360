// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Several targets with one address, such as the names of one web server.
///
/// The address is scanned once, for the target that comes first; what was found holds for all, and scripts run for each of
/// them under its own name.
struct TwinTargets {
    /// Addresses of which the results are kept, for targets that come when the first one is long done.
    private let repeated: Set<IPAddress>
    private var inWork: [IPAddress: (first: Int, waiting: [ActiveHost])] = [:]
    private var known: [IPAddress: Host] = [:]
    /// Targets that wait for another one.
    private(set) var waitingCount = 0

    init(repeated: Set<IPAddress>) { self.repeated = repeated }

    /// What a target has to do.
    enum Turn {
        /// Be scanned.
        case scan
        /// Wait for the first of its address.
        case wait
        /// Take what was found of the first.
        case take(Host)
    }

    /// Takes a target in.
    mutating func turn(of active: ActiveHost) -> Turn {
        let address = active.host.address
        if let host = known[address] {
            waitingCount += 1
            return .take(host)
        }
        guard inWork[address] != nil else {
            inWork[address] = (active.number, [])
            return .scan
        }
        inWork[address]?.waiting.append(active)
        waitingCount += 1
        return .wait
    }

    /// Those that wait for a target of which all is known that is not up to scripts.
    mutating func release(by active: ActiveHost) -> [ActiveHost] {
        let address = active.host.address
        guard let entry = inWork[address], entry.first == active.number else { return [] }
        inWork[address] = nil
        if repeated.contains(address) { known[address] = active.host }
        return entry.waiting
    }

    /// Counts one that has what it waited for.
    mutating func settled() { waitingCount -= 1 }
}

extension HostPipeline {
    /// Whether a target gets its results from another one.
    func waitsForTwin(_ active: ActiveHost) -> Bool {
        switch twins.turn(of: active) {
        case .scan: return false
        case .wait: break
        case .take(let host): session.network.loop.soon { [weak self] in self?.settle(active, as: host) }
        }
        return true
    }

    /// Goes on with the targets that have a host's address.
    func settleTwins(of active: ActiveHost) {
        for twin in twins.release(by: active) { settle(twin, as: active.host) }
    }

    private func settle(_ twin: ActiveHost, as host: Host) {
        twins.settled()
        var copy = host
        copy.targetName = twin.host.targetName
        copy.otherAddresses = twin.host.otherAddresses
        copy.started = twin.host.started
        twin.host = copy
        guard host.state == .up else {
            hostsDown += 1
            hostsTotal += 1
            return reportDown(twin)
        }
        hostsUp += 1
        hostsActive += 1
        advance(twin, after: .trace)
    }
}
