// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// All that is known about one flag, told once.
///
/// The normaliser, the parser's properties, the usage text, the manual page and the completions all read it.
struct FlagDeclaration: Hashable, Sendable {
    /// What follows the name.
    enum Value: Hashable, Sendable {
        /// Nothing.
        case none
        /// A value, attached or as the next word; the text names it in the usage.
        case required(String)
        /// A value that must be attached, or nothing (`-PS22`).
        case attached(String)
    }

    /// Whether the flag does something.
    enum Availability: Hashable, Sendable {
        /// It does.
        case offered
        /// It does, but is listed nowhere.
        case hidden
        /// It is another spelling of this word.
        case standsFor(String)
        /// It is accepted and does nothing; a text is shown as a warning.
        case withoutEffect(warning: String? = nil)
        /// It comes with a part of the scanner that is not there yet.
        case unavailable
        /// It is planned.
        case later
        /// It will not come, for this reason.
        case refused(String)
    }

    /// The name as typed, with its dashes.
    let name: String
    /// Other spellings, with their dashes.
    let aliases: [String]
    /// What follows the name.
    let value: Value
    /// Whether the flag does something.
    let availability: Availability
    /// Whether prefixes of the name are refused, so that flags of ours take no prefix from Nmap's.
    let isExactOnly: Bool
    /// What the flag does, a fragment without a full stop.
    let summary: String

    /// Declares a flag.
    init(
        _ name: String,
        value: Value = .none,
        aliases: [String] = [],
        availability: Availability = .offered,
        exactOnly: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.value = value
        self.aliases = aliases
        self.availability = availability
        isExactOnly = exactOnly
        self.summary = summary
    }

    /// The name with what follows it, as the usage shows it.
    var synopsis: String {
        switch value {
        case .none: name
        case .required(let text): "\(name) \(text)"
        case .attached(let text): "\(name)[\(text)]"
        }
    }

    /// Whether the flag appears in the usage, the manual and the completions.
    var isShown: Bool {
        switch availability {
        case .offered, .standsFor: true
        case .hidden, .withoutEffect, .unavailable, .later, .refused: false
        }
    }
}

extension FlagDeclaration {
    /// The name for the parser.
    var specification: NameSpecification {
        if name.hasPrefix("--") { return .customLong(String(name.dropFirst(2))) }
        let bare = name.dropFirst()
        if bare.count == 1, let letter = bare.first { return .customShort(letter) }
        return .customLong(String(bare), withSingleDash: true)
    }

    /// The help for the parser.
    var help: ArgumentHelp {
        let visibility = isShown ? ArgumentVisibility.default : .hidden
        return switch value {
        case .none: ArgumentHelp(summary, visibility: visibility)
        case .required(let text), .attached(let text):
            ArgumentHelp(summary, valueName: text.lowercased(), visibility: visibility)
        }
    }

    /// What a shell completes the value with.
    var completion: CompletionKind? {
        switch value {
        case .required("FILE"): .file()
        case .required("DIRECTORY"): .directory
        case .required("RULES"): .shellCommand("sonde script names")
        case .none, .required, .attached: nil
        }
    }
}

extension Flag where Value == Bool {
    /// A switch that is off unless typed.
    init(_ declaration: FlagDeclaration) {
        self.init(wrappedValue: false, name: declaration.specification, help: declaration.help)
    }
}

extension Flag where Value == Int {
    /// A switch that counts.
    init(_ declaration: FlagDeclaration) {
        self.init(name: declaration.specification, help: declaration.help)
    }
}

extension Option where Value == String? {
    /// A value, exactly as typed; the last one wins.
    init(_ declaration: FlagDeclaration) {
        self.init(
            name: declaration.specification,
            help: declaration.help,
            completion: declaration.completion
        )
    }
}

extension Option where Value == [String] {
    /// All values, exactly as typed.
    init(_ declaration: FlagDeclaration) {
        self.init(
            wrappedValue: [],
            name: declaration.specification,
            help: declaration.help,
            completion: declaration.completion
        )
    }
}
