// SPDX-License-Identifier: Apache-2.0

internal import SondeIO

/// Hashes of scripts and libraries, so that what was looked at is what runs.
///
/// As text: a line for each file with its SHA-256, two blanks and its name, as `sha256sum` writes them. Names are
/// `scripts/NAME.nse` and `nselib/NAME.lua`, wherever the files lie. Lines that begin with `#` are comments.
package struct ScriptLock: Hashable, Sendable {
    /// A line that cannot be read.
    package struct Mistake: Error, Hashable, Sendable {
        /// Its number, from 1.
        package let line: Int
    }

    /// Hexadecimal SHA-256 by name.
    package private(set) var digests: [String: String] = [:]

    /// Makes one without any files.
    package init() {}

    /// Reads one.
    ///
    /// - Parameter text: the octets of a lock file.
    /// - Throws: ``Mistake`` for the first line that is neither a comment nor a hash with a name.
    package init(parsing text: [UInt8]) throws(Mistake) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            let digest = line.prefix(64)
            let rest = line.dropFirst(64)
            guard digest.count == 64, digest.allSatisfy(Self.isHexadecimal),
                rest.starts(with: Array("  ".utf8)),
                rest.count > 2
            else { throw Mistake(line: index + 1) }
            let name = String(decoding: rest.dropFirst(2), as: UTF8.self)
            digests[name] = String(decoding: digest, as: UTF8.self).lowercased()
        }
    }

    /// Notes a file.
    package mutating func note(_ name: String, _ octets: [UInt8]) { digests[name] = Self.digest(octets) }

    /// What is wrong with a file, in words that name it; nothing where it is as it was locked.
    package func problem(with name: String, _ octets: [UInt8]) -> String? {
        guard let known = digests[name] else { return "\(name) is not in the lock file (--locked)" }
        return known == Self.digest(octets) ? nil : "\(name) has changed since it was locked (--locked)"
    }

    /// The lock file.
    package var text: String {
        digests.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
    }

    /// The name of a script in lock files.
    static func name(ofScript path: String) -> String {
        "scripts/" + (path.split(separator: "/").last.map(String.init) ?? path)
    }

    /// The names in `require "name"` and its like: libraries that are loaded later than at the start, too.
    static func requirements(in source: [UInt8]) -> Set<String> {
        let word = Array("require".utf8)
        var names: Set<String> = []
        var rest = source[...]
        while let start = rest.firstIndex(of: word[0]) {
            rest = rest[start...]
            guard rest.starts(with: word) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(word.count)
            let argument = rest.drop { " \t(,".utf8.contains($0) }
            guard let quote = argument.first, "\"'".utf8.contains(quote) else { continue }
            let name = argument.dropFirst().prefix { $0 != quote && $0 != UInt8(ascii: "\n") }
            if !name.isEmpty, name.count < 100 { names.insert(String(decoding: name, as: UTF8.self)) }
        }
        return names
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func digest(_ octets: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = Digest(named: "sha256")?.digest(of: octets) ?? []
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}

/// Keeping to a lock file, and making one.
extension ScriptEngine {
    /// What is wrong with a file that is about to be loaded; nothing where no lock file is in force.
    func lockProblem(_ name: String, _ octets: [UInt8]) -> String? {
        settings.lock?.problem(with: name, octets)
    }

    /// The hashes of the chosen scripts, of the libraries that they have loaded, and of those that they name.
    ///
    /// - Returns: the lock.
    /// - Throws: ``ScriptLoadError`` for a file that can no longer be read.
    package func makeLock() throws(ScriptLoadError) -> ScriptLock {
        var lock = ScriptLock()
        var waiting = ["stdnse", "strict"]
        for script in chosen where !script.path.hasPrefix("built-in/") {
            let source = try contents(script.path)
            lock.note(ScriptLock.name(ofScript: script.path), source)
            waiting += ScriptLock.requirements(in: source)
        }
        var known: Set<String> = []
        while let name = waiting.popLast() {
            guard known.insert(name).inserted else { continue }
            let file = libraryFile(name)
            guard case .file(let path) = dataDirectory.locate(file) else { continue }
            let source = try contents(path)
            lock.note(file, source)
            waiting += ScriptLock.requirements(in: source)
        }
        return lock
    }

    /// The name of a library's file in the data directories.
    func libraryFile(_ name: String) -> String {
        "nselib/" + name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "/")
            + ".lua"
    }

    private func contents(_ path: String) throws(ScriptLoadError) -> [UInt8] {
        do {
            return try FileReader.contents(of: path)
        } catch {
            throw ScriptLoadError(path: path, reason: error.description, detail: "")
        }
    }
}
