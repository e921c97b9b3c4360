// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What reports say of services (spec `nse-output`, section 4, and `service-detection`, section 4).
enum ServiceText {
    /// Most octets of a VERSION column.
    private static let longestVersion = 159
    /// A part of the VERSION column is left out where less room than this is left.
    private static let shortestPart = 8
    /// Most distinct values of one kind in a `Service Info:` line.
    private static let mostValues = 5
    /// Most fingerprints that are shown.
    private static let mostFingerprints = 9

    /// The SERVICE column: `http`, `ssl/http`, `http?`, `unknown`.
    ///
    /// With service detection, a question mark follows the name of an open port that was not recognized and
    /// so is only looked up. No mark is put behind `unknown`, which says so already.
    static func name(_ record: PortRecord, _ options: ReportOptions) -> String {
        guard let service = record.service else { return "unknown" }
        let tunnel = service.tunnel == .ssl ? "ssl/" : ""
        guard let name = service.name, !name.isEmpty, name != "unknown" else { return tunnel + "unknown" }
        let isGuess =
            options.versionRequested && record.outcome.state == .open && service.confidence <= 5
        return tunnel + dotted(name) + (isGuess ? "?" : "")
    }

    /// The VERSION column: product, version and `(extra)`, as far as known and as there is room.
    static func version(_ service: ServiceInfo?) -> String {
        guard let service else { return "" }
        var text = ""
        for (part, isExtra) in [
            (service.product, false), (service.version, false), (service.extraInfo, true),
        ] {
            guard let part, !part.isEmpty else { continue }
            let blank = text.isEmpty ? "" : " "
            let room = longestVersion - text.utf8.count - blank.utf8.count - (isExtra ? 2 : 0)
            guard room >= shortestPart || part.utf8.count <= room else { continue }
            let shown = shortened(dotted(part), to: room)
            text += blank + (isExtra ? "(\(shown))" : shown)
        }
        return text
    }

    /// The `Service Info:` line, from what open ports say of their host; nothing if they say nothing.
    ///
    /// - Parameters:
    ///   - records: the ports.
    ///   - hostName: the host's name as the network knows it, which need not be said again.
    /// - Returns: the line.
    static func info(_ records: [PortRecord], hostName: String?) -> String? {
        let services = records.filter { $0.outcome.state == .open }.compactMap(\.service)
        let names = services.compactMap(\.hostname).filter { $0.lowercased() != hostName?.lowercased() }
        let cpes = services.flatMap(\.cpes).filter { !$0.hasPrefix("cpe:/a:") }
        let parts = [
            list(names, one: "Host", many: "Hosts"),
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
        let shown = prints.prefix(mostFingerprints).map { printable($0, keeping: .lineFeed) }
        return [head] + Array(shown.map { [$0] }.joined(separator: ["============== the next fingerprint"]))
    }

    /// A fingerprint in one line.
    static func unwrapped(_ fingerprint: String) -> String {
        var result: [UInt8] = []
        var rest = Array(fingerprint.utf8)[...]
        let join = Array("\nSF:".utf8)
        while let octet = rest.first {
            if rest.starts(with: join) {
                rest.removeFirst(join.count)
            } else {
                result.append(octet)
                rest.removeFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Cuts a text, with dots for what is missing.
    private static func shortened(_ text: String, to room: Int) -> String {
        text.utf8.count <= room ? text : String(decoding: text.utf8.prefix(room - 3), as: UTF8.self) + "..."
    }

    private static func list(_ texts: [String], one: String, many: String) -> String? {
        var seen: Set<String> = []
        let unique = texts.map(dotted).filter { !$0.isEmpty && seen.insert($0.lowercased()).inserted }
            .prefix(mostValues)
        guard !unique.isEmpty else { return nil }
        return (unique.count == 1 ? one : many) + ": " + unique.joined(separator: ", ")
    }
}
