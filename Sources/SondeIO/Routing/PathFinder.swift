// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel

/// Answers how packets reach destinations, and remembers the answers.
///
/// What holds for one address holds for all that the same most specific route covers; so the system is asked once for
/// each such network, not for each host. ``refresh()`` forgets everything.
package final class PathFinder {
    /// Asks the system; tests answer themselves.
    struct System {
        var interfaces: () throws(SystemError) -> [Interface]
        var route: (IPAddress, UInt32?) throws(SystemError) -> Route
        var prefixes: () -> [IPNetwork]?
    }

    /// What the user said; setting it forgets what was found.
    package var options = PathOptions() {
        didSet { if options != oldValue { known = [:] } }
    }

    private let system: System
    private var table: RouteTable?
    private var cells: RouteCells?
    private var known: [IPNetwork: Result<NetworkPath, SystemError>] = [:]

    init(_ system: System = .kernel) { self.system = system }

    /// The interfaces as they were when first asked for.
    package func interfaces() throws(SystemError) -> [Interface] { try currentTable().interfaces }

    /// The interface of a name; nothing if there is none.
    package func interface(named name: String) -> Interface? {
        (try? interfaces())?.first { $0.name == name }
    }

    /// Forgets interfaces and routes.
    package func refresh() {
        table = nil
        cells = nil
        known = [:]
    }

    /// The way to a destination.
    ///
    /// - Throws: `ENETUNREACH` and the like if there is none.
    package func path(to destination: IPAddress) throws(SystemError) -> NetworkPath {
        let cells = self.cells ?? RouteCells(system.prefixes())
        self.cells = cells
        let cell = cells.network(of: destination)
        if let found = known[cell] { return try found.get() }
        do throws(SystemError) {
            let path = try find(destination)
            known[cell] = .success(path)
            return path
        } catch {
            known[cell] = .failure(error)
            throw error
        }
    }

    private func currentTable() throws(SystemError) -> RouteTable {
        if let table { return table }
        let made = RouteTable(interfaces: try system.interfaces())
        table = made
        return made
    }

    private func find(_ destination: IPAddress) throws(SystemError) -> NetworkPath {
        let table = try currentTable()
        if table.isLocalHost(destination) { return try localPath(destination, table) }
        let chosen = try chosenInterface(table)
        let route: Route
        do throws(SystemError) {
            route = try system.route(destination, chosen?.index)
        } catch {
            guard let chosen, let own = chosen.firstAddress(destination.family) else { throw error }
            // The user knows better than the routes: what is sent there goes on that link.
            route = Route(source: own.address, interfaceIndex: chosen.index, gateway: nil)
        }
        let interface =
            chosen ?? route.interfaceIndex.flatMap { table.interface(index: $0) }
            ?? table.interface(with: route.source)
        guard let interface else { throw SystemError(number: ENODEV, call: "route") }
        if interface.linkKind == .loopback { return try localPath(destination, table) }
        return NetworkPath(
            interface: interface,
            source: options.source.flatMap { $0.family == destination.family ? $0 : nil } ?? route.source,
            gateway: route.isDirect(to: destination) ? nil : route.gateway,
            isLocal: false
        )
    }

    private func localPath(_ destination: IPAddress, _ table: RouteTable) throws(SystemError) -> NetworkPath {
        let loopback =
            table.interfaces.first { $0.linkKind == .loopback } ?? table.interface(with: destination)
        guard let loopback else { throw SystemError(number: ENODEV, call: "route") }
        let own = (try? system.route(destination, nil))?.source ?? destination
        let source = options.source.flatMap { $0.family == destination.family ? $0 : nil } ?? own
        return NetworkPath(interface: loopback, source: source, gateway: nil, isLocal: true)
    }

    private func chosenInterface(_ table: RouteTable) throws(SystemError) -> Interface? {
        guard let name = options.interface else { return nil }
        guard let interface = table.interfaces.first(where: { $0.name == name }) else {
            throw SystemError(number: ENODEV, call: "route")
        }
        return interface
    }
}

extension PathFinder.System {
    /// The interfaces and routes of this machine.
    static var kernel: Self {
        Self(
            interfaces: { () throws(SystemError) in try InterfaceList.current() },
            route: { (destination, interface) throws(SystemError) in
                try RouteTable(interfaces: []).route(to: destination, through: interface)
            },
            prefixes: { RouteQuery.prefixes() }
        )
    }
}

/// Divides all addresses into networks within which the routes make no difference.
struct RouteCells {
    /// More routes than this are not worth being kept: then every address is on its own.
    static let most = 10_000

    /// The bases of the routes' networks, by family and length; nothing if they are not known.
    private var bases: [AddressFamily: [Int: Set<UInt128>]]?
    private var lengths: [AddressFamily: [Int]] = [:]

    init(_ prefixes: [IPNetwork]?) {
        guard let prefixes, prefixes.count <= Self.most else { return }
        var bases: [AddressFamily: [Int: Set<UInt128>]] = [:]
        for prefix in prefixes {
            bases[prefix.base.family, default: [:]][prefix.prefixLength, default: []].insert(
                prefix.base.value
            )
        }
        for (family, byLength) in bases { lengths[family] = byLength.keys.sorted(by: >) }
        self.bases = bases
    }

    /// The network of the most specific route that covers an address.
    func network(of address: IPAddress) -> IPNetwork {
        // Zones and groups have rules of their own.
        guard let bases, address.zone == 0, !address.isMulticast else { return IPNetwork(address) }
        for length in lengths[address.family] ?? [] {
            guard let network = IPNetwork(address, prefixLength: length) else { continue }
            if bases[address.family]?[length]?.contains(network.base.value) == true { return network }
        }
        return IPNetwork(address, prefixLength: 0) ?? IPNetwork(address)
    }
}
