// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Sonde
internal import SondeModel
internal import SondeOutput

/// Carries a scan out.
///
/// - Parameter request: what to do.
/// - Returns: the status to exit with.
func runScan(_ request: ScanRequest) async -> Int32 {
    do throws(ScanError) {
        var request = request
        if let source = request.source { request.plan.given = try GivenSource.read(source) }
        let session = try ScanSession(confined(request))
        session.onEvent = complainOfDiagnostics
        if let status = try runScriptTask(session, request) { return status }
        return try runSession(session, request)
    } catch {
        return complain(error, debugging: request.plan.debugging)
    }
}

/// The plan, with what the process must still be able to write once the kernel confines it.
private func confined(_ request: ScanRequest) -> ScanPlan {
    var plan = request.plan
    plan.containment.confinesProcess = true
    var paths = request.output.files.map(\.path).filter { $0 != "-" }
    if let store = request.store { paths.append(store.path) }
    plan.containment.outputDirectories = paths.map(nearestDirectory)
    return plan
}

/// The directory that a file is or will be in, or the nearest one above it that is there.
private func nearestDirectory(_ path: String) -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    while parts.count > 1 {
        parts.removeLast()
        let directory = parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
        if unsafe access(directory, F_OK) == 0 { return directory }
    }
    return "."
}

/// Prepares a session, opens its reports and runs it to its end.
///
/// - Parameters:
///   - session: the session, not prepared yet.
///   - request: which reports are wanted.
/// - Returns: the status to exit with.
/// - Throws: ``ScanError`` before anything is sent.
func runSession(_ session: ScanSession, _ request: ScanRequest) throws(ScanError) -> Int32 {
    session.onEvent = complainOfDiagnostics
    let header = try session.prepare()
    let reports = try ScanReports(request, vulnerabilityScripts: session.scriptIDs(in: "vuln"))
    session.onEvent = { reports.handle($0) }
    let keys = request.isNoninteractive ? nil : KeyWatcher(session, reports)
    session.progressInterval = reports.statusInterval
    session.statisticsInterval = request.plan.timing.statusInterval
    StopSignals.install { session.stop() }
    let summary = session.run(header)
    keys?.end()
    reports.finish()
    if let failure = summary.failure {
        StandardStreams.complain("sonde: \(failure)")
        return 1
    }
    return session.hadProblems || reports.hasFailed ? 1 : 0
}

/// Says what is wrong, in one line, with more at `-d`.
private func complain(_ error: ScanError, debugging: Int) -> Int32 {
    StandardStreams.complain("sonde: \(error.message)")
    if debugging > 0, !error.detail.isEmpty { StandardStreams.complain(error.detail) }
    return error.kind == .usage ? 255 : 1
}

/// Shows messages that come before the reports are open.
private func complainOfDiagnostics(_ event: ScanEvent) {
    guard case .diagnostic(let diagnostic) = event else { return }
    if diagnostic.stream == .standardError {
        StandardStreams.complain(diagnostic.text)
    } else {
        _ = StandardStreams.write(diagnostic.text + "\n")
    }
}

/// Does what asks for no scan: script help, or a new index of scripts.
///
/// - Returns: the status to exit with; nothing if a scan was asked for.
private func runScriptTask(_ session: ScanSession, _ request: ScanRequest) throws(ScanError) -> Int32? {
    if session.plan.scripts.updatesDatabase {
        _ = StandardStreams.write("NSE: Updating rule database.\n")
        let count = try session.updateScriptDatabase()
        _ = StandardStreams.write("NSE: Script Database updated successfully.\n")
        if session.plan.verbosity > 0 {
            _ = StandardStreams.write("NSE: The database has \(count) scripts.\n")
        }
        if session.plan.targets.words.isEmpty { return 0 }
    }
    guard session.plan.scripts.helpRules != nil else { return nil }
    return try tellHelp(session.scriptHelp(), request)
}

/// Shows what scripts say of themselves: as text, and as XML where an XML report was asked for.
private func tellHelp(_ help: ScriptHelp, _ request: ScanRequest) throws(ScanError) -> Int32 {
    if !request.output.isTerminalSilent { _ = StandardStreams.write(help.text) }
    for file in request.output.files where file.format == .xml {
        guard file.path != "-" else {
            _ = StandardStreams.write(help.xml)
            continue
        }
        do throws(OutputError) {
            let output = try OutputFile(file.path, isForced: request.output.isForced)
            try output.write(help.xml.utf8)
            try output.close()
        } catch {
            throw ScanError(.failure, error.description)
        }
    }
    return 0
}

/// The signals that end a scan properly: results so far are kept, files are closed.
enum StopSignals {
    // Safe because it is written once, before the handlers are installed, and only read by them.
    nonisolated(unsafe) private static var action: () -> Void = {}

    /// Calls an action at the first SIGINT or SIGTERM; a second one ends the process at once.
    static func install(_ action: @escaping () -> Void) {
        unsafe self.action = action
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { number in
                _ = signal(number, SIG_DFL)
                unsafe StopSignals.action()
            }
        }
    }
}

/// Turns key presses into what they ask for, while a scan runs.
final class KeyWatcher {
    private var terminal: StatusTerminal?
    private unowned let session: ScanSession
    private let reports: ScanReports
    private var verbosity: Int
    private var debugging: Int

    init?(_ session: ScanSession, _ reports: ScanReports) {
        guard let terminal = StatusTerminal() else { return nil }
        self.terminal = consume terminal
        self.session = session
        self.reports = reports
        verbosity = session.plan.verbosity
        debugging = session.plan.debugging
        session.watch(STDIN_FILENO) { [weak self] in self?.readKeys() }
    }

    /// Gives the terminal back.
    func end() { terminal = nil }

    private func readKeys() {
        for key in terminal?.read() ?? [] {
            switch key {
            case .status: session.reportProgress()
            case .raiseVerbosity: verbosity = min(verbosity + 1, 10)
            case .lowerVerbosity: verbosity = max(verbosity - 1, 0)
            case .raiseDebugging: debugging = min(debugging + 1, 10)
            case .lowerDebugging: debugging = max(debugging - 1, 0)
            case .startPacketTrace: session.setPacketTrace(true)
            case .stopPacketTrace: session.setPacketTrace(false)
            case .skipScript:
                reports.tell(session.skipSlowestScript().map { "\($0) is skipped" } ?? "no script is running")
            case .help: reports.tell(StatusKeys.helpText)
            }
        }
        session.setLevels(verbosity: verbosity, debugging: debugging)
    }
}
