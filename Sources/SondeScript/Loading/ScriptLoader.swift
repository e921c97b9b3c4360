// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Why a script could not be loaded.
package struct ScriptLoadError: Error, Hashable, Sendable {
    /// The script's path.
    package let path: String
    /// What is wrong, in one line.
    package let reason: String
    /// The traceback, for `-d`; empty if there is none.
    package let detail: String
}

/// Reads, compiles and checks scripts (spec `nse-engine`, section 1).
extension ScriptEngine {
    /// Where a script's text comes from.
    package enum ScriptText {
        /// A file.
        case file
        /// Text that is built into the program.
        case embedded([UInt8])

        /// The text, if it is built in.
        var octets: [UInt8]? {
            if case .embedded(let octets) = self { octets } else { nil }
        }
    }

    /// How long a script may take to load, where its processor time has no limit.
    private static let longestLoad = TimeSpan.seconds(30)

    /// Loads one script.
    ///
    /// - Parameters:
    ///   - path: where it is, which is also the name in messages.
    ///   - text: the file there, or text built in.
    ///   - isByName: whether the user chose it by name.
    ///   - isNamed: whether by its own name, not by a pattern.
    ///   - isForced: whether it runs without asking its rule.
    /// - Returns: the script; nothing if it asked quietly for a library that is not there.
    /// - Throws: ``ScriptLoadError``.
    package func load(
        _ path: String,
        _ text: ScriptText = .file,
        isByName: Bool = false,
        isNamed: Bool = false,
        isForced: Bool = false
    ) throws(ScriptLoadError) -> LoadedScript? {
        let account = lua.beginAccount(limit: settings.limits.memory)
        beginErrand(account, lasting: settings.limits.processorTime ?? Self.longestLoad)
        defer {
            endErrand()
            lua.end(account)
        }
        let (generator, generation) = try compiled(path, text)
        return try lua.withStack { (frame) throws(ScriptLoadError) in
            guard try runTopLevel(frame, generator, generation, path) else { return nil }
            let metadata = try readMetadata(frame, path)
            return LoadedScript(
                metadata: metadata,
                isByName: isByName,
                isNamed: isNamed,
                isForced: isForced,
                embedded: text.octets,
                generation: generation,
                generator: generator
            )
        }
    }

    /// Runs the top level in a fresh environment, which is left on the stack; false for a quiet refusal.
    private func runTopLevel(
        _ frame: borrowing CallFrame,
        _ generator: LuaReference,
        _ generation: ScriptGeneration,
        _ path: String
    ) throws(ScriptLoadError) -> Bool {
        frame.pushTable(fields: 16)
        frame.setField("SCRIPT_PATH", path)
        frame.setField("SCRIPT_NAME", ScriptMetadata.name(ofPath: path))
        if let prelude {
            frame.push(prelude.metatable(for: generation))
            frame.setMetatable()
        }
        let environment = frame.count
        frame.push(generator)
        frame.pushCopy(of: environment)
        guard !frame.attempt(arguments: 1, results: 0) else { return true }
        if let prelude {
            frame.push(prelude.isQuiet)
            frame.pushCopy(of: environment + 1)
            if frame.attempt(arguments: 1, results: 1), frame.isTruthy(at: -1) { return false }
            frame.setCount(environment + 1)
        }
        let text =
            (try? frame.describe(at: -1)).map { String(decoding: $0, as: UTF8.self) } ?? "unknown error"
        throw ScriptLoadError(
            path: path,
            reason: String(text.prefix { $0 != "\n" }),
            detail: text
        )
    }

    /// Reads the fields of the environment on top.
    private func readMetadata(
        _ frame: borrowing CallFrame,
        _ path: String
    ) throws(ScriptLoadError) -> ScriptMetadata {
        let environment = frame.count
        try check(frame, "action", .function, required: true, path)
        try check(frame, "categories", .table, required: true, path)
        let rules = try readRules(frame, environment, path)
        frame.pushField("runlevel", of: environment)
        let runLevel = frame.type(at: -1) == .number ? frame.convertedNumber(at: -1) : nil
        frame.pop()
        return ScriptMetadata(
            path: path,
            categories: try readStrings(frame, "categories", path),
            dependencies: try readStrings(frame, "dependencies", path),
            description: frame.octetsField("description", of: environment),
            authors: readAuthors(frame, environment),
            license: frame.octetsField("license", of: environment),
            rules: rules,
            runLevel: runLevel
        )
    }

    private func readRules(
        _ frame: borrowing CallFrame,
        _ environment: Int,
        _ path: String
    ) throws(ScriptLoadError) -> Set<ScriptRule> {
        var rules: Set<ScriptRule> = []
        let named: [(StaticString, ScriptRule)] = [
            ("prerule", .prerule), ("hostrule", .hostrule), ("portrule", .portrule), ("postrule", .postrule),
        ]
        for (name, rule) in named {
            frame.pushRawField(name, of: environment)
            let type = frame.type(at: -1)
            frame.pop()
            if type == .function { rules.insert(rule) }
            guard type == .function || type == .nil else {
                throw ScriptLoadError(path: path, reason: "\(rule.rawValue) must be a function!", detail: "")
            }
        }
        guard !rules.isEmpty else {
            throw ScriptLoadError(
                path: path,
                reason: "\(path) is missing required function: 'rule'",
                detail: ""
            )
        }
        return rules
    }

    private func check(
        _ frame: borrowing CallFrame,
        _ name: StaticString,
        _ expected: LuaType,
        required: Bool,
        _ path: String
    ) throws(ScriptLoadError) {
        frame.pushRawField(name, of: frame.count)
        let type = frame.type(at: -1)
        let typeName = frame.typeName(at: -1)
        frame.pop()
        if type == .nil {
            guard required else { return }
            throw ScriptLoadError(
                path: path,
                reason: "\(path) is missing required field: '\(name)'",
                detail: ""
            )
        }
        guard type == expected else {
            let reason =
                "\(path) field '\(name)' is of improper type '\(typeName)', expected type '\(expected)'"
            throw ScriptLoadError(path: path, reason: reason, detail: "")
        }
    }

    private func readStrings(
        _ frame: borrowing CallFrame,
        _ name: StaticString,
        _ path: String
    ) throws(ScriptLoadError) -> [String] {
        try check(frame, name, .table, required: false, path)
        frame.pushRawField(name, of: frame.count)
        defer { frame.pop() }
        guard frame.type(at: -1) == .table else { return [] }
        let table = frame.count
        var strings: [String] = []
        for number in 1...max(1, min(frame.rawLength(at: table), 10_000)) {
            frame.pushElement(number, of: table)
            defer { frame.pop() }
            if frame.isNil(at: -1) { break }
            guard let octets = frame.octets(at: -1) else {
                let reason = "\(path) has non-string entries in the '\(name)' array"
                throw ScriptLoadError(path: path, reason: reason, detail: "")
            }
            strings.append(String(decoding: octets, as: UTF8.self))
        }
        return strings
    }

    private func readAuthors(_ frame: borrowing CallFrame, _ environment: Int) -> [[UInt8]] {
        frame.pushField("author", of: environment)
        defer { frame.pop() }
        if let author = frame.octets(at: -1) { return [author] }
        var authors: [[UInt8]] = []
        frame.forEachEntry(of: frame.count) { entry in
            if let author = entry.octets(at: -1) { authors.append(author) }
            return authors.count < 100
        }
        return authors
    }
}
