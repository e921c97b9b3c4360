// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What reports say of services (spec `nse-output`, section 4).
enum ServiceText {
    /// The SERVICE column: `http`, `ssl/http`, `http?`, `unknown`.
    ///
    /// With service detection, a question mark follows the name of an open port that was not recognized and
    /// so is only looked up. No mark is put behind `unknown`, which says so already.
    static func name(_ record: PortRecord, _ options: ReportOptions) -> String {
        guard let service = record.service, let name = service.name, !name.isEmpty else { return "unknown" }
        let tunnel = service.tunnel == .ssl ? "ssl/" : ""
        let isGuess =
            options.versionRequested && record.outcome.state == .open && service.confidence <= 5
            && name != "unknown"
        return tunnel + dotted(name) + (isGuess ? "?" : "")
    }

    /// The VERSION column: product, version and `(extra)`, as far as known.
    static func version(_ service: ServiceInfo?) -> String {
        guard let service else { return "" }
        let extra = service.extraInfo.flatMap { $0.isEmpty ? nil : "(\($0))" }
        return [service.product, service.version, extra]
            .compactMap { $0 }
            .filter { !$0.isEmpty }
            .map(dotted)
            .joined(separator: " ")
    }

    /// The `Service Info:` line, from what open ports say of their host; nothing if they say nothing.
    static func info(_ records: [PortRecord]) -> String? {
        let services = records.filter { $0.outcome.state == .open }.compactMap(\.service)
        let cpes = services.flatMap(\.cpes).filter { !$0.hasPrefix("cpe:/a:") }
        let parts = [
            list(services.compactMap(\.hostname), one: "Host", many: "Hosts"),
            list(services.compactMap(\.osType), one: "OS", many: "OSs"),
            list(services.compactMap(\.deviceType), one: "Device", many: "Devices"),
            list(cpes, one: "CPE", many: "CPE"),
        ].compactMap { $0 }
        return parts.isEmpty ? nil : "Service Info: " + parts.joined(separator: "; ")
    }

    /// What is said of services that answered and that nothing matched; no lines if there are none.
    static func unrecognized(_ records: [PortRecord]) -> [String] {
        let prints = records.compactMap(\.service?.fingerprint).filter { !$0.isEmpty }
        guard !prints.isEmpty else { return [] }
        let head =
            prints.count == 1
            ? "1 service unrecognized despite returning data; its fingerprint:"
            : "\(prints.count) services unrecognized despite returning data; their fingerprints:"
        return [head] + prints.map { printable($0, keeping: .lineFeed) }
    }

    private static func list(_ texts: [String], one: String, many: String) -> String? {
        var seen: Set<String> = []
        let unique = texts.map(dotted).filter { !$0.isEmpty && seen.insert($0.lowercased()).inserted }
        guard !unique.isEmpty else { return nil }
        return (unique.count == 1 ? one : many) + ": " + unique.joined(separator: ", ")
    }
}
