// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Sonde
internal import SondeModel
internal import SondeOutput
internal import SondeStore

/// The reports of one scan: the terminal's, and those in files.
final class ScanReports {
    /// How often the status line is renewed; nothing where there is none.
    let statusInterval: TimeSpan?
    /// Whether a report could not be written; known once all are finished.
    private(set) var hasFailed = false

    private var group = ReporterGroup([])
    private var thread: ReportThread?
    private var keeper: StoreReporter?

    /// Opens all reports; files are made only now, after everything else was found good.
    init(_ request: ScanRequest, vulnerabilityScripts: Set<String> = []) throws(ScanError) {
        var options = Self.options(request)
        options.vulnerabilityScripts = vulnerabilityScripts
        let hasStatusLine =
            request.output.progress == .line && !request.output.isTerminalSilent
            && isatty(STDOUT_FILENO) == 1 && !isDumbTerminal
        let isJSON = request.output.progress == .json
        let asked = request.plan.timing.statusInterval
        statusInterval = isJSON ? asked ?? .seconds(1) : hasStatusLine ? .seconds(1) : nil
        if statusInterval != nil || asked != nil || isatty(STDIN_FILENO) == 1 {
            options.earlierCosts = Self.earlierCosts(request)
        }
        var reporters: [any Reporter] = []
        do throws(OutputError) {
            let errors = OutputFile(borrowing: STDERR_FILENO, name: "standard error")
            if !request.output.isTerminalSilent {
                reporters += try Self.terminal(options, errors: errors, hasStatusLine: hasStatusLine)
            } else {
                reporters.append(ErrorReporter(errors))
            }
            if isJSON {
                reporters.append(ProgressReporter(errors, earlierCosts: options.earlierCosts))
            }
            for file in request.output.files {
                reporters.append(try Self.reporter(file, request, options))
            }
            keeper = request.store.map { Self.keeper($0, request) }
        } catch {
            throw ScanError(.failure, error.description)
        }
        let group = ReporterGroup(reporters) { error in
            StandardStreams.complain("sonde: \(error.description)")
        }
        self.group = group
        thread = ReportThread(group)
    }

    /// Gives an event to all reports, which are written on a thread of their own.
    func handle(_ event: ScanEvent) {
        keeper?.handle(event)
        thread?.take(event)
    }

    /// Shows a message at the terminal.
    func tell(_ text: String) { thread?.take(.diagnostic(Diagnostic(.terminal, text))) }

    /// Closes all reports, and waits until all is written.
    func finish() {
        thread?.end()
        keeper?.finish()
        thread?.finish()
        hasFailed = !group.failures.isEmpty
    }

    /// What the user of a scan wants to see.
    static func options(_ request: ScanRequest) -> ReportOptions {
        var options = ReportOptions()
        options.openOnly = request.plan.showsOnlyOpen
        options.showReason = request.plan.showsReasons
        options.verbosity = request.plan.verbosity
        options.debugging = request.plan.debugging
        options.scriptsRequested = !request.plan.scripts.effectiveRules.isEmpty
        options.versionRequested = request.plan.versions.isWanted && request.plan.extent == .ports
        options.expectsBody =
            request.plan.extent == .ports || options.scriptsRequested || request.plan.tracesRoutes
        options.osRequested = request.plan.system.isWanted
        switch request.output.stylesheet {
        case .standard: options.stylesheet = .default
        case .address(let address): options.stylesheet = .href(address)
        case .none: options.stylesheet = .none
        }
        return options
    }

    /// What scripts took in the scans that are kept, seconds; nothing where none are.
    private static func earlierCosts(_ request: ScanRequest) -> [String: Double] {
        guard let path = request.store?.path ?? StorePlace.usual,
            let costs = try? ScanDatabase(path).scriptCosts()
        else { return [:] }
        return costs
    }

    private static func terminal(
        _ options: ReportOptions,
        errors: OutputFile,
        hasStatusLine: Bool
    ) throws(OutputError) -> [any Reporter] {
        let sink = try OutputFile("-")
        guard hasStatusLine else {
            return [NormalReporter(sink, style: .terminal(errors: errors), options: options)]
        }
        let area = StatusArea(sink)
        let shown = TerminalOutput(sink, area: area)
        let complaints = TerminalOutput(errors, area: area)
        return [
            NormalReporter(shown, style: .terminal(errors: complaints), options: options),
            StatusReporter(area, earlierCosts: options.earlierCosts, width: terminalWidth),
        ]
    }

    private static func reporter(
        _ file: OutputRequest.File,
        _ request: ScanRequest,
        _ options: ReportOptions
    ) throws(OutputError) -> any Reporter {
        let sink = try OutputFile(
            file.path,
            appending: request.output.appends,
            isForced: request.output.isForced
        )
        return BatchingReporter(makeReporter(file.format, sink, options), to: sink)
    }

    /// Makes the report of one format.
    static func makeReporter(
        _ format: OutputRequest.Format,
        _ sink: any OutputSink,
        _ options: ReportOptions
    ) -> any Reporter {
        switch format {
        case .normal: NormalReporter(sink, style: .file, options: options)
        case .xml: XMLReporter(sink, options: options)
        case .grepable: GrepableReporter(sink, options: options)
        case .jsonLines: JSONLinesReporter(sink, options: options)
        case .html: HTMLReporter(sink, options: options)
        case .sarif: SARIFReporter(sink, options: options)
        case .csv: CSVReporter(sink, options: options)
        case .markdown: MarkdownReporter(sink, options: options)
        }
    }

    private static func keeper(_ store: StoreRequest, _ request: ScanRequest) -> StoreReporter {
        if !store.isExplicit { ScanDatabase.makeDirectories(for: store.path) }
        let writer = StoreWriter(
            StoreWriter.Request(
                path: store.path,
                arguments: request.arguments,
                directory: workingDirectory,
                isPortable: store.isExplicit,
                continuing: store.continuing
            )
        )
        return StoreReporter(writer) { StandardStreams.complain("sonde: warning: \($0)") }
    }

    private static var workingDirectory: String {
        // The call makes the text, which is copied and given back.
        guard let text = unsafe getcwd(nil, 0) else { return "." }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Whether the terminal cannot rewrite a line.
private var isDumbTerminal: Bool {
    // The text is the environment's own and is copied at once.
    guard let text = unsafe getenv("TERM") else { return false }
    return unsafe String(cString: text) == "dumb"
}

/// Shows what goes to standard error, where the terminal's report is left out.
final class ErrorReporter: Reporter {
    private let sink: OutputFile

    init(_ sink: OutputFile) { self.sink = sink }

    func handle(_ event: ScanEvent) throws(OutputError) {
        guard case .diagnostic(let diagnostic) = event, diagnostic.stream == .standardError else { return }
        try sink.write(Array((errorText(diagnostic.text) + "\n").utf8))
        try sink.flush()
    }

    func finish() {}
}
