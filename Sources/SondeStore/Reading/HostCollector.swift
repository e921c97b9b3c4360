// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Puts hosts together of facts that come in any order, as one port a line.
struct HostCollector {
    /// One host on its way.
    struct Draft {
        /// The host, without ports.
        var host: Host
        /// Its ports, one by one.
        var ports: [Port: PortRecord] = [:]
        /// Its ports that are many and alike; those in ``ports`` count more.
        private(set) var groups: [Group] = []

        /// Ports of one outcome.
        struct Group {
            let transport: TransportProtocol
            let outcome: PortOutcome
            let numbers: [UInt16]
        }

        init(_ host: Host) { self.host = host }

        /// Adds a port; what was known of its service and scripts stays.
        mutating func add(_ record: PortRecord) {
            var record = record
            let known = ports[record.port]
            record.service = record.service ?? known?.service
            record.scripts = (known?.scripts ?? []) + record.scripts
            ports[record.port] = record
        }

        /// Adds ports that are kept as lists of numbers.
        mutating func addGroups(_ groups: JSONValue?) {
            for group in groups?.elements ?? [] {
                guard let state = group["state"]?.text.flatMap(PortState.init(rawValue:)),
                    let transport = group["protocol"]?.text.flatMap(TransportProtocol.init(rawValue:))
                else { continue }
                let outcome = PortOutcome(
                    state,
                    Reason(rawValue: group["reason"]?.text ?? "unknown-response"),
                    ttl: group["ttl"]?.integer.flatMap(UInt8.init(exactly:)) ?? 0,
                    source: group["source"]?.text.flatMap { IPAddress($0) }
                )
                add(PortRanges.numbers(group["ports"]?.text ?? ""), transport, outcome)
            }
        }

        /// Adds ports that are alike.
        mutating func add(_ numbers: [UInt16], _ transport: TransportProtocol, _ outcome: PortOutcome) {
            guard !numbers.isEmpty else { return }
            groups.append(Group(transport: transport, outcome: outcome, numbers: numbers))
        }

        /// The host with its ports.
        var finished: Host {
            var result = host
            for transport in TransportProtocol.allCases {
                let records = ports.values.filter { $0.port.transport == transport }
                    .sorted { $0.port.number < $1.port.number }
                let groups = groups.filter { $0.transport == transport }
                    .sorted { $0.numbers.count > $1.numbers.count }
                guard let usual = groups.first?.outcome ?? records.first?.outcome else { continue }
                result.ports.declare(Self.numbers(groups, records), transport, as: usual)
                for group in groups.dropFirst() {
                    for number in group.numbers {
                        result.ports.set(group.outcome, for: Port(number, transport))
                    }
                }
                for record in records {
                    result.ports.set(record.outcome, for: record.port)
                    if let service = record.service { result.ports.setService(service, for: record.port) }
                    for script in record.scripts { result.ports.add(script, to: record.port) }
                }
            }
            return result
        }

        /// The numbers of groups and records, ascending and unique.
        private static func numbers(_ groups: [Group], _ records: [PortRecord]) -> [UInt16] {
            var all = groups.flatMap(\.numbers) + records.map(\.port.number)
            all.sort()
            var count = 0
            for number in all where count == 0 || all[count - 1] != number {
                all[count] = number
                count += 1
            }
            return Array(all.prefix(count))
        }
    }

    private var drafts: [Draft] = []
    private var places: [HostKey: Int] = [:]

    /// The hosts, in the order of their first mention.
    var hosts: [Host] { drafts.map(\.finished) }

    /// Adds a fact to a host, which is taken for up if this is the first of it.
    mutating func update(_ address: IPAddress, name: String? = nil, _ change: (inout Draft) -> Void) {
        var host = Host(address: address, targetName: name)
        host.state = .up
        host.reason = .userSet
        let key = HostKey(host)
        let place = places[key] ?? drafts.count
        if place == drafts.count {
            drafts.append(Draft(host))
            places[key] = place
        }
        change(&drafts[place])
    }
}

extension PortRecord {
    /// An open port of which a list says no more.
    init(open port: Port, reason: Reason = .userSet, ttl: UInt8 = 0) {
        self.init(port: port, outcome: PortOutcome(.open, reason, ttl: ttl))
    }
}
