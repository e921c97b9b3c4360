// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The ports of one host that a report only counts (spec `port-scanning`, section 2, ignored states).
struct IgnoredPorts {
    /// Ignored ports of one state that share a reason and a protocol.
    struct Share {
        let reason: Reason
        let transport: TransportProtocol
        var count: Int
    }

    /// All ports of one ignored state.
    struct Group {
        let state: PortState
        var count: Int
        /// What the count is made of, largest first.
        var shares: [Share]
    }

    /// The ignored states, most ports first.
    let groups: [Group]

    /// Decides which states of a table are ignored.
    init(_ ports: PortTable, _ options: ReportOptions) {
        var found: [PortState: Group] = [:]
        for transport in ports.transports {
            for (outcome, count) in ports.tally(transport) {
                found[outcome.state, default: Group(state: outcome.state, count: 0, shares: [])]
                    .add(count, outcome.reason, transport)
            }
        }
        let limit = Self.limit(ports, options)
        groups = found.values
            .filter { Self.ignores($0.state, count: $0.count, limit: limit, options) }
            .map(\.sorted)
            .sorted { ($1.count, $0.state.tieOrder) < ($0.count, $1.state.tieOrder) }
    }

    /// Whether ports in a state are only counted.
    func contains(_ state: PortState) -> Bool { groups.contains { $0.state == state } }

    /// How many ports of a state a report lists one by one.
    private static func limit(_ ports: PortTable, _ options: ReportOptions) -> Int {
        let debugging = min(max(options.debugging, 0), 100)
        let perLevel = ports.transports.contains(.ip) ? 3 : 20
        return 25 * (min(max(options.verbosity, 0), 100) + 1 + perLevel * debugging)
    }

    private static func ignores(_ state: PortState, count: Int, limit: Int, _ options: ReportOptions) -> Bool
    {
        if options.openOnly { return !state.mayBeOpen }
        if state == .open || options.debugging > 2 { return false }
        if state == .openOrFiltered && options.verbosity > 2 { return false }
        return count > limit
    }
}

extension IgnoredPorts.Group {
    fileprivate mutating func add(_ more: Int, _ reason: Reason, _ transport: TransportProtocol) {
        count += more
        if let index = shares.firstIndex(where: { $0.reason == reason && $0.transport == transport }) {
            shares[index].count += more
        } else {
            shares.append(IgnoredPorts.Share(reason: reason, transport: transport, count: more))
        }
    }

    fileprivate var sorted: Self {
        var copy = self
        copy.shares.sort {
            ($1.count, $0.transport, $0.reason.rawValue) < ($0.count, $1.transport, $1.reason.rawValue)
        }
        return copy
    }
}
