// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One thing in which two scans differ.
package struct ScanDifference: Hashable, Sendable {
    /// The kinds of things.
    package enum Kind: String, Hashable, Sendable {
        /// A host is in one scan only, or its state is another.
        case host
        /// A port's state is another.
        case port
        /// What is known of a service is another.
        case service
        /// What a script said is another.
        case script
        /// Its link-layer address is another.
        case mac
        /// The operating system that it seems to run is another.
        case system = "os"
        /// The way to it is another.
        case route
    }

    /// What it is about.
    package let kind: Kind
    /// The host, as reports name it; empty for scripts before and after all hosts.
    package let host: String
    /// The port; nothing for the host itself.
    package let port: Port?
    /// The script's id; nothing if it is about none.
    package let script: String?
    /// What the older scan says; nothing if it says nothing.
    package let old: String?
    /// What the newer scan says; nothing if it says nothing.
    package let new: String?

    /// All differences between two scans, in the order of addresses and ports.
    package static func all(_ old: ScanResults, _ new: ScanResults) -> [ScanDifference] {
        var found: [ScanDifference] = []
        scripts(old.preScripts, new.preScripts, "", nil, &found)
        let before = Dictionary(old.hosts.map { (HostKey($0), $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.hosts.map { (HostKey($0), $0) }, uniquingKeysWith: { first, _ in first })
        let keys = Set(before.keys).union(after.keys).sorted { one, other in
            guard one.address == other.address else {
                guard let first = one.address, let second = other.address else { return one.address == nil }
                return first < second
            }
            return (one.name ?? "") < (other.name ?? "")
        }
        for key in keys { hosts(before[key], after[key], &found) }
        scripts(old.postScripts, new.postScripts, "", nil, &found)
        return found
    }

    private static func hosts(_ old: Host?, _ new: Host?, _ found: inout [ScanDifference]) {
        guard let host = new ?? old else { return }
        let title = host.targetName.map { "\(host.address) (\($0))" } ?? host.address.description
        let states = (old?.state.rawValue, new?.state.rawValue)
        if states.0 != states.1 {
            found.append(
                ScanDifference(kind: .host, host: title, port: nil, script: nil, old: states.0, new: states.1)
            )
        }
        let isKnown = { (text: (String?, String?)) in text.0 != nil && text.1 != nil && text.0 != text.1 }
        let facts: [(Kind, (String?, String?))] = [
            (.mac, (old?.macAddress?.description, new?.macAddress?.description)),
            (.system, (systemText(old?.os), systemText(new?.os))),
            (.route, (routeText(old), routeText(new))),
        ]
        // What only one scan has looked for is no news.
        for (kind, text) in facts where isKnown(text) {
            found.append(
                ScanDifference(kind: kind, host: title, port: nil, script: nil, old: text.0, new: text.1)
            )
        }
        let before = ports(of: old)
        let after = ports(of: new)
        for port in Set(before.keys).union(after.keys).sorted() {
            ports(before[port], after[port], port, title, &found)
        }
        scripts(old?.scripts ?? [], new?.scripts ?? [], title, nil, &found)
    }

    private static func ports(of host: Host?) -> [Port: PortRecord] {
        let records = host?.ports.records { _ in true } ?? []
        return Dictionary(records.map { ($0.port, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func ports(
        _ old: PortRecord?,
        _ new: PortRecord?,
        _ port: Port,
        _ host: String,
        _ found: inout [ScanDifference]
    ) {
        let states = (old?.outcome.state.rawValue, new?.outcome.state.rawValue)
        // A port that only one scan has asked, and that is not open, is no news.
        let isNews = (old?.outcome.state.mayBeOpen ?? false) || (new?.outcome.state.mayBeOpen ?? false)
        if states.0 != states.1, isNews || old != nil && new != nil {
            found.append(
                ScanDifference(kind: .port, host: host, port: port, script: nil, old: states.0, new: states.1)
            )
        }
        let services = (serviceText(old?.service), serviceText(new?.service))
        if services.0 != services.1, isNews {
            found.append(
                ScanDifference(
                    kind: .service,
                    host: host,
                    port: port,
                    script: nil,
                    old: services.0,
                    new: services.1
                )
            )
        }
        scripts(old?.scripts ?? [], new?.scripts ?? [], host, port, &found)
    }

    /// The systems that fit perfectly, or the one that fits best; how well is no news.
    private static func systemText(_ result: OSResult?) -> String? {
        guard let result else { return nil }
        guard result.verdict == .matches, let best = result.matches.first else { return "unknown" }
        guard best.accuracy == 1 else { return "probably \(best.name)" }
        return result.perfectMatches.map(\.name).joined(separator: ", ")
    }

    private static func routeText(_ host: Host?) -> String? {
        guard let hops = host?.hops, !hops.isEmpty else { return nil }
        return hops.map { $0.address?.withoutZone.description ?? "*" }.joined(separator: " > ")
    }

    private static func serviceText(_ service: ServiceInfo?) -> String? {
        guard let service else { return nil }
        let name = (service.tunnel == .ssl ? "ssl/" : "") + (service.name ?? "unknown")
        let extra = service.extraInfo.map { "(\($0))" }
        return [name, service.product, service.version, extra].compactMap { $0 }.joined(separator: " ")
    }

    private static func scripts(
        _ old: [ScriptResult],
        _ new: [ScriptResult],
        _ host: String,
        _ port: Port?,
        _ found: inout [ScanDifference]
    ) {
        let before = Dictionary(grouping: old, by: \.id)
        let after = Dictionary(grouping: new, by: \.id)
        for id in Set(before.keys).union(after.keys).sorted() {
            let texts = (text(before[id]), text(after[id]))
            guard texts.0 != texts.1 else { continue }
            found.append(
                ScanDifference(kind: .script, host: host, port: port, script: id, old: texts.0, new: texts.1)
            )
        }
    }

    private static func text(_ results: [ScriptResult]?) -> String? {
        guard let results, !results.isEmpty else { return nil }
        return results.map { PlainOctets.text($0.output) }.sorted().joined(separator: "\n")
    }
}
