// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Why scripts could not be chosen or loaded.
package enum ScriptSetupError: Error {
    /// A rule of `--script` matched nothing.
    case selection(SelectionError)
    /// The index of scripts is broken.
    case index(ScriptIndexError)
    /// A script could not be loaded.
    case load(ScriptLoadError)
    /// Two chosen scripts have the same id.
    case duplicate(String)
    /// Scripts depend on each other in a circle.
    case circular(CircularDependencyError)
    /// The engine's own libraries could not be loaded.
    case libraries(String)
    /// A script arguments' text or file is wrong.
    case arguments(String)
}

extension ScriptEngine {
    /// Chooses scripts, loads them and puts them into run levels.
    ///
    /// - Parameters:
    ///   - request: what the user asked for.
    ///   - embedded: scripts that are built in, by file name: used where the data directories have no index.
    /// - Throws: ``ScriptSetupError``; a script that cannot be loaded stops the whole start.
    package func setUp(
        _ request: ScriptSelector.Request,
        embedded: [EmbeddedScript] = []
    ) throws(ScriptSetupError) {
        installArguments()
        let index = try readIndex(embedded)
        let chosen = try choose(request, index)
        guard !chosen.isEmpty else { return }
        if hasInstalledScripts { try prepareLibraries() }
        let loaded = try lua.withoutCollecting { () throws(ScriptSetupError) in
            var loaded: [LoadedScript] = []
            for script in chosen {
                message(2, script.message)
                if let script = try load(script, embedded) { loaded.append(script) }
            }
            return loaded
        }
        try arrange(loaded)
    }

    /// Compiles what a choice of scripts needs and the cache lacks, and writes it.
    ///
    /// For a process that is about to confine itself and may not write there afterwards. Nothing runs yet. Which libraries
    /// the scripts need is not known then, so all are compiled.
    package func keepCompiled(_ request: ScriptSelector.Request) {
        guard let chunks, hasInstalledScripts, let index = try? readIndex([]),
            let chosen = try? choose(request, index)
        else { return }
        let scripts = chosen.compactMap { script -> String? in
            switch script.source {
            case .file(let path): path
            case .index(let fileName): dataDirectory.locate("scripts/\(fileName)")?.path
            }
        }
        guard !scripts.allSatisfy(chunks.has) else { return }
        let account = lua.beginAccount(limit: settings.limits.memory)
        defer { lua.end(account) }
        for path in scripts where !chunks.has(path) { _ = try? compiled(path, .file) }
        if case .directory(let folder) = dataDirectory.locate("nselib") {
            for name in FileReader.names(in: folder) where name.hasSuffix(".lua") {
                let path = "\(folder)/\(name)"
                guard !chunks.has(path) else { continue }
                lua.withStack { frame in _ = try? pushLibrary(frame, path, "nselib/\(name)") }
            }
        }
        chunks.save()
    }

    /// Loads every script of the index and tells which could not be; for `--script-help` and load reports.
    package func loadAll(embedded: [EmbeddedScript] = []) throws(ScriptSetupError) -> LoadReport {
        installArguments()
        let index = try readIndex(embedded)
        if hasInstalledScripts { try prepareLibraries() }
        var report = LoadReport()
        for entry in index.entries {
            do throws(ScriptSetupError) {
                let selected = SelectedScript(
                    source: .index(fileName: entry.fileName),
                    manner: .category,
                    isForced: false
                )
                if let script = try load(selected, embedded) {
                    report.loaded.append(script.metadata)
                } else {
                    report.refused.append(entry.fileName)
                }
            } catch {
                guard case .load(let error) = error else { throw error }
                report.failed.append(error)
            }
        }
        return report
    }

    /// What the chosen scripts say of themselves, in order of their ids.
    package var chosen: [ScriptMetadata] {
        levels.flatMap { $0.map(\.metadata) }.sorted { $0.id < $1.id }
    }

    /// Loads every script of a directory.
    ///
    /// - Throws: ``ScriptSetupError`` for the first that cannot be loaded.
    package func loadDirectory(_ path: String) throws(ScriptSetupError) -> [ScriptMetadata] {
        installArguments()
        try prepareLibraries()
        try seal()
        var scripts: [ScriptMetadata] = []
        for name in FileReader.names(in: path).filter({ $0.hasSuffix(".nse") }).sorted() {
            do throws(ScriptLoadError) {
                if let script = try load("\(path)/\(name)") { scripts.append(script.metadata) }
            } catch {
                throw .load(error)
            }
        }
        return scripts
    }

    /// Whether a script tree is installed; without one the built-in scripts are all there is.
    package var hasInstalledScripts: Bool {
        if case .file = dataDirectory.locate("scripts/script.db") { return true }
        return false
    }

    private func readIndex(_ embedded: [EmbeddedScript]) throws(ScriptSetupError) -> ScriptIndex {
        guard case .file(let path) = dataDirectory.locate("scripts/script.db") else {
            return ScriptIndex(
                entries: embedded.map {
                    ScriptIndex.Entry(fileName: $0.fileName, categories: $0.categories)
                }
            )
        }
        do {
            let octets = try FileReader.contents(of: path)
            return try ScriptIndex(parsing: octets)
        } catch let error as ScriptIndexError {
            throw .index(error)
        } catch {
            throw .libraries("\(error)")
        }
    }

