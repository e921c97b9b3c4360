// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Which style sheet an XML report names.
package enum Stylesheet: Hashable, Sendable {
    /// That of an installed Nmap, where distributions put it.
    case `default`
    /// None (`--no-stylesheet`).
    case none
    /// A given one, written as it is (`--stylesheet`, `--webxml`).
    case href(String)

    /// Names a style sheet file, with the characters escaped that would end or change a URL's path.
    package static func file(_ path: String) -> Stylesheet {
        let escaped = path.utf8.map { octet in
            "?#[]%".utf8.contains(octet)
                ? "%" + String(octet, radix: 16, uppercase: true) : String(decoding: [octet], as: UTF8.self)
        }
        return .href("file://" + escaped.joined())
    }

    /// The text of the `href`; nothing if none is wanted.
    var text: String? {
        switch self {
        case .default: "file:///usr/share/nmap/nmap.xsl"
        case .none: nil
        case .href(let text): text
        }
    }
}

/// What the user wants to see in reports.
package struct ReportOptions: Hashable, Sendable {
    /// Only ports that may be open, and hosts that have some (`--open`).
    package var openOnly = false
    /// Whether reasons are shown (`--reason`).
    package var showReason = false
    /// `-v` level; `-d` raises it as well.
    package var verbosity = 0
    /// `-d` level.
    package var debugging = 0
    /// The style sheet of XML reports.
    package var stylesheet = Stylesheet.default
    /// Whether the user asked for scripts; a script that only service detection ran is not shown.
    package var scriptsRequested = false
    /// Whether the user asked for service detection (`-sV`).
    package var versionRequested = false
    /// Whether the user asked for the operating system (`-O`).
    package var osRequested = false

    /// Whether more than the state of a host was asked for, so that an empty line ends its part.
    package var expectsBody = false

    /// What scripts took in earlier scans, seconds, for estimates.
    package var earlierCosts: [String: Double] = [:]
    /// Ids of the scripts that look for vulnerabilities, for reports of findings.
    package var vulnerabilityScripts: Set<String> = []

    /// Makes the options of a scan without any flag.
    package init() {}

    /// Whether normal reports have a REASON column: asked for, or implied by `-d` and `-vv`.
    var showsReason: Bool { showReason || debugging > 0 || verbosity > 1 }

    /// Whether reports mention a host at all.
    ///
    /// A host that is down is worth mentioning only with `-v`. With `--open`, a host whose ports were scanned
    /// needs one that may be open; one that ran out of time is mentioned, as its ports are not known.
    func shows(_ host: Host) -> Bool {
        switch host.state {
        case .unknown: return true
        case .down: return verbosity > 0 && !openOnly
        case .up: break
        }
        guard openOnly, !host.ports.isEmpty, !host.timedOut else { return true }
        return host.ports.transports.contains { transport in
            host.ports.tally(transport).keys.contains { $0.state.mayBeOpen }
        }
    }

    /// Which of a port's or host's script results reports show.
    ///
    /// A run that failed without leaving a text has nothing to show; the order is that of the ids.
    func shown(_ results: [ScriptResult]) -> [ScriptResult] {
        results.filter { $0.ending == .ok || !$0.output.isEmpty }
            .enumerated()
            .sorted { ($0.element.id, $0.offset) < ($1.element.id, $1.offset) }
            .map(\.element)
    }
}
