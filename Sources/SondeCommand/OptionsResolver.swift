// SPDX-License-Identifier: Apache-2.0

internal import Sonde
internal import SondeModel

/// Turns flags as typed into a plan and a list of reports, or says what is wrong with them.
///
/// The checks are those of spec `cli`; of several mistakes in one line the first in the order below is told.
/// Nothing is opened, looked up or printed.
struct OptionsResolver {
    let flags: Flags
    let uses: [NormalisedArguments.Use]
    let words: [String]
    let environment: CommandEnvironment
    var request = ScanRequest()

    /// Resolves a command line.
    ///
    /// - Parameters:
    ///   - arguments: the normalised line.
    ///   - flags: the same line, parsed.
    ///   - commandLine: all words as typed, the program's name first.
    ///   - environment: facts about the process.
    /// - Returns: the plan, the reports and warnings.
    /// - Throws: ``UsageError`` for the first thing that makes no sense or is not offered.
    static func resolve(
        _ arguments: NormalisedArguments,
        flags: Flags,
        commandLine: [String],
        environment: CommandEnvironment
    ) throws(UsageError) -> ScanRequest {
        var resolver = OptionsResolver(arguments, flags: flags, environment: environment)
        resolver.request.plan.commandLine = quoted(commandLine)
        resolver.request.arguments = commandLine
        try resolver.resolve()
        return resolver.request
    }

    private init(_ arguments: NormalisedArguments, flags: Flags, environment: CommandEnvironment) {
        self.flags = flags
        uses = arguments.uses
        words = arguments.targets
        self.environment = environment
    }

    private mutating func resolve() throws(UsageError) {
        try checkAvailability()
        try checkIgnoredValues()
        try resolveTargets()
        try resolveExtent()
        try resolveDiscovery()
        try resolveNames()
        try resolvePorts()
        try resolveTiming()
        try resolveScripts()
        try resolveContainment()
        try resolveVersions()
        try resolveSystem()
        try resolvePackets()
        try resolveLevels()
        try resolveOutput()
        try resolveMiscellaneous()
    }

    /// The words of a command line as one text, quoted where needed.
    ///
    /// A word with white space stands in quotes; quotes and backslashes get a backslash.
    static func quoted(_ words: [String]) -> String {
        words.map { word in
            let hasBlanks = word.unicodeScalars.contains { $0.properties.isWhitespace }
            let escaped = String(
                String.UnicodeScalarView(
                    word.unicodeScalars.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
                )
            )
            return hasBlanks ? "\"\(escaped)\"" : escaped
        }.joined(separator: " ")
    }

    /// Stops at flags that do not work, and notes those that do nothing.
    private mutating func checkAvailability() throws(UsageError) {
        for use in uses {
            let flag = use.flag
            switch flag.availability {
            case .offered, .hidden, .standsFor, .withoutEffect(nil): continue
            case .withoutEffect(let warning?):
                let note = "\(flag.name) has no effect: \(warning)"
                if !request.notes.contains(note) { request.notes.append(note) }
            case .unavailable:
                throw .syntax("\(flag.name) (\(flag.summary)) is not available in this version")
            case .later: throw .syntax("not offered yet: \(flag.name) (\(flag.summary))")
            case .refused(let reason): throw .syntax("not offered: \(flag.name) (\(reason))")
            }
        }
    }

    /// Checks values that have no effect all the same.
    private func checkIgnoredValues() throws(UsageError) {
        for use in uses {
            let value = use.value ?? ""
            switch use.flag {
            case .socketEngine:
                guard ["epoll", "kqueue", "poll", "select", "iocp"].contains(value) else {
                    throw .value("\(use.flag.name) \(shown(value)): unknown engine; write epoll")
                }
            default: continue
            }
        }
    }

    /// Adds a warning.
    mutating func note(_ text: String) { request.notes.append(text) }
}