    private func choose(
        _ request: ScriptSelector.Request,
        _ index: ScriptIndex
    ) throws(ScriptSetupError) -> [SelectedScript] {
        do throws(SelectionError) {
            return try ScriptSelector(index: index).select(request, locate: locateLiteral)
        } catch {
            throw .selection(error)
        }
    }

    /// Finds what a rule names literally: an absolute path, else in the data directories, else from here.
    private func locateLiteral(_ rule: String) -> ScriptSelector.Location? {
        let places = rule.hasPrefix("/") ? [rule] : ["scripts/" + rule, rule].map { $0 }
        for (number, place) in places.enumerated() {
            let found: FoundPath? =
                rule.hasPrefix("/") || number > 0 ? FileReader.look(at: place) : dataDirectory.locate(place)
            switch found {
            case .file(let path): return .file(path: path)
            case .directory(let path):
                let names = FileReader.names(in: path).filter { $0.hasSuffix(".nse") }.sorted()
                let base = path.hasSuffix("/") ? path : path + "/"
                return .directory(path: path, files: names.map { base + $0 })
            case nil: continue
            }
        }
        return nil
    }

    /// Makes the libraries of the tree ready: `stdnse` with the engine's functions, `_G` strict.
    func prepareLibraries() throws(ScriptSetupError) {
        guard !librariesAreReady, let prelude else { return }
        let problem: String? = lua.withStack { frame in
            frame.push(prelude.prepareLibraries)
            frame.push(isClassicTree)
            guard frame.attempt(arguments: 1, results: 2) else { return frame.convertedText(at: -1) ?? "" }
            return frame.isTruthy(at: -2) ? nil : frame.convertedText(at: -1) ?? ""
        }
        if let problem { throw .libraries("cannot load the script library: \(problem)") }
        librariesAreReady = true
    }

    /// Closes what scripts share to them, before the first of them runs.
    package func seal() throws(ScriptSetupError) {
        guard !isSealed, settings.sandbox != nil, let prelude else { return }
        isSealed = true
        let problem: String? = lua.withStack { frame in
            frame.push(prelude.seal)
            frame.push(isAway)
            return frame.attempt(arguments: 1, results: 0) ? nil : frame.convertedText(at: -1) ?? ""
        }
        if let problem { throw .libraries("cannot close the sandbox: \(problem)") }
    }

    private func load(
        _ script: SelectedScript,
        _ embedded: [EmbeddedScript]
    ) throws(ScriptSetupError) -> LoadedScript? {
        try seal()
        var path = ""
        var text = ScriptText.file
        switch script.source {
        case .file(let found): path = found
        case .index(let fileName):
            if let built = embedded.first(where: { $0.fileName == fileName }), !hasInstalledScripts {
                path = "built-in/\(fileName)"
                text = .embedded(built.source)
            } else if case .file(let found) = dataDirectory.locate("scripts/\(fileName)") {
                path = found
            } else {
                let text =
                    "NSE: Warning: Could not load '\(fileName)': no path to file/directory: \(fileName)"
                emit(.diagnostic(Diagnostic(.standardError, text)))
                return nil
            }
        }
        do throws(ScriptLoadError) {
            guard
                let loaded = try load(
                    path,
                    text,
                    isByName: script.isByName,
                    isNamed: script.isNamed,
                    isForced: script.isForced
                )
            else {
                if settings.verbosity > 0 {
                    emit(.diagnostic(Diagnostic(.terminal, "NSE: Failed to load '\(path)'.")))
                }
                return nil
            }
            warnOfExtension(loaded)
            message(2, "Loaded '\(path)'.")
            return loaded
        } catch {
            throw .load(error)
        }
    }

    private func warnOfExtension(_ script: LoadedScript) {
        guard !script.metadata.hasRecommendedExtension else { return }
        let text =
            "NSE: Warning: Loading '\(script.path)' -- the recommended file extension is '.nse'."
        emit(.diagnostic(Diagnostic(.standardError, text)))
    }

    private func arrange(_ loaded: [LoadedScript]) throws(ScriptSetupError) {
        var ids: Set<String> = []
        for script in loaded where !ids.insert(script.id).inserted { throw .duplicate(script.id) }
        do throws(CircularDependencyError) {
            levels = try RunLevel.levels(of: loaded.map(\.metadata)).map { $0.scripts.map { loaded[$0] } }
        } catch {
            throw .circular(error)
        }
        guard settings.verbosity > 0 || settings.debugging > 0 else { return }
        emit(.diagnostic(Diagnostic(.terminal, "NSE: Loaded \(loaded.count) scripts for scanning.")))
    }
}

/// What loading every script gave.
package struct LoadReport {
    /// The scripts that load.
    package var loaded: [ScriptMetadata] = []
    /// Files of scripts that quietly refused, for a library that is not there.
    package var refused: [String] = []
    /// The scripts that cannot be loaded, and why.
    package var failed: [ScriptLoadError] = []
}

/// A script that is built into the program.
package struct EmbeddedScript: Sendable {
    /// Its file name, as `banner.nse`.
    package let fileName: String
    /// Its categories.
    package let categories: [String]
    /// Its text.
    package let source: [UInt8]

    /// Makes one.
    package init(fileName: String, categories: [String], source: [UInt8]) {
        self.fileName = fileName
        self.categories = categories
        self.source = source
    }
}
