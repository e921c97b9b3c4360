// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeStore

/// The words of a subcommand, parted into options and the rest.
struct CommandWords: Hashable, Sendable {
    /// One option as used.
    struct Use: Hashable, Sendable {
        /// Its name, with dashes.
        let name: String
        /// Its value; empty if it takes none.
        let value: String
    }

    /// The options, in typed order.
    private(set) var uses: [Use] = []
    /// All other words, in typed order.
    private(set) var words: [String] = []

    /// Reads the words of a command.
    ///
    /// - Parameters:
    ///   - arguments: the words.
    ///   - values: the options that take a value.
    ///   - switches: those that take none.
    /// - Throws: an error in one line that names what is wrong.
    init(_ arguments: [String], values: [String] = [], switches: [String] = []) throws(CommandFailure) {
        let values = values + ["--store"]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words += rest
                return
            }
            guard word.hasPrefix("-"), word != "-" else {
                words.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            if switches.contains(word) {
                uses.append(Use(name: word, value: ""))
            } else if values.contains(parts[0]) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    throw .usage("option \(parts[0]) needs a value")
                }
                uses.append(Use(name: parts[0], value: value))
            } else {
                let near = (values + switches).min { editDistance($0, parts[0]) < editDistance($1, parts[0]) }
                let hint = near.map { editDistance($0, parts[0]) < 4 ? "; did you mean \($0)?" : "" } ?? ""
                throw .usage("unknown option \(shown(word))\(hint)")
            }
        }
    }

    /// Whether a switch was used.
    func has(_ name: String) -> Bool { uses.contains { $0.name == name } }

    /// The last value of an option.
    func value(_ name: String) -> String? { uses.last { $0.name == name }?.value }

    /// The scan database that is meant.
    func database() throws(CommandFailure) -> ScanDatabase {
        guard let path = value("--store") ?? StorePlace.usual else {
            throw .failure("there is no home directory to look for stored scans in; use --store FILE")
        }
        return try attempt { () throws(StoreError) in try ScanDatabase(path) }
    }

    /// The results that a word names.
    func results(_ name: String) throws(CommandFailure) -> ScanResults {
        try attempt { () throws(StoreError) in try ResultSource.read(name, store: value("--store")) }
    }
}

/// Carries out what may fail in the scan database.
func attempt<Value>(_ body: () throws(StoreError) -> Value) throws(CommandFailure) -> Value {
    do throws(StoreError) {
        return try body()
    } catch {
        throw .failure(error.description)
    }
}

/// Where the user's scans are kept.
enum StorePlace {
    /// The usual database; nothing without a home.
    static var usual: String? {
        ScanDatabase.usualPath { name in
            // The text is the environment's own and is copied at once.
            guard let text = unsafe getenv(name) else { return nil }
            return unsafe String(cString: text)
        }
    }
}
