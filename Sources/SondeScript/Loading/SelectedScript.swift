// SPDX-License-Identifier: Apache-2.0

/// One script that the rules of `--script` chose, before it is loaded.
package struct SelectedScript: Hashable, Sendable {
    /// Where the script's file is to be found.
    package enum Source: Hashable, Sendable {
        /// A file of the scripts directory, by its name in `script.db`.
        case index(fileName: String)
        /// A file that a rule named, by its path as it was found.
        case file(path: String)
    }

    /// What about the script fitted the rule; the raw value is the word of the messages.
    package enum Manner: String, Hashable, Sendable {
        /// Its name, or a pattern for it.
        case name
        /// Its categories, or a rule such as `not safe` that no name decided.
        case category
        /// The path of its file.
        case file = "file path"
        /// The path of its directory.
        case directory
    }

    /// Where the script's file is to be found.
    package let source: Source
    /// What about the script fitted the first rule that chose it.
    package let manner: Manner
    /// Whether the user named this very script, and not only a pattern that its name fits.
    package let isNamed: Bool
    /// Whether the rule had a `+`: the script's action runs without asking its rules.
    package let isForced: Bool

    /// Whether the user named the script: it then runs with verbosity raised by one and version intensity 9.
    package var isByName: Bool { manner == .name || manner == .file }

    /// The file's base name with its extension.
    package var fileName: String {
        let path =
            switch source {
            case .index(let fileName): fileName
            case .file(let path): path
            }
        return String(path.baseName)
    }

    /// The line that debug output has for it.
    ///
    /// As `Script http-title.nse was selected by name and forced to run.`
    package var message: String {
        "Script \(fileName) was selected by \(manner.rawValue)\(isForced ? " and forced to run" : "")."
    }

    /// Makes a chosen script.
    ///
    /// - Parameters:
    ///   - source: where its file is to be found.
    ///   - manner: what fitted the rule.
    ///   - isNamed: whether the user named this very script; nothing where ``manner`` says it.
    ///   - isForced: whether the rule had a `+`.
    package init(source: Source, manner: Manner, isNamed: Bool? = nil, isForced: Bool) {
        self.source = source
        self.isNamed = isNamed ?? (manner == .name || manner == .file)
        self.manner = manner
        self.isForced = isForced
    }
}
