// SPDX-License-Identifier: Apache-2.0

internal import SondeOutput
internal import SondeStore

/// `sonde show`: a scan as the terminal showed it, or as JSON Lines.
enum ShowCommand {
    static func run(
        _ arguments: [String],
        _ environment: CommandEnvironment
    ) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, switches: ["--json"])
        guard words.words.count <= 1 else { throw .usage("takes one scan; remove \(shown(words.words[1]))") }
        let results = try words.results(words.words.first ?? "last")
        let format = words.has("--json") ? OutputRequest.Format.jsonLines : .normal
        return try StoredReports(results, environment).write([OutputRequest.File(format: format, path: "-")])
    }
}

/// `sonde report`: reports of a scan that is kept somewhere.
enum ReportCommand {
    private static let formats: [(String, OutputRequest.Format)] = [
        ("-oN", .normal), ("-oX", .xml), ("-oG", .grepable), ("-oJ", .jsonLines), ("-oH", .html),
        ("--output-sarif", .sarif), ("--output-csv", .csv), ("--output-markdown", .markdown),
    ]

    static func run(
        _ arguments: [String],
        _ environment: CommandEnvironment
    ) throws(CommandFailure) -> Int32 {
        let names = formats.map(\.0) + ["-oA", "--output-all"]
        let words = try CommandWords(arguments, values: names, switches: ["--force"])
        guard words.words.count == 1 else { throw .usage("name one scan: sonde report last -oX FILE") }
        var files: [OutputRequest.File] = []
        for use in words.uses {
            if let format = formats.first(where: { $0.0 == use.name })?.1 {
                files.append(OutputRequest.File(format: format, path: use.value))
            } else if use.name == "-oA" || use.name == "--output-all" {
                let all: [OutputRequest.Format] =
                    use.name == "-oA" ? [.normal, .xml, .grepable] : OutputRequest.Format.allCases
                files += all.map { OutputRequest.File(format: $0, path: use.value + $0.ending) }
            }
        }
        guard !files.isEmpty else {
            throw .usage("say which report: -oN, -oX, -oG, -oJ, -oH or --output-… FILE")
        }
        let reports = StoredReports(try words.results(words.words[0]), environment)
        return try reports.write(files, isForced: words.has("--force"))
    }
}
