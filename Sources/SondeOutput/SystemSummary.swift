// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// A host's system and the way to it in few words, for tables and summaries.
struct SystemSummary {
    /// The systems that reports list, best first; empty if none is known.
    let matches: [OSMatch]
    private let host: Host
    private let system: OSText?

    init(_ host: Host, _ options: ReportOptions) {
        self.host = host
        system = OSText(host, options)
        matches = system.map { Array($0.listed) } ?? []
    }

    /// The names of the systems that fit perfectly, else the best guess; nothing if none is known.
    var name: String? {
        guard let best = matches.first else { return nil }
        guard best.accuracy == 1 else { return best.name }
        return matches.map(\.name).joined(separator: " | ")
    }

    /// How well they fit, whole percent.
    var percent: Int? { matches.first?.percent }

    /// Platform names of the systems, each once.
    var cpes: [String] {
        var found: [String] = []
        for match in matches where match.accuracy == matches[0].accuracy {
            for cpe in match.classes.flatMap(\.cpes) where !found.contains(cpe) { found.append(cpe) }
        }
        return found
    }

    /// How long the host has been up, seconds.
    var uptime: Int? { system?.uptime }

    /// How many stations away it is.
    var distance: Int? { host.distance?.hops }

    /// The stations on the way, `*` for those that stayed silent; nothing if the way was not traced.
    var route: String? {
        guard !host.hops.isEmpty else { return nil }
        return host.hops.map { $0.address.map(\.description) ?? "*" }.joined(separator: " > ")
    }

    /// What a summary says, a line each: a title and its text.
    var lines: [(title: String, text: String)] {
        var lines: [(String, String)] = []
        if let name, let percent {
            lines.append(("System", percent == 100 ? name : "probably \(name) (\(percent)%)"))
        }
        if let uptime {
            lines.append(("Up for", "\(NumberText.fixed(Double(uptime) / 86_400, decimals: 1)) days"))
        }
        if let address = host.macAddress {
            lines.append(("MAC address", address.description + (host.macVendor.map { " (\($0))" } ?? "")))
        }
        if let distance { lines.append(("Distance", "\(distance) hop\(distance == 1 ? "" : "s")")) }
        if let route { lines.append(("Route", route)) }
        return lines
    }
}
