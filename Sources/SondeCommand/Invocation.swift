// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

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
        let normalised = try ArgumentNormaliser.normalise(arguments)
        if let text = try informationText(normalised) { return .print(text, status: 0) }
        let flags = try parse(normalised)
        return .scan(
            try OptionsResolver.resolve(
                normalised,
                flags: flags,
                commandLine: commandLine,
                environment: environment
            )
        )
    }

    /// The text that the first flag of this kind asks for, or nothing.
    private static func informationText(_ arguments: NormalisedArguments) throws(UsageError) -> String? {
        for use in arguments.uses {
            switch use.flag {
            case .help: return UsageText.usage
            case .version: return UsageText.versionBlock
            case .manual: return ManualPage.text
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
