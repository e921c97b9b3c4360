// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeScript

/// Finding misspelt script arguments.
extension ScanSession {
    /// Says of each argument that nothing which runs seems to take it.
    ///
    /// An argument counts as known if its name stands in one of the chosen scripts or in the script library; of
    /// `script.name` the second part is enough where that script was chosen. The library is read only where a name
    /// stands in no script.
    ///
    /// - Throws: ``ScanError`` where such arguments are not allowed (`--strict`).
    func checkArguments(_ arguments: ScriptArguments) throws(ScanError) {
        let names = arguments.fields.compactMap { field -> String? in
            if let key = field.key { return String(decoding: key, as: UTF8.self) }
            guard case .text(let text) = field.value else { return nil }
            return String(decoding: text, as: UTF8.self)
        }
        guard let engine, !names.isEmpty else { return }
        let ids = Set(engine.chosen.map(\.id))
        let scripts = engine.chosen.map { source(of: $0) }
        let missing = names.filter { name in !scripts.contains { Self.knows(name, ids, $0) } }
        guard !missing.isEmpty else { return }
        let library = librarySources()
        let known = (scripts + library).flatMap { ScriptDescription.arguments(in: $0).map(\.name) }
        for name in missing where !library.contains(where: { Self.knows(name, ids, $0) }) {
            let near = NearestWord.nearest(to: name, among: known)
            let hint = near.map { "; did you mean '\($0)'?" } ?? ""
            let text = "--script-args: no script that runs takes '\(name)'\(hint)"
            if plan.scripts.isStrict { throw ScanError(.usage, text) }
            warn("warning: " + text)
        }
    }

    private func source(of script: ScriptMetadata) -> [UInt8] {
        BuiltInScripts.all.first { "built-in/" + $0.fileName == script.path }?.source
            ?? (try? FileReader.contents(of: script.path)) ?? []
    }

    private func librarySources() -> [[UInt8]] {
        guard case .directory(let path) = files.directory.locate("nselib") else { return [] }
        return FileReader.names(in: path).filter { $0.hasSuffix(".lua") }
            .compactMap { try? FileReader.contents(of: path + "/" + $0) }
    }

    /// Whether a text speaks of an argument.
    private static func knows(_ name: String, _ ids: Set<String>, _ source: [UInt8]) -> Bool {
        if holds(source, name) { return true }
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return false }
        guard ids.contains(String(name[..<dot])) else { return false }
        return holds(source, "." + name[name.index(after: dot)...])
            || holds(source, "\"" + name[name.index(after: dot)...])
            || holds(source, "'" + name[name.index(after: dot)...])
    }

    /// Whether a word stands in a text, with no letter or digit behind it.
    private static func holds(_ source: [UInt8], _ word: String) -> Bool {
        let wanted = Array(word.utf8)
        guard let first = wanted.first, source.count >= wanted.count else { return false }
        for index in 0...(source.count - wanted.count) where source[index] == first {
            guard source[index...].starts(with: wanted) else { continue }
            let end = index + wanted.count
            guard end < source.count else { return true }
            switch source[end] {
            case 48...57, 65...90, 95, 97...122: continue
            default: return true
            }
        }
        return false
    }
}
