// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Where scripts may go: what the user typed, and nothing that the network told us.
///
/// What is excluded is the gate's ``Scope``'s to refuse; it wins over everything here. Confined to one world.
package final class ScriptScope {
    /// What else one script may reach, because the user selected it knowingly.
    package struct Grants: OptionSet, Sendable {
        /// The bits.
        package let rawValue: Int

        /// Makes grants from their bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// The links of this machine, their multicast and broadcast and who answers there: scripts of category
        /// `broadcast`.
        package static let links = Grants(rawValue: 1)
        /// Third parties: scripts of category `external` that the user selected by name.
        package static let thirdParties = Grants(rawValue: 2)
    }

    /// Whether everything is in scope (`--scope any`).
    package let isOpen: Bool
    /// Whether scripts may add targets, which then are in scope (the script argument `newtargets`).
    package let takesNewTargets: Bool
    private var sets: [any AddressSet]
    private var single: Set<IPAddress> = []
    private var zones: [IPAddress: Set<UInt32>] = [:]
    private var names: Set<String>
    private var servers: Set<SocketAddress>
    private let broadcasts: () -> Set<IPAddress>
    private lazy var knownBroadcasts = broadcasts()
    private let neighbours: () -> [IPNetwork]
    private lazy var neighbourSet = NetworkSet(neighbours())

    /// Makes a scope.
    ///
    /// - Parameters:
    ///   - isOpen: whether everything is in scope.
    ///   - targets: the scan's targets and what `--scope` names.
    ///   - typed: addresses and names in the script arguments.
    ///   - servers: the DNS servers in use.
    ///   - broadcasts: the broadcast addresses of this machine's links, asked for when needed.
    ///   - neighbours: the networks that lie on those links, without that of the loopback, asked for when needed.
    package init(
        isOpen: Bool,
        targets: [any AddressSet] = [],
        typed: TypedPlaces = TypedPlaces(),
        servers: [SocketAddress] = [],
        broadcasts: @escaping () -> Set<IPAddress> = { [] },
        neighbours: @escaping () -> [IPNetwork] = { [] }
    ) {
        self.isOpen = isOpen
        sets = targets + [NetworkSet(typed.networks)]
        names = typed.names
        takesNewTargets = typed.hasNewTargets
        self.servers = Set(servers)
        self.broadcasts = broadcasts
        self.neighbours = neighbours
        for network in typed.networks { noteZone(network.base) }
    }

    /// Whether scripts with some grants may talk to an address.
    package func permits(_ address: SocketAddress, _ grants: Grants = []) -> Bool {
        if isOpen || grants.contains(.thirdParties) { return true }
        let reached = address.address.reached
        if servers.contains(SocketAddress(reached.withoutZone, port: address.port)) { return true }
        if grants.contains(.links), isOfLink(reached) || neighbourSet.contains(reached.withoutZone) {
            return true
        }
        guard single.contains(reached.withoutZone) || sets.contains(where: { $0.contains(reached) }) else {
            return false
        }
        guard reached.zone != 0, let known = zones[reached.withoutZone] else { return true }
        return known.contains(reached.zone)
    }

    /// Takes addresses into scope.
    package func admit(_ addresses: [IPAddress]) {
        for address in addresses {
            single.insert(address.reached.withoutZone)
            noteZone(address)
        }
    }

    /// Takes more targets into scope.
    package func admit(_ targets: any AddressSet) { sets.append(targets) }

    /// Takes the answer for a name into scope, if the user typed that name and this is the first answer.
    ///
    /// Later answers change nothing: a name cannot be moved.
    package func admit(_ addresses: [IPAddress], forName name: String) {
        guard !addresses.isEmpty, names.remove(TypedPlaces.key(name)) != nil else { return }
        admit(addresses)
    }

    private func noteZone(_ address: IPAddress) {
        guard address.zone != 0 else { return }
        zones[address.withoutZone, default: []].insert(address.zone)
    }

    /// Multicast that routers do not carry beyond the link or the site, and the links' broadcasts.
    private func isOfLink(_ address: IPAddress) -> Bool {
        guard address.family == .inet else {
            return address.isMulticast && (address.value >> 112) & 0xF <= 2
        }
        let isLocalGroup = address.value >> 8 == 0xE00000 || address.value >> 16 == 0xEFFF
        return isLocalGroup || address.value == 0xFFFF_FFFF || knownBroadcasts.contains(address)
    }
}

/// Networks as an address set.
package struct NetworkSet: AddressSet {
    private let scope: Scope
    private let isEmpty: Bool

    /// Makes a set.
    package init(_ networks: [IPNetwork]) {
        scope = Scope(allowed: networks)
        isEmpty = networks.isEmpty
    }

    /// Whether an address lies in one of the networks.
    package func contains(_ address: IPAddress) -> Bool { !isEmpty && scope.permits(address) }
}
