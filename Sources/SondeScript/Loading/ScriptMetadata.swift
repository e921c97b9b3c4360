// SPDX-License-Identifier: Apache-2.0

/// The kinds of rule a script may have; the raw value is the rule's name and the `SCRIPT_TYPE` scripts see.
package enum ScriptRule: String, Hashable, Sendable, CaseIterable {
    /// Asked once, before all hosts.
    case prerule
    /// Asked once for each host that is up.
    case hostrule
    /// Asked once for each port that may be open.
    case portrule
    /// Asked once, after all hosts.
    case postrule
}

/// What a script says about itself, as read from its first run at load time.
package struct ScriptMetadata: Hashable, Sendable {
    /// The path as found, which is also the chunk's name in messages.
    package let path: String
    /// The script's name, `SCRIPT_NAME`.
    package let name: String
    /// The id that results carry.
    package let id: String
    /// The categories, in the script's order and spelling.
    package var categories: [String]
    /// Names of scripts that must have run before, if they run at all.
    package var dependencies: [String]
    /// The description; nothing if the script has none.
    package var description: [UInt8]?
    /// The authors, one for each element if the script gives a table.
    package var authors: [[UInt8]]
    /// The licence; nothing if the script has none.
    package var license: [UInt8]?
    /// The rules that the script has.
    package var rules: Set<ScriptRule>
    /// The number by which scripts of Nmap 5.00 were ordered; nothing for others.
    package var runLevel: Double?

    /// Makes the metadata of a script; names follow from the path.
    package init(
        path: String,
        categories: [String] = [],
        dependencies: [String] = [],
        description: [UInt8]? = nil,
        authors: [[UInt8]] = [],
        license: [UInt8]? = nil,
        rules: Set<ScriptRule> = [],
        runLevel: Double? = nil
    ) {
        self.path = path
        self.name = ScriptMetadata.name(ofPath: path)
        self.id = ScriptMetadata.id(ofPath: path)
        self.categories = categories
        self.dependencies = dependencies
        self.description = description
        self.authors = authors
        self.license = license
        self.rules = rules
        self.runLevel = runLevel
    }

    /// Whether the file has the ending `.nse`; the engine warns about others.
    package var hasRecommendedExtension: Bool {
        path.utf8.suffix(4).elementsEqual(".nse".utf8)
    }

    /// The script's name: what stands between the last slash before the path's last dot and that dot.
    ///
    /// The whole path if that is nothing. As in the reference, the dot may be one of a directory's name:
    /// `e.d/noext` is called `e`.
    package static func name(ofPath path: String) -> String {
        let octets = path.utf8
        guard let dot = octets.lastIndex(of: UInt8(ascii: ".")) else { return path }
        let stem = octets[..<dot]
        let slash = stem.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { octets.index(after: $0) } ?? octets.startIndex
        return start == dot ? path : String(path[start..<dot])
    }

    /// The id of results: the base name without `.nse` if the path has a directory and that ending, else the name.
    package static func id(ofPath path: String) -> String {
        guard path.utf8.suffix(4).elementsEqual(".nse".utf8),
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        else { return name(ofPath: path) }
        let base = path[path.utf8.index(after: slash)...].droppingScriptExtension()
        return base.isEmpty ? name(ofPath: path) : String(base)
    }
}
