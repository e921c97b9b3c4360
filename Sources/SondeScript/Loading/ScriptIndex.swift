// SPDX-License-Identifier: Apache-2.0

/// The list of installed scripts and their categories, as `script.db` holds it.
///
/// The file is Lua text, but it is read as data: no octet of it is ever run. The format is described in the
/// engine's specification, section 4; ``init(parsing:)`` also takes the one-category-per-line form of old
/// releases.
package struct ScriptIndex: Hashable, Sendable {
    /// One script of the index.
    package struct Entry: Hashable, Sendable {
        /// The file's name as the index holds it, as `http-title.nse`.
        package let fileName: String
        /// The categories in the index's order and spelling.
        package let categories: [String]
        /// The name that rules are compared with: the base name without `.nse`.
        package let name: String
        /// The categories in lower case; rules are compared without regard to case.
        let foldedCategories: [String]

        /// Makes an entry.
        package init(fileName: String, categories: [String]) {
            self.fileName = fileName
            self.categories = categories
            self.name = String(fileName.baseName.droppingScriptExtension())
            self.foldedCategories = categories.map { $0.asciiLowercased() }
        }
    }

    /// The scripts, in the file's order, which is the order of selection.
    package let entries: [Entry]

    /// Makes an index of entries.
    package init(entries: [Entry]) { self.entries = entries }

    /// Reads the contents of `script.db`.
    ///
    /// White space, comments, either kind of quotes and missing last commas do not matter. Entries for the same
    /// file are joined. Takes time proportional to the text.
    ///
    /// - Parameter octets: the file's contents.
    /// - Throws: ``ScriptIndexError`` with the line of the first fault.
    package init(parsing octets: [UInt8]) throws(ScriptIndexError) {
        var parser = ScriptIndexParser(octets)
        self.entries = try parser.parse()
    }

    /// The contents of `script.db` for this index: sorted by file name, categories sorted and in lower case.
    package func fileContents() -> [UInt8] {
        var text: [UInt8] = []
        for entry in entries.sorted(by: { $0.fileName.utf8.lexicographicallyPrecedes($1.fileName.utf8) }) {
            text += "Entry { filename = \"".utf8
            text += ScriptIndex.escaped(entry.fileName)
            text += "\", categories = { ".utf8
            let categories = Set(entry.foldedCategories).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            for category in categories {
                text.append(UInt8(ascii: "\""))
                text += ScriptIndex.escaped(category)
                text += "\", ".utf8
            }
            text += "} }\n".utf8
        }
        return text
    }

    /// The text between the quotes of a Lua string.
    private static func escaped(_ text: String) -> [UInt8] {
        var octets: [UInt8] = []
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): octets += [UInt8(ascii: "\\"), octet]
            case 0..<0x20, 0x7F:
                let digits = String(octet)
                octets += "\\".utf8
                octets += String(repeating: "0", count: 3 - digits.utf8.count).utf8
                octets += digits.utf8
            default: octets.append(octet)
            }
        }
        return octets
    }
}

extension StringProtocol {
    /// The text with the letters A to Z in lower case; nothing else changes, whatever the locale.
    func asciiLowercased() -> String {
        // Nearly all categories are in lower case already.
        guard utf8.contains(where: { $0.asciiLowercased != $0 }) else { return String(self) }
        return String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
    }
}

extension String {
    /// What follows the last slash.
    var baseName: Substring {
        let slash = utf8.lastIndex(of: UInt8(ascii: "/"))
        return self[(slash.map { utf8.index(after: $0) } ?? startIndex)...]
    }
}

extension Substring {
    /// The text without one `.nse` at its end.
    func droppingScriptExtension() -> Substring {
        utf8.count >= 4 && utf8.suffix(4).elementsEqual(".nse".utf8)
            ? self[..<utf8.index(endIndex, offsetBy: -4)] : self
    }
}

extension UInt8 {
    /// The octet with A to Z in lower case.
    var asciiLowercased: UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self
    }

    /// Whether the octet is white space as C's `isspace` has it.
    var isWhiteSpace: Bool { self == 0x20 || 0x09...0x0D ~= self }
}
