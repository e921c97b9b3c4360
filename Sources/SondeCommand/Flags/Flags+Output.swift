// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let normalOutput = Self(
        "-oN",
        value: .required("FILE"),
        "write the normal report, - for standard output"
    )
    static let xmlOutput = Self("-oX", value: .required("FILE"), "write XML")
    static let grepableOutput = Self(
        "-oG",
        value: .required("FILE"),
        aliases: ["-oM", "-m"],
        "write one line per host"
    )
    static let jsonOutput = Self("-oJ", value: .required("FILE"), exactOnly: true, "write JSON Lines")
    static let htmlOutput = Self(
        "-oH",
        value: .required("FILE"),
        exactOnly: true,
        "write a report for browsers, one file"
    )
    static let sarifOutput = Self(
        "--output-sarif",
        value: .required("FILE"),
        exactOnly: true,
        "write what vuln scripts found as SARIF"
    )
    static let csvOutput = Self(
        "--output-csv",
        value: .required("FILE"),
        exactOnly: true,
        "write a table for spreadsheets"
    )
    static let markdownOutput = Self(
        "--output-markdown",
        value: .required("FILE"),
        exactOnly: true,
        "write a summary in Markdown"
    )
    static let everyOutput = Self(
        "--output-all",
        value: .required("BASE"),
        exactOnly: true,
        "write all formats: BASE.nmap, .xml, .gnmap, .jsonl, .html, .sarif, .csv and .md"
    )
    static let force = Self(
        "--force",
        exactOnly: true,
        "overwrite also what holds stored scans or is being written"
    )
    static let store = Self(
        "--store",
        value: .required("FILE"),
        exactOnly: true,
        "keep the scan in this database, not in the usual one"
    )
    static let progress = Self(
        "--progress",
        value: .required("KIND"),
        exactOnly: true,
        "tell progress: line (at a terminal), json (on standard error) or none"
    )
    static let noStore = Self("--no-store", exactOnly: true, "do not keep the scan")
    static let allOutput = Self("-oA", value: .required("BASE"), "write BASE.nmap, BASE.xml and BASE.gnmap")
    static let jokeOutput = Self(
        "-oS",
        value: .required("FILE"),
        availability: .refused("use -oN FILE"),
        "joke output"
    )
    static let append = Self("--append-output", "append to output files")
    static let verbose = Self("-v", aliases: ["--verbose"], "tell more; repeat, or -v3")
    static let debug = Self("-d", aliases: ["--debug"], "tell what goes on inside; repeat, or -d3")
    static let verbosityLevel = Self(
        "--verbosity-level",
        value: .required("LEVEL"),
        availability: .hidden,
        exactOnly: true,
        "as -v3"
    )
    static let debugLevel = Self(
        "--debugging-level",
        value: .required("LEVEL"),
        availability: .hidden,
        exactOnly: true,
        "as -d3"
    )
    static let reason = Self("--reason", "tell why a port is in its state")
    static let open = Self("--open", "show only ports that may be open")
    static let packetTrace = Self("--packet-trace", "tell every connection and packet")
    static let stylesheet = Self("--stylesheet", value: .required("URL"), "the XML report's stylesheet")
    static let webXML = Self(
        "--webxml",
        availability: .standsFor("--stylesheet=https://svn.nmap.org/nmap/docs/nmap.xsl"),
        "a stylesheet that needs no files of ours"
    )
    static let noStylesheet = Self("--no-stylesheet", "no stylesheet")
    static let resume = Self(
        "--resume",
        value: .required("FILE"),
        availability: .refused("`sonde resume [SCAN]` goes on with a scan from the database"),
        "continue a scan"
    )
    static let interfaceList = Self("--iflist", "list interfaces and routes")
    static let noninteractive = Self("--noninteractive", "do not listen to the keyboard")
    static let logErrors = Self(
        "--log-errors",
        availability: .withoutEffect(),
        "errors go to reports by themselves"
    )
    static let oldClasses = Self("--deprecated-xml-osclass", availability: .withoutEffect(), "older XML")
    static let plainOutput = Self(
        "-o",
        value: .required("FILE"),
        availability: .refused("say which format: -oN FILE, -oX FILE, -oG FILE or -oA BASE"),
        "output"
    )

    /// The flags about output.
    static let output: [Self] = [
        .normalOutput, .xmlOutput, .grepableOutput, .jsonOutput, .htmlOutput, .sarifOutput, .csvOutput,
        .markdownOutput, .allOutput, .everyOutput, .jokeOutput, .append, .force,
        .store, .noStore, .progress, .verbose,
        .debug, .verbosityLevel, .debugLevel, .reason, .open, .packetTrace, .stylesheet, .webXML,
        .noStylesheet, .resume, .interfaceList, .noninteractive, .logErrors, .oldClasses, .plainOutput,
    ]
}

/// What is reported, and where.
struct OutputFlags: ParsableArguments {
    @Option(.normalOutput) var normal: [String]
    @Option(.xmlOutput) var xml: [String]
    @Option(.grepableOutput) var grepable: [String]
    @Option(.jsonOutput) var json: [String]
    @Option(.htmlOutput) var html: [String]
    @Option(.sarifOutput) var sarif: [String]
    @Option(.csvOutput) var csv: [String]
    @Option(.markdownOutput) var markdown: [String]
    @Option(.allOutput) var all: [String]
    @Flag(.interfaceList) var listsInterfaces: Bool
    @Option(.everyOutput) var every: [String]
    @Flag(.force) var isForced: Bool
    @Option(.store) var store: [String]
    @Flag(.noStore) var isNotStored: Bool
    @Option(.progress) var progress: String?
    @Flag(.append) var appends: Bool
    @Flag(.verbose) var verboseCount: Int
    @Flag(.debug) var debugCount: Int
    @Option(.verbosityLevel) var verbosityLevel: String?
    @Option(.debugLevel) var debugLevel: String?
    @Flag(.reason) var showsReasons: Bool
    @Flag(.open) var showsOnlyOpen: Bool
    @Flag(.packetTrace) var tracesPackets: Bool
    @Option(.stylesheet) var stylesheet: String?
    @Flag(.noStylesheet) var hasNoStylesheet: Bool
    @Flag(.noninteractive) var isNoninteractive: Bool
}
