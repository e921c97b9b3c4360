// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
package import SondeModel

/// How many of the known ports to take.
package enum PortLimit: Hashable, Sendable {
    /// The usual hundred (`-F`).
    case fast
    /// So many of the most frequent (`--top-ports`).
    case top(Int)
    /// All that are found open so often (`--port-ratio`); wins over `--top-ports`.
    case ratio(Double)
}

/// The ports that a scan probes (spec pages `port-scanning`, section 3, and `cli`, section 5).
package struct PortSelection: Sendable {
    private let ports: [TransportProtocol: [UInt16]]
    /// What a person should know.
    package let warnings: [PortSpecificationWarning]

    /// Chooses the ports.
    ///
    /// - Parameters:
    ///   - transports: the protocols that are scanned.
    ///   - specification: the list behind `-p`.
    ///   - limit: how many of the known, or listed, ports to take; without it and without a list 1000.
    ///   - excluded: the list behind `--exclude-ports`; removed before the most frequent are counted.
    ///   - names: where names and ratios come from.
    /// - Throws: for a limit that makes no sense, or a broken file.
    package init(
        transports: Set<TransportProtocol>,
        specification: PortSpecification? = nil,
        limit: PortLimit? = nil,
        excluding excluded: PortSpecification? = nil,
        names: PortNames
    ) throws(PortSpecificationError) {
        try Self.check(limit, hasList: specification != nil)
        var ports: [TransportProtocol: [UInt16]] = [:]
        var warnings = (specification?.warnings ?? []) + (excluded?.warnings ?? [])
        for transport in transports.sorted() {
            let chooser = Chooser(transport: transport, excluded: excluded?.set(transport), names: names)
            let chosen =
                if let specification {
                    try chooser.ports(among: specification.set(transport), limit)
                } else {
                    try chooser.ports(limit)
                }
            ports[transport] = chosen
            if chosen.isEmpty { warnings.append(.nothingToScan(transport)) }
        }
        self.ports = ports
        self.warnings = warnings.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static func check(_ limit: PortLimit?, hasList: Bool) throws(PortSpecificationError) {
        switch limit {
        case nil: return
        case .fast: if hasList { throw PortSpecificationError("-F", .fastWithList) }
        case .top(let count):
            if !(1...65536).contains(count) { throw PortSpecificationError("\(count)", .badCount) }
        case .ratio(let ratio):
            if !(ratio >= 0 && ratio < 1) { throw PortSpecificationError("\(ratio)", .badRatio) }
        }
    }

    /// The ports of a protocol, ascending and unique.
    package func ports(_ transport: TransportProtocol) -> [UInt16] { ports[transport] ?? [] }
}

/// Chooses the ports of one protocol.
private struct Chooser {
    let transport: TransportProtocol
    let excluded: PortSet?
    let names: PortNames

    /// The ports of a list, or the most frequent of them.
    func ports(among list: PortSet, _ limit: PortLimit?) throws(PortSpecificationError) -> [UInt16] {
        var list = list
        if let excluded { list.subtract(excluded) }
        guard let limit, transport != .ip else { return list.numbers }
        return try limited(try services(), limit) { list.contains($0) }
    }

    /// The ports that are taken without a list.
    func ports(_ limit: PortLimit?) throws(PortSpecificationError) -> [UInt16] {
        guard transport != .ip else { return try protocols(limit).filter(isAllowed) }
        let services = try services()
        if services.hasRatios { return try limited(services, limit ?? .top(1000), where: isAllowed) }
        var set = PortSet(services.ports(transport))
        switch limit {
        case .fast: break
        case nil: for port in 1...1024 as ClosedRange<UInt16> { set.insert(port) }
        case .top, .ratio: return try limited(services, limit ?? .fast, where: isAllowed)
        }
        return set.numbers.filter(isAllowed)
    }

    private func isAllowed(_ port: UInt16) -> Bool { excluded?.contains(port) != true }

    private func limited(
        _ services: ServicesFile,
        _ limit: PortLimit,
        where allowed: (UInt16) -> Bool
    ) throws(PortSpecificationError) -> [UInt16] {
        switch limit {
        case .fast: return services.mostFrequent(100, transport, where: allowed)
        case .top(let count):
            guard services.hasRatios else { throw PortSpecificationError("--top-ports", .noRatios) }
            return services.mostFrequent(count, transport, where: allowed)
        case .ratio(let ratio):
            guard services.hasRatios else { throw PortSpecificationError("--port-ratio", .noRatios) }
            return services.ports(transport, ratioAtLeast: ratio).filter(allowed)
        }
    }

    private func services() throws(PortSpecificationError) -> ServicesFile {
        do { return try names.services() } catch { throw PortSpecificationError("", .database(error)) }
    }

    private func protocols(_ limit: PortLimit?) throws(PortSpecificationError) -> [UInt16] {
        guard limit == .fast else { return Array(0...255) }
        do { return try names.protocols().numbers.map(UInt16.init) } catch {
            throw PortSpecificationError("", .database(error))
        }
    }
}
