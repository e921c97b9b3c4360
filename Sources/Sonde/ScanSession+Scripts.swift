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
    /// - Returns: the text for a person.
    /// - Throws: ``ScanError`` for rules that match nothing, or scripts that cannot be loaded.
    public func scriptHelp() throws(ScanError) -> String {
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
        return engine.chosen.map { ScriptText.help(for: $0) }.joined()
    }

    /// What the scripts that the plan's help rules choose say of themselves, with their arguments.
    ///
    /// - Throws: ``ScanError`` for rules that match nothing, or scripts that cannot be loaded.
    public func scriptDescriptions() throws(ScanError) -> [ScriptDescription] {
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
        return engine.chosen.map { script in
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
