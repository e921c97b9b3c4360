// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel
internal import SondeOutput
internal import SondeStore

/// `sonde show`: a scan as the terminal showed it, or as JSON Lines.
enum ShowCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments, switches: ["--json"])
        guard words.words.count <= 1 else { throw .usage("takes one scan; remove \(shown(words.words[1]))") }
        let results = try words.results(words.words.first ?? "last")
        let format = words.has("--json") ? OutputRequest.Format.jsonLines : .normal
        return try ReportCommand.write(results, [OutputRequest.File(format: format, path: "-")])
    }
}

/// `sonde report`: reports of a scan that is kept somewhere.
enum ReportCommand {
    private static let formats: [(String, OutputRequest.Format)] = [
        ("-oN", .normal), ("-oX", .xml), ("-oG", .grepable), ("-oJ", .jsonLines), ("-oH", .html),
        ("--output-sarif", .sarif), ("--output-csv", .csv), ("--output-markdown", .markdown),
    ]

    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
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
        return try write(try words.results(words.words[0]), files, isForced: words.has("--force"))
    }

    /// Writes reports of results.
    static func write(
        _ results: ScanResults,
        _ files: [OutputRequest.File],
        isForced: Bool = false
    ) throws(CommandFailure) -> Int32 {
        var options = ReportOptions()
        options.scriptsRequested = true
        options.versionRequested = results.hosts.contains { host in
            host.ports.records { $0.state.mayBeOpen }.contains { $0.service?.method == .probed }
        }
        options.verbosity = results.header?.verbosity ?? 0
        if files.contains(where: { $0.format == .sarif }) {
            let all = ScanSession.installedScripts(DataFileRequest())
            options.vulnerabilityScripts = Set(all.filter { $0.categories.contains("vuln") }.map(\.name))
        }
        do throws(OutputError) {
            for file in files {
                let sink = try OutputFile(file.path, isForced: isForced)
                let reporter = ScanReports.makeReporter(file.format, sink, options)
                for event in results.events { try reporter.handle(event) }
                try reporter.finish()
            }
        } catch {
            throw .failure(error.description)
        }
        return 0
    }
}
