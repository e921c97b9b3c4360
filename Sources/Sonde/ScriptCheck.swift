// SPDX-License-Identifier: Apache-2.0

internal import SondeScript

/// What scripts say about themselves, in two forms.
public struct ScriptHelp: Hashable, Sendable {
    /// For a person.
    public var text: String { scripts.map { ScriptText.help(for: $0) }.joined() }
    /// As a document.
    public var xml: String {
        ScriptText.helpXML(
            for: scripts,
            scriptsDirectory: scriptsDirectory,
            libraryDirectory: libraryDirectory
        )
    }

    let scripts: [ScriptMetadata]
    let scriptsDirectory: String?
    let libraryDirectory: String?
}

/// Which of the installed scripts can be loaded.
public struct ScriptCheck: Hashable, Sendable {
    /// A script that cannot.
    public struct Failure: Hashable, Sendable {
        /// Its file.
        public let path: String
        /// Why, in one line.
        public let reason: String
    }

    /// Ids of the scripts that load.
    public let loaded: [String]
    /// Files of the scripts that ask quietly for a library that is not there, or whose file is missing.
    public let refused: [String]
    /// The scripts that do not load.
    public let failed: [Failure]
}
