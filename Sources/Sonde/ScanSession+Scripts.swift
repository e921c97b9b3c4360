// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeScript

#if canImport(Glibc)
internal import Glibc
#endif

/// What can be asked of scripts without a scan.
extension ScanSession {
    /// What the scripts that the plan's help rules choose say of themselves.
    ///
    /// - Returns: the text for a person, and an XML document.
    /// - Throws: ``ScanError`` for rules that match nothing, or scripts that cannot be loaded.
    public func scriptHelp() throws(ScanError) -> ScriptHelp {
        try withHelpScripts { engine in
            ScriptHelp(
                scripts: engine.chosen,
                scriptsDirectory: directory("scripts"),
                libraryDirectory: directory("nselib")
            )
        }
    }

    /// Loads the scripts that the plan's help rules choose, for as long as a closure asks about them.
    private func withHelpScripts<Answer>(
        _ body: (ScriptEngine) throws(ScanError) -> Answer
    ) throws(ScanError) -> Answer {
        let engine = try makeEngine(readArguments())
        defer { engine.close() }
        do throws(ScriptSetupError) {
            try engine.setUp(
                ScriptSelector.Request(options: plan.scripts.helpRules ?? []),
                embedded: BuiltInScripts.all
            )
        } catch {
            throw error.scanError
        }
        return try body(engine)
    }

    /// A folder of the data directories, with a slash at its end.
    private func directory(_ name: String) -> String? {
        guard case .directory(let path) = files.directory.locate(name) else { return nil }
        return path.hasSuffix("/") ? path : path + "/"
    }

    /// Tries to load every script of the index.
    ///
    /// - Returns: which load, which do not, and why.
    /// - Throws: ``ScanError`` where the index or the libraries themselves are broken.
    public func checkScripts() throws(ScanError) -> ScriptCheck {
        let engine = try makeEngine(readArguments())
        defer { engine.close() }
        do throws(ScriptSetupError) {
            let report = try engine.loadAll(embedded: BuiltInScripts.all)
            return ScriptCheck(
                loaded: report.loaded.map(\.id),
                refused: report.refused,
                failed: report.failed.map { ScriptCheck.Failure(path: $0.path, reason: $0.reason) }
            )
        } catch {
            throw error.scanError
        }
    }

    /// What the scripts that the plan's help rules choose say of themselves, with their arguments.
    ///
    /// - Throws: ``ScanError`` for rules that match nothing, or scripts that cannot be loaded.
    public func scriptDescriptions() throws(ScanError) -> [ScriptDescription] {
        try withHelpScripts { engine in engine.chosen.map(description) }
    }

    private func description(_ script: ScriptMetadata) -> ScriptDescription {
        let name = script.path.split(separator: "/").last.map(String.init) ?? ""
        let builtIn = BuiltInScripts.all.first { "built-in/" + $0.fileName == script.path }?.source
        let source = builtIn ?? (try? FileReader.contents(of: script.path)) ?? []
        return ScriptDescription(
            id: script.id.isEmpty ? name : script.id,
            categories: script.categories,
            path: script.path,
            description: String(decoding: script.description ?? [], as: UTF8.self),
            arguments: ScriptDescription.arguments(in: source)
        )
    }

    /// The lock file for the scripts that ``ScriptRequest/helpRules`` choose: a hash for each of them, and for each library that they
    /// load or name.
    ///
    /// - Throws: ``ScanError`` for rules that match nothing, or scripts that cannot be loaded.
    public func scriptLock() throws(ScanError) -> String {
        try withHelpScripts { (engine) throws(ScanError) in
            do throws(ScriptLoadError) { return try engine.makeLock().text } catch {
                throw ScanError(.failure, "\(error.path): \(error.reason)")
            }
        }
    }

    /// Names and categories of the installed scripts, by their index alone; of the built-in ones where none is
    /// installed.
    public static func installedScripts(_ request: DataFileRequest) -> [(name: String, categories: [String])]
    {
        guard case .file(let path) = DataFiles(request).directory.locate("scripts/script.db"),
            let octets = try? FileReader.contents(of: path), let index = try? ScriptIndex(parsing: octets)
        else { return BuiltInScripts.all.map { (String($0.fileName.dropLast(4)), $0.categories) } }
        return index.entries.map { ($0.name, $0.categories) }
    }

    /// Ids of the chosen scripts that are in a category; none before ``ScanSession/prepare()``.
    public func scriptIDs(in category: String) -> Set<String> {
        let chosen = engine?.chosen ?? []
        return Set(chosen.filter { $0.categories.contains(category) }.map(\.id))
    }

    /// Reads every installed script and writes the index of their categories anew.
    ///
    /// - Returns: how many scripts it lists.
    /// - Throws: ``ScanError`` where there is no script directory, or it cannot be written.
    public func updateScriptDatabase() throws(ScanError) -> Int {
        guard case .directory(let directory) = files.directory.locate("scripts") else {
            throw ScanError(.failure, "--script-updatedb: no scripts directory is installed")
        }
        let engine = try makeEngine(readArguments())
        defer { engine.close() }
        var entries: [ScriptIndex.Entry] = []
        do throws(ScriptSetupError) {
            for script in try engine.loadDirectory(directory) {
                entries.append(
                    ScriptIndex.Entry(
                        fileName: script.path.split(separator: "/").last.map(String.init) ?? script.path,
                        categories: script.categories.map { $0.lowercased() }.sorted()
                    )
                )
            }
        } catch {
            throw error.scanError
        }
        let octets = ScriptIndex(entries: entries).fileContents()
        guard let file = unsafe fopen("\(directory)/script.db", "w") else {
            throw ScanError(.failure, "--script-updatedb: cannot write \(directory)/script.db")
        }
        let written = unsafe octets.withUnsafeBytes { bytes in
            unsafe fwrite(bytes.baseAddress, 1, bytes.count, file)
        }
        guard unsafe fclose(file) == 0, written == octets.count else {
            throw ScanError(.failure, "--script-updatedb: cannot write \(directory)/script.db")
        }
        return entries.count
    }
}
