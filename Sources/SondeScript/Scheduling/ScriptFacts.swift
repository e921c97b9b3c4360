// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What the script engine asks of the scanner; the two engines meet only here and in the model's tables.
package protocol ScriptFacts: AnyObject {
    /// The name that the data files give a port; nothing if they give none.
    func serviceName(of port: Port) -> String?
    /// Whether the service probes' file excludes a port from version detection.
    func isExcluded(_ port: Port) -> Bool
    /// Takes a target that a script found, to be scanned later in this run.
    ///
    /// - Returns: whether it was accepted.
    func add(target: String) -> Bool
}

/// The targets that scripts have added, so that each counts once.
struct AddedTargets {
    /// The most that one scan takes.
    static let most = 100_000

    private var known: Set<String> = []

    /// How many distinct targets were ever added.
    var count: Int { known.count }

    /// Whether a target was added before.
    func contains(_ target: String) -> Bool { known.contains(target) }

    /// Remembers a target.
    mutating func insert(_ target: String) { known.insert(target) }
}

/// The hosts that scripts are running on, which are those they may ask about.
struct HostDirectory {
    private var hosts: [Int: ActiveHost] = [:]
    /// Hosts by names; several may have one address.
    private var numbers: [String: [Int]] = [:]

    /// Adds a host under its number, its address and its typed name.
    mutating func add(_ host: ActiveHost) {
        hosts[host.number] = host
        for name in names(of: host) { numbers[name, default: []].append(host.number) }
    }

    /// Removes a host.
    mutating func remove(_ host: ActiveHost?) {
        guard let host else { return }
        hosts[host.number] = nil
        for name in names(of: host) {
            numbers[name]?.removeAll { $0 == host.number }
            if numbers[name]?.isEmpty == true { numbers[name] = nil }
        }
    }

    /// The host with a number.
    subscript(_ number: Int) -> ActiveHost? { hosts[number] }

    /// The host with an address or typed name.
    subscript(_ name: String) -> ActiveHost? { numbers[name]?.first.flatMap { hosts[$0] } }

    private func names(of host: ActiveHost) -> [String] {
        [host.host.address.withoutZone.description, host.host.targetName].compactMap { $0 }
    }
}
