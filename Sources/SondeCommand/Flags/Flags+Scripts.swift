// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let defaultScripts = Self("-sC", "run the scripts of the category default")
    static let script = Self(
        "--script",
        value: .required("RULES"),
        "run these scripts: names, categories, files, folders/, not, and, or"
    )
    static let scriptArguments = Self("--script-args", value: .required("ARGUMENTS"), "name=value,…")
    static let scriptArgumentFile = Self(
        "--script-args-file",
        value: .required("FILE"),
        "arguments from a file"
    )
    static let scriptTimeout = Self(
        "--script-timeout",
        value: .required("TIME"),
        "end a script after this time"
    )
    static let strict = Self(
        "--strict",
        exactOnly: true,
        "refuse script arguments that no script takes, rather than warn"
    )
    static let scriptTrace = Self("--script-trace", "tell what scripts send and receive")
    static let scriptUpdate = Self("--script-updatedb", "write the index of scripts anew")
    static let scriptHelp = Self(
        "--script-help",
        value: .required("RULES"),
        "describe these scripts, scan nothing"
    )
    /// The flags about scripts.
    static let scripts: [Self] = [
        .defaultScripts, .script, .scriptArguments, .scriptArgumentFile, .strict, .scriptTimeout,
        .scriptTrace,
        .scriptUpdate, .scriptHelp,
    ]
}

/// Which scripts run, and with what.
struct ScriptFlags: ParsableArguments {
    @Flag(.defaultScripts) var usesDefault: Bool
    @Option(.script) var rules: [String]
    @Option(.scriptArguments) var arguments: String?
    @Option(.scriptArgumentFile) var argumentFile: String?
    @Option(.scriptTimeout) var timeout: String?
    @Flag(.strict) var isStrict: Bool
    @Flag(.scriptTrace) var isTraced: Bool
    @Flag(.scriptUpdate) var updatesDatabase: Bool
    @Option(.scriptHelp) var help: [String]
}
