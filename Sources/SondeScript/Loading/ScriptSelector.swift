// SPDX-License-Identifier: Apache-2.0

/// Chooses the scripts to run from the rules of `--script`, `--script-help`, `-sC` and `-sV`.
///
/// Follows the engine's specification, section 4: each script of the index is tested against each rule; a rule
/// that fits none is then taken as the path of a file or directory.
package struct ScriptSelector: Sendable {
    /// What the user asked for.
    package struct Request: Hashable, Sendable {
        /// The values of `--script` as typed, one for each time the option was given.
        package var options: [String]
        /// Whether `-sC` or `-A` was given: adds `default`, but only if there are no options at all.
        package var wantsDefault: Bool
        /// Whether `-sV` or `-A` was given: adds `version`, which may fit nothing.
        package var wantsVersion: Bool

        /// Makes a request.
        package init(options: [String], wantsDefault: Bool = false, wantsVersion: Bool = false) {
            self.options = options
            self.wantsDefault = wantsDefault
            self.wantsVersion = wantsVersion
        }
    }

    /// What was found at a literal path.
    package enum Location: Hashable, Sendable {
        /// A file, by its path.
        case file(path: String)
        /// A directory, by its path, with the paths of all `*.nse` files directly inside, in any order. The
        /// files are only looked at if the path that was asked for ends in `/`.
        case directory(path: String, files: [String])
    }

    /// A rule as it is used.
    private struct Rule {
        let text: String
        var isForced: Bool
        let isImplicit: Bool
        let expression: SelectionExpression?
        var isUsed = false
    }

    private let index: ScriptIndex

    /// Makes a selector for the scripts of an index.
    package init(index: ScriptIndex) { self.index = index }

    /// Chooses scripts.
    ///
    /// - Parameters:
    ///   - request: the rules.
    ///   - locate: finds a literal path: absolute, else in the scripts directories, else from the working
    ///     directory. Called with the rule, then with `.nse` appended.
    /// - Returns: the chosen scripts, none twice: first those of the index in its order, then the literal ones in
    ///   the order of their rules. The first rule that fits a script decides how it is run.
    /// - Throws: ``SelectionError`` for the first rule that fits nothing.
    package func select(
        _ request: Request,
        locate: (String) -> Location?
    ) throws(SelectionError) -> [SelectedScript] {
        var rules = rules(of: request)
        var selection = fromIndex(&rules)
        var literals: [SelectedScript] = []
        for rule in rules where !rule.isUsed && !rule.isImplicit {
            literals += try fromFiles(rule, locate: locate)
        }
        selection += withoutRepetitions(literals, after: selection, locate: locate)
        return selection
    }

    /// The scripts whose files neither the index gave nor an earlier rule.
    private func withoutRepetitions(
        _ literals: [SelectedScript],
        after selection: [SelectedScript],
        locate: (String) -> Location?
    ) -> [SelectedScript] {
        var indexed: [String: String] = [:]
        var known: Set<String> = []
        if !literals.isEmpty {
            for case .index(let fileName) in selection.lazy.map(\.source) {
                indexed[String(fileName.baseName)] = fileName
            }
        }
        return literals.filter { literal in
            guard case .file(let path) = literal.source else { return true }
            if let fileName = indexed[literal.fileName], case .file(let indexedPath)? = locate(fileName),
                indexedPath.normalisedPath == path.normalisedPath
            {
                return false
            }
            return known.insert(path.normalisedPath).inserted
        }
    }

    /// Splits the options at every comma.
    ///
    /// The same text counts once, where it stood first; its last use says
    /// whether it is forced.
    private func rules(of request: Request) -> [Rule] {
        var rules: [Rule] = []
        var places: [String: Int] = [:]
        func add(_ part: Substring, isImplicit: Bool) {
            var text = part.trimmingWhiteSpace()
            let isForced = text.utf8.first == UInt8(ascii: "+")
            if isForced { text = Substring(text.utf8.dropFirst()).trimmingWhiteSpace() }
            guard !text.isEmpty else { return }
            if let place = places[String(text)] {
                if !isImplicit { rules[place].isForced = isForced }
                return
            }
            places[String(text)] = rules.count
            let expression = SelectionExpression(String(text))
            rules.append(
                Rule(text: String(text), isForced: isForced, isImplicit: isImplicit, expression: expression)
            )
        }
        for option in request.options {
            for part in option.utf8.split(separator: UInt8(ascii: ",")) {
                add(Substring(part), isImplicit: false)
            }
        }
        if request.wantsDefault, request.options.isEmpty { add("default", isImplicit: false) }
        if request.wantsVersion { add("version", isImplicit: true) }
        return rules
    }

    private func fromIndex(_ rules: inout [Rule]) -> [SelectedScript] {
        var selection: [SelectedScript] = []
        for entry in index.entries {
            var isChosen = false
            for place in rules.indices {
                // Later rules are tested too: they are in use even if an earlier one chose all their scripts.
                guard !(isChosen && rules[place].isUsed),
                    let verdict = rules[place].expression?.verdict(on: entry), verdict.isMatch
                else { continue }
                rules[place].isUsed = true
                guard !isChosen else { continue }
                isChosen = true
                selection.append(
                    SelectedScript(
                        source: .index(fileName: entry.fileName),
                        manner: verdict.isByName ? .name : .category,
                        isNamed: verdict.isByName && !rules[place].text.utf8.contains(UInt8(ascii: "*")),
                        isForced: rules[place].isForced
                    )
                )
            }
        }
        return selection
    }

    private func fromFiles(
        _ rule: Rule,
        locate: (String) -> Location?
    ) throws(SelectionError) -> [SelectedScript] {
        switch locate(rule.text) ?? locate(rule.text + ".nse") {
        case .file(let path):
            return [SelectedScript(source: .file(path: path), manner: .file, isForced: rule.isForced)]
        case .directory(let path, let files):
            guard rule.text.utf8.last == UInt8(ascii: "/") else {
                throw SelectionError(
                    code: .directoryWithoutSlash,
                    rule: rule.text,
                    path: path,
                    suggestion: rule.text + "/"
                )
            }
            return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
                SelectedScript(source: .file(path: $0), manner: .directory, isForced: rule.isForced)
            }
        case nil:
            throw SelectionError(
                code: .noMatch,
                rule: rule.text,
                path: nil,
                suggestion: suggestion(for: rule)
            )
        }
    }

    /// The known word nearest to the first word of the rule that fits nothing.
    private func suggestion(for rule: Rule) -> String? {
        let words = rule.expression?.words ?? [SelectionExpression.Word(rule.text)]
        let unknown = words.first { word in
            !word.pattern.hasWildcard
                && !index.entries.contains { word.isCategory(of: $0) || word.pattern.matches($0.name) }
        }
        guard let unknown else { return nil }
        let name = unknown.text.baseName
        var candidates: [String] = []
        var known: Set<String> = []
        for entry in index.entries {
            for category in entry.foldedCategories where known.insert(category).inserted {
                candidates.append(category)
            }
        }
        candidates += index.entries.lazy.map(\.name)
        return NearestWord.nearest(to: String(name.droppingScriptExtension()), among: candidates)
    }
}

extension Substring {
    /// The text without white space at both ends.
    fileprivate func trimmingWhiteSpace() -> Substring {
        var rest = self
        while let octet = rest.utf8.first, octet.isWhiteSpace { rest = Substring(rest.utf8.dropFirst()) }
        while let octet = rest.utf8.last, octet.isWhiteSpace { rest = Substring(rest.utf8.dropLast()) }
        return rest
    }
}

extension String {
    /// The path without doubled slashes and `.` components, to compare paths by.
    fileprivate var normalisedPath: String {
        let slash = UInt8(ascii: "/")
        let components = utf8.split(separator: slash).map { Substring($0) }.filter { $0 != "." }
        return (utf8.first == slash ? "/" : "") + components.joined(separator: "/")
    }
}
