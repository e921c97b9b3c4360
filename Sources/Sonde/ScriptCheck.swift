// SPDX-License-Identifier: Apache-2.0

/// What scripts say about themselves, in two forms.
public struct ScriptHelp: Hashable, Sendable {
    /// For a person.
    public let text: String
    /// As a document.
    public let xml: String
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
