// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel
internal import SondeOutput
internal import SondeStore

/// Writes reports of a scan that has ended, as the scan itself would have written them.
struct StoredReports {
    private let results: ScanResults
    /// The scan's own command line, as far as it can be read again.
    private let request: ScanRequest?

    /// Makes reports of results.
    ///
    /// - Parameters:
    ///   - results: what was found.
    ///   - environment: facts about the process, to read the scan's command line with.
    init(_ results: ScanResults, _ environment: CommandEnvironment) {
        self.results = results
        var words = results.arguments
        if words.isEmpty, let line = results.header?.commandLine { words = CommandLineText.words(line) }
        let program = words.first?.split(separator: "/").last.map(String.init) ?? ""
        guard ["sonde", "nmap"].contains(program) || !results.arguments.isEmpty,
            case .scan(let request) = Invocation(commandLine: words, environment: environment)
        else {
            request = nil
            return
        }
        self.request = request
    }

    /// What the scan's user wanted to see; what can be told from the results where that is not known.
    private var options: ReportOptions {
        if let request { return ScanReports.options(request) }
        var options = ReportOptions()
        options.scriptsRequested = true
        options.versionRequested = results.hosts.contains { host in
            host.ports.records { $0.state.mayBeOpen }.contains { $0.service?.method == .probed }
        }
        options.osRequested = results.hosts.contains { $0.os != nil }
        options.verbosity = results.header?.verbosity ?? 0
        options.debugging = results.header?.debugging ?? 0
        return options
    }

    /// Writes reports into files.
    func write(_ files: [OutputRequest.File], isForced: Bool = false) throws(CommandFailure) -> Int32 {
        var options = options
        if files.contains(where: { $0.format == .sarif }) {
            let all = ScanSession.installedScripts(request?.plan.files ?? DataFileRequest())
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

/// Command lines as heads of reports hold them.
enum CommandLineText {
    /// The words of a line; a word in quotes may hold blanks, and a backslash keeps the next character.
    static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character.isWhitespace, !isQuoted {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}
