// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Sonde

/// What one start of the command is to do.
enum Invocation: Sendable {
    /// Print a text and end.
    case print(String, status: Int32)
    /// Say what is wrong and end.
    case fail(UsageError)
    /// Show what the program can do.
    case demo(arguments: [String])
    /// Do something else than scanning.
    case subcommand(Subcommand, arguments: [String])
    /// Scan.
    case scan(ScanRequest)

    /// Reads a command line.
    ///
    /// - Parameters:
    ///   - commandLine: all words, the program's name first.
    ///   - environment: facts about the process.
    init(commandLine: [String], environment: CommandEnvironment) {
        do throws(UsageError) {
            self = try Self.read(commandLine, environment)
        } catch {
            self = .fail(error)
        }
    }

    private static func read(
        _ commandLine: [String],
        _ environment: CommandEnvironment
    ) throws(UsageError) -> Invocation {
        let arguments = Array(commandLine.dropFirst())
        guard let first = arguments.first else { return .print(UsageText.usage, status: 255) }
        if first == "demo" { return .demo(arguments: Array(arguments.dropFirst())) }
        if let command = Subcommand(rawValue: first) {
            return .subcommand(command, arguments: Array(arguments.dropFirst()))
        }
        let typed = try ArgumentNormaliser.normalise(arguments)
        if let text = try informationText(typed) { return .print(text, status: 0) }
        let normalised = try withConfig(typed, environment)
        let flags = try parse(normalised)
        var request = try OptionsResolver.resolve(
            normalised,
            flags: flags,
            commandLine: commandLine,
            environment: environment
        )
        if let hint = commandHint(first) { request.notes.append(hint) }
        return .scan(request)
    }

    /// What to say where the first word looks like a misspelt command; it is taken for a target all the same.
    private static func commandHint(_ word: String) -> String? {
        guard word.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else { return nil }
        let commands = Subcommand.allCases.map(\.rawValue) + ["demo"]
        let near = commands.min { editDistance($0, word) < editDistance($1, word) } ?? ""
        guard editDistance(near, word) == 1 else { return nil }
        return "\(shown(word)) is taken for a target; did you mean the command sonde \(near)?"
    }

    /// What was typed, with the options of the configuration before it.
    private static func withConfig(
        _ typed: NormalisedArguments,
        _ environment: CommandEnvironment
    ) throws(UsageError) -> NormalisedArguments {
        let value = { (flag: FlagDeclaration) in typed.uses.last { $0.flag == flag }?.value }
        let profile = value(.profile)
        let path = value(.config) ?? (typed.uses(.noConfig) ? nil : environment.config)
        guard let path else {
            guard let profile else { return typed }
            throw .value("--profile \(shown(profile)): there is no file of options; see sonde help config")
        }
        return try ConfigFile(path).merged(typed, profile: profile)
    }

    /// The text that the first flag of this kind asks for, or nothing.
    private static func informationText(_ arguments: NormalisedArguments) throws(UsageError) -> String? {
        for use in arguments.uses {
            switch use.flag {
            case .help: return UsageText.usage
            case .version: return UsageText.versionBlock
            case .manual: return ManualPage.text
            case .interfaceList: return InterfaceReport.text()
            case .completionScript: return try completionScript(shell: use.value ?? "")
            default: continue
            }
        }
        return nil
    }

    private static func completionScript(shell: String) throws(UsageError) -> String {
        guard let known = CompletionShell(rawValue: shell) else {
            throw .value("--generate-completion-script \(shown(shell)): write bash, zsh or fish")
        }
        return Flags.completionScript(for: known)
    }

    /// Gives a normalised line to the parser.
    static func parse(_ arguments: NormalisedArguments) throws(UsageError) -> Flags {
        do {
            return try Flags.parse(arguments.words)
        } catch {
            // The normaliser lets nothing through that the parser does not know: this is a mistake of ours.
            throw .syntax(Flags.message(for: error))
        }
    }
}
