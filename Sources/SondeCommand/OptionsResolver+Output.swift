// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

extension OptionsResolver {
    /// The greatest `-v` or `-d` level.
    private static var greatestLevel: Int { 10 }

    /// Verbosity, debugging and what follows from them.
    mutating func resolveLevels() throws(UsageError) {
        let typed = flags.output
        var debugging = typed.debugCount
        if let text = typed.debugLevel {
            debugging += try ValueParsing.integer(text, .debug, in: 0...Self.greatestLevel)
        }
        if flags.services.tracesVersions { debugging += 1 }
        var verbosity = typed.verboseCount + debugging
        if let text = typed.verbosityLevel {
            let level = try ValueParsing.integer(text, .verbose, in: 0...Self.greatestLevel)
            verbosity = max(level + typed.verboseCount, debugging)
            request.output.isTerminalSilent = verbosity == 0
        }
        request.plan.debugging = min(debugging, Self.greatestLevel)
        request.plan.verbosity = min(verbosity, Self.greatestLevel)
        request.plan.showsReasons = typed.showsReasons || debugging > 0 || verbosity > 1
        request.plan.showsOnlyOpen = typed.showsOnlyOpen
        request.plan.tracesPackets = typed.tracesPackets
        request.isNoninteractive = typed.isNoninteractive
    }

    /// The reports.
    mutating func resolveOutput() throws(UsageError) {
        let typed = flags.output
        request.output.appends = typed.appends
        request.output.isForced = typed.isForced
        try add(typed.normal, .normalOutput, .normal)
        try add(typed.xml, .xmlOutput, .xml)
        try add(typed.grepable, .grepableOutput, .grepable)
        try add(typed.json, .jsonOutput, .jsonLines)
        try add(typed.html, .htmlOutput, .html)
        try add(typed.sarif, .sarifOutput, .sarif)
        try add(typed.csv, .csvOutput, .csv)
        try add(typed.markdown, .markdownOutput, .markdown)
        try addAll(typed.all, .allOutput, [.normal, .xml, .grepable])
        try addAll(typed.every, .everyOutput, OutputRequest.Format.allCases)
        try checkPaths()
        try resolveStylesheet()
        try resolveStore()
        if let text = flags.output.progress {
            guard let kind = ProgressKind(rawValue: text) else {
                throw .value("--progress \(shown(text)) is not known; write line, json or none")
            }
            request.output.progress = kind
        }
    }

    /// Where the scan is kept.
    private mutating func resolveStore() throws(UsageError) {
        let typed = try ValueParsing.single(flags.output.store, .store)
        if let typed {
            guard !flags.output.isNotStored else {
                throw .value("--store and --no-store contradict each other; leave one out")
            }
            request.store = StoreRequest(path: try fileName(typed, .store), isExplicit: true)
        } else if !flags.output.isNotStored, let usual = environment.store {
            request.store = StoreRequest(path: usual, isExplicit: false)
        }
    }

    /// Adds a report of each format, under one name with the usual endings.
    private mutating func addAll(
        _ values: [String],
        _ flag: FlagDeclaration,
        _ formats: [OutputRequest.Format]
    ) throws(UsageError) {
        guard let base = try ValueParsing.single(values, flag) else { return }
        guard base != "-" else {
            throw .value("\(flag.name) -: several reports cannot share standard output")
        }
        let name = try fileName(base, flag)
        for format in formats {
            guard !request.output.files.contains(where: { $0.format == format }) else {
                throw .value(
                    "\(Self.flag(of: format).name) cannot be used with \(flag.name) \(shown(base)), "
                        + "which writes that report too"
                )
            }
            request.output.files.append(OutputRequest.File(format: format, path: name + format.ending))
        }
    }

    private static func flag(of format: OutputRequest.Format) -> FlagDeclaration {
        switch format {
        case .normal: .normalOutput
        case .xml: .xmlOutput
        case .grepable: .grepableOutput
        case .jsonLines: .jsonOutput
        case .html: .htmlOutput
        case .sarif: .sarifOutput
        case .csv: .csvOutput
        case .markdown: .markdownOutput
        }
    }

    private mutating func add(
        _ values: [String],
        _ flag: FlagDeclaration,
        _ format: OutputRequest.Format
    ) throws(UsageError) {
        guard let value = try ValueParsing.single(values, flag) else { return }
        let path = value == "-" ? value : try fileName(value, flag)
        request.output.files.append(OutputRequest.File(format: format, path: path))
    }

    private func fileName(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> String {
        guard text.utf8.first != UInt8(ascii: "-") else {
            throw .value(
                "\(flag.name) \(shown(text)): the file name begins with '-'; "
                    + "write \(flag.name) ./\(printable(text, limit: 200)) if it really does"
            )
        }
        return environment.now.expand(try ValueParsing.text(text, flag))
    }

    private mutating func checkPaths() throws(UsageError) {
        var seen: Set<String> = []
        for file in request.output.files where !seen.insert(file.path).inserted {
            throw file.path == "-"
                ? .value("several reports cannot share standard output; give one of them a file")
                : .value("several reports cannot share the file \(shown(file.path)); give each its own")
        }
        if seen.contains("-") { request.output.isTerminalSilent = true }
    }

    private mutating func resolveStylesheet() throws(UsageError) {
        if flags.output.hasNoStylesheet {
            request.output.stylesheet = .none
        } else if let text = flags.output.stylesheet {
            request.output.stylesheet = .address(try ValueParsing.text(text, .stylesheet))
        }
    }
}
