// SPDX-License-Identifier: Apache-2.0

/// Reads the text of `script.db` without running it.
///
/// Takes the subset of Lua that such files use: calls of `Entry` with a table of strings and lists of strings,
/// short strings with escapes, line comments, `,` or `;` between fields.
struct ScriptIndexParser {
    /// The longest text that is read; the real file has some 60 KB.
    static let maximumOctetCount = 16 << 20
    /// The longest string that is read; no file name may be longer.
    static let maximumStringLength = 4096

    private let octets: [UInt8]
    private var position = 0
    private var line = 1
    private var entries: [(fileName: String, categories: [String])] = []
    private var places: [String: Int] = [:]

    /// The fields of one `Entry` as far as they were read.
    private struct Fields {
        var fileName: String?
        var categories: [String] = []
        var hasCategories = false
    }

    init(_ octets: [UInt8]) { self.octets = octets }

    mutating func parse() throws(ScriptIndexError) -> [ScriptIndex.Entry] {
        guard octets.count <= ScriptIndexParser.maximumOctetCount else { throw fault("file is too long") }
        skipBlanks()
        while position < octets.count {
            try parseEntry()
            skipBlanks()
            while take(UInt8(ascii: ";")) { skipBlanks() }
        }
        return entries.map { ScriptIndex.Entry(fileName: $0.fileName, categories: $0.categories) }
    }

    private mutating func parseEntry() throws(ScriptIndexError) {
        guard let word = takeWord() else { throw unexpected(insteadOf: "'Entry'") }
        guard word == "Entry" else { throw fault("expected 'Entry', found '\(word.prefix(40))'") }
        skipBlanks()
        let hasParenthesis = take(UInt8(ascii: "("))
        try expect(UInt8(ascii: "{"))
        let start = line
        var fields = Fields()
        skipBlanks()
        while !take(UInt8(ascii: "}")) {
            try parseField(into: &fields)
            try parseSeparator()
        }
        if hasParenthesis { try expect(UInt8(ascii: ")")) }
        guard let fileName = fields.fileName else {
            throw ScriptIndexError(line: start, reason: "entry without filename")
        }
        guard fields.hasCategories else {
            throw ScriptIndexError(line: start, reason: "entry without categories")
        }
        add(fileName, fields.categories)
    }

    /// Adds the entry, or its categories to the entry of the same file.
    private mutating func add(_ fileName: String, _ categories: [String]) {
        guard let place = places[fileName] else {
            places[fileName] = entries.count
            entries.append((fileName, categories))
            return
        }
        entries[place].categories += categories
    }

    private mutating func parseField(into fields: inout Fields) throws(ScriptIndexError) {
        guard let key = takeWord() else { throw unexpected(insteadOf: "a field or '}'") }
        try expect(UInt8(ascii: "="))
        skipBlanks()
        switch key {
        case "filename":
            let name = try parseString()
            guard !name.isEmpty, !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw fault("filename is empty or has control characters")
            }
            fields.fileName = name
        case "categories":
            fields.categories += try parseList()
            fields.hasCategories = true
        case "category":
            fields.categories.append(try parseString())
            fields.hasCategories = true
        default: throw fault("unknown field '\(key.prefix(40))'")
        }
    }

    private mutating func parseList() throws(ScriptIndexError) -> [String] {
        try expect(UInt8(ascii: "{"))
        var list: [String] = []
        skipBlanks()
        while !take(UInt8(ascii: "}")) {
            list.append(try parseString())
            try parseSeparator()
        }
        return list
    }

    /// Reads what stands between two fields: a comma or semicolon, or nothing before the closing brace.
    private mutating func parseSeparator() throws(ScriptIndexError) {
        skipBlanks()
        if take(UInt8(ascii: ",")) || take(UInt8(ascii: ";")) {
            skipBlanks()
            return
        }
        guard current == UInt8(ascii: "}") else { throw unexpected(insteadOf: "',' or '}'") }
    }

    private mutating func parseString() throws(ScriptIndexError) -> String {
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw unexpected(insteadOf: "a string")
        }
        position += 1
        let start = position
        while let octet = current, octet != quote, octet != UInt8(ascii: "\\"), octet != UInt8(ascii: "\n") {
            position += 1
        }
        var content = Array(octets[start..<position])
        while let octet = current, octet != quote {
            guard octet != UInt8(ascii: "\n"), content.count <= ScriptIndexParser.maximumStringLength else {
                break
            }
            position += 1
            content.append(octet == UInt8(ascii: "\\") ? try parseEscape() : octet)
        }
        guard content.count <= ScriptIndexParser.maximumStringLength else {
            throw fault("string is too long")
        }
        guard take(quote) else { throw fault("string is not closed") }
        return String(decoding: content, as: UTF8.self)
    }

    /// Reads the rest of an escape sequence, after its backslash.
    private mutating func parseEscape() throws(ScriptIndexError) -> UInt8 {
        guard let octet = current else { throw fault("string is not closed") }
        if UInt8(ascii: "0")...UInt8(ascii: "9") ~= octet { return try parseDecimalEscape() }
        position += 1
        switch octet {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return octet
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        default: throw fault("unknown escape sequence in string")
        }
    }

    private mutating func parseDecimalEscape() throws(ScriptIndexError) -> UInt8 {
        var value = 0
        var digits = 0
        while digits < 3, let digit = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit {
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            digits += 1
            position += 1
        }
        guard let octet = UInt8(exactly: value) else { throw fault("escape sequence is too large") }
        return octet
    }
}

// MARK: Octets and words

extension ScriptIndexParser {
    private var current: UInt8? { position < octets.count ? octets[position] : nil }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard current == octet else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ octet: UInt8) throws(ScriptIndexError) {
        skipBlanks()
        guard take(octet) else { throw unexpected(insteadOf: "'\(Character(UnicodeScalar(octet)))'") }
    }

    private mutating func takeWord() -> String? {
        let start = position
        while let octet = current, isWordOctet(octet) { position += 1 }
        return start == position ? nil : String(decoding: octets[start..<position], as: UTF8.self)
    }

    private func isWordOctet(_ octet: UInt8) -> Bool {
        let folded = octet.asciiLowercased
        return UInt8(ascii: "a")...UInt8(ascii: "z") ~= folded
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= octet
            || octet == UInt8(ascii: "_")
    }

    /// Skips white space and line comments, and counts lines.
    private mutating func skipBlanks() {
        while let octet = current {
            if octet == UInt8(ascii: "\n") {
                line += 1
                position += 1
            } else if octet.isWhiteSpace {
                position += 1
            } else if octet == UInt8(ascii: "-"), position + 1 < octets.count, octets[position + 1] == octet {
                while let octet = current, octet != UInt8(ascii: "\n") { position += 1 }
            } else {
                return
            }
        }
    }

    private func fault(_ reason: String) -> ScriptIndexError { ScriptIndexError(line: line, reason: reason) }

    private func unexpected(insteadOf wanted: String) -> ScriptIndexError {
        guard let octet = current else { return fault("expected \(wanted), found the end of the file") }
        let isPrintable = 0x21...0x7E ~= octet
        let shown = isPrintable ? "'\(Character(UnicodeScalar(octet)))'" : "octet \(octet)"
        return fault("expected \(wanted), found \(shown)")
    }
}
