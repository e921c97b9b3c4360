// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

/// What a command line asks for, ready to be carried out.
struct ScanRequest: Hashable, Sendable {
    /// The scan.
    var plan = ScanPlan()
    /// The reports.
    var output = OutputRequest()
    /// Where hosts and ports are taken from (`--from`): a file, or a stored scan.
    var source: String?
    /// Where the scan is kept; nothing if it is not.
    var store: StoreRequest?
    /// The words of the command line, the program's name first.
    var arguments: [String] = []
    /// Whether the keyboard must be left alone.
    var isNoninteractive = false
    /// Warnings for standard error, before the scan begins.
    var notes: [String] = []
}

/// How progress is told.
enum ProgressKind: String, Hashable, Sendable, CaseIterable {
    /// In the last line of a terminal.
    case line
    /// As JSON Lines on standard error.
    case json
    /// Not at all.
    case none
}

/// In which database a scan is kept.
struct StoreRequest: Hashable, Sendable {
    /// The file.
    var path: String
    /// Whether the user named it.
    var isExplicit: Bool
    /// The scan to go on with; nothing for a new one.
    var continuing: Int64?
}

/// Which reports are written, and how.
struct OutputRequest: Hashable, Sendable {
    /// The formats of reports.
    enum Format: Hashable, Sendable, CaseIterable {
        /// For people.
        case normal
        /// Nmap's XML.
        case xml
        /// One line per host.
        case grepable
        /// One JSON object per line.
        case jsonLines
        /// For browsers.
        case html
        /// Findings, for tools that collect them.
        case sarif
        /// For spreadsheets.
        case csv
        /// A summary for issues and wikis.
        case markdown

        /// The ending of file names (`-oA`, `--output-all`).
        var ending: String {
            switch self {
            case .normal: ".nmap"
            case .xml: ".xml"
            case .grepable: ".gnmap"
            case .jsonLines: ".jsonl"
            case .html: ".html"
            case .sarif: ".sarif"
            case .csv: ".csv"
            case .markdown: ".md"
            }
        }
    }

    /// One report.
    struct File: Hashable, Sendable {
        /// Its format.
        let format: Format
        /// Its path with all `%` forms expanded; `-` is standard output.
        let path: String
    }

    /// What the XML report names as its stylesheet.
    enum Stylesheet: Hashable, Sendable {
        /// `nmap.xsl` of the data directory.
        case standard
        /// This address or path.
        case address(String)
        /// None.
        case none
    }

    /// Reports that were asked for, besides the one for the terminal.
    var files: [File] = []
    /// Whether reports are added to files that exist.
    var appends = false
    /// Whether files are overwritten that hold stored scans or that another scan writes.
    var isForced = false
    /// The XML report's stylesheet.
    var stylesheet = Stylesheet.standard
    /// How progress is told.
    var progress = ProgressKind.line
    /// Whether the report for the terminal is left out: `-v0`, or another report takes its place.
    var isTerminalSilent = false
}

/// Facts about the process that decide what a command line means.
struct CommandEnvironment: Hashable, Sendable {
    /// Whether the process may send raw packets.
    var isRoot: Bool
    /// When the command was started, in local time, for file names.
    var now: LocalTime
    /// The user's file of options; nothing if there is none.
    var config: String?
    /// The user's scan database; nothing where scans are kept only if asked for.
    var store: String?
}
