// SPDX-License-Identifier: Apache-2.0

/// The commands beside scanning; each is chosen by the first word of the command line.
///
/// A target that is called like one of them is typed behind other words or behind `--`.
enum Subcommand: String, Hashable, Sendable, CaseIterable {
    /// Lists stored scans.
    case list
    /// Shows a stored scan.
    case show
    /// Asks the scan database.
    case query
    /// Compares two scans.
    case diff
    /// Writes reports of a scan.
    case report
    /// Mends reports of scans that were killed.
    case seal
    /// Goes on with a scan that did not end.
    case resume
    /// Tells about scripts.
    case script
    /// Explains a topic.
    case help

    /// What follows the word.
    var synopsis: String {
        switch self {
        case .list: "list [--json]"
        case .show: "show [SCAN] [--json]"
        case .query: "query 'SQL' [--json|--csv]"
        case .diff: "diff OLD NEW [--json|--html]"
        case .report: "report SCAN [-oN|-oX|-oG|-oJ|-oH|-oA|--output-…] FILE"
        case .seal: "seal FILE..."
        case .resume: "resume [SCAN]"
        case .script: "script list|show|args [NAME...] | script lock NAME... [-o FILE] | script check"
        case .help: "help [TOPIC]"
        }
    }

    /// What the command does, a fragment without a full stop.
    var summary: String {
        switch self {
        case .list: "list stored scans"
        case .show: "show a stored scan, the latest if none is named"
        case .query:
            "ask the scan database: scans, hosts, ports, scripts, systems, hops, timings, costs, and views of them"
        case .diff: "compare two scans; exit status 0 if they agree, 1 if not, 2 if one cannot be read"
        case .report: "write reports of a stored scan, or of another file of results"
        case .seal: "make reports valid whose scan was killed"
        case .resume: "go on with a scan that did not end; nothing that was done is repeated"
        case .script: "list scripts, show one or the arguments it takes, or check that all load"
        case .help: "explain a topic: \(HelpTopics.names.joined(separator: ", "))"
        }
    }

    /// Carries the command out.
    ///
    /// - Parameters:
    ///   - arguments: the words behind the command's own.
    ///   - environment: facts about the process.
    /// - Returns: the status to exit with.
    func run(_ arguments: [String], _ environment: CommandEnvironment) async -> Int32 {
        if arguments.contains("-h") || arguments.contains("--help") {
            _ = StandardStreams.write("Usage: sonde \(synopsis)\n\(summary)\n")
            return 0
        }
        do throws(CommandFailure) {
            switch self {
            case .list: return try ListCommand.run(arguments)
            case .show: return try ShowCommand.run(arguments, environment)
            case .query: return try QueryCommand.run(arguments)
            case .diff: return try DiffCommand.run(arguments)
            case .report: return try ReportCommand.run(arguments, environment)
            case .seal: return try SealCommand.run(arguments)
            case .resume: return try await ResumeCommand.run(arguments, environment)
            case .script: return try ScriptCommand.run(arguments)
            case .help: return try HelpTopics.run(arguments)
            }
        } catch {
            StandardStreams.complain("sonde \(rawValue): \(error.message)")
            return error.status
        }
    }
}

/// Why a command could not be carried out.
struct CommandFailure: Error, Hashable, Sendable {
    /// One line for a person.
    let message: String
    /// The status to exit with.
    let status: Int32

    /// A command line that cannot be read.
    static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 255) }

    /// Anything else.
    static func failure(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 1) }
}
