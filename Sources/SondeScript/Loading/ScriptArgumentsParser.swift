// SPDX-License-Identifier: Apache-2.0

/// Reads the text of script arguments.
///
/// The grammar, by ordered choice, in the engine's specification, section 5:
///
///     items := field (("," / new line) field)*
///     field := string "=" value / value
///     value := "{" items "}" / string
///
/// White space, new lines too, may stand before a field; other white space anywhere between tokens. A string may
/// be empty, so items are never none. Open tables are kept on a stack, not by recursion.
struct ScriptArgumentsParser {
    /// How many tables may be inside each other.
    ///
    /// The reference fails somewhere between 50 and 90.
    static let maximumDepth = 100
    /// The longest text that is read.
    static let maximumOctetCount = 16 << 20
    /// The most values that are read, tables counted.
    static let maximumValueCount = 1 << 20

    private static let newLine = UInt8(ascii: "\n")

    /// A table that is not closed yet.
    private struct OpenTable {
        /// The key that the table will have in the table around it.
        let key: [UInt8]?
        /// Where its `{` stands.
        let offset: Int
        private(set) var fields: [ScriptArgument.Field] = []
        private var places: [[UInt8]: Int] = [:]

        init(key: [UInt8]?, offset: Int) {
            self.key = key
            self.offset = offset
        }

        mutating func add(_ key: [UInt8]?, _ value: ScriptArgument) {
            let field = ScriptArgument.Field(key: key, value: value)
            if let key {
                if let place = places[key] {
                    fields[place] = field
                    return
                }
                places[key] = fields.count
            }
            fields.append(field)
        }
    }

    private let octets: [UInt8]
    private var position = 0
    private var root = OpenTable(key: nil, offset: 0)
    private var open: [OpenTable] = []
    private var valueCount = 0

    init(_ text: [UInt8]) { self.octets = text }

    mutating func parse() throws(ScriptArgumentsError) -> ScriptArguments {
        guard octets.count <= ScriptArgumentsParser.maximumOctetCount else { throw fault(.tooLarge) }
        repeat {
            while try parseField() {}
        } while try closeTables()
        return ScriptArguments(fields: root.fields, unread: Array(octets[position...]))
    }

    /// Reads a field; true if it was the start of a table, whose first field comes next.
    private mutating func parseField() throws(ScriptArgumentsError) -> Bool {
        valueCount += 1
        guard valueCount <= ScriptArgumentsParser.maximumValueCount else { throw fault(.tooLarge) }
        while let octet = current, octet.isWhiteSpace { position += 1 }
        if try openTable(key: nil) { return true }
        let text = parseString()
        skipBlanks()
        guard take(UInt8(ascii: "=")) else {
            add(nil, .text(text))
            return false
        }
        skipBlanks()
        if try openTable(key: text) { return true }
        add(text, .text(parseString()))
        return false
    }

    private mutating func openTable(key: [UInt8]?) throws(ScriptArgumentsError) -> Bool {
        let start = position
        guard take(UInt8(ascii: "{")) else { return false }
        guard open.count < ScriptArgumentsParser.maximumDepth else { throw fault(.tooDeep) }
        open.append(OpenTable(key: key, offset: start))
        return true
    }

    /// Reads what follows a value; true if another field comes next, false at the end of all.
    private mutating func closeTables() throws(ScriptArgumentsError) -> Bool {
        while true {
            skipBlanks()
            if take(UInt8(ascii: ",")) || take(ScriptArgumentsParser.newLine) { return true }
            guard let octet = current else { break }
            guard octet == UInt8(ascii: "}") else { throw fault(.unexpectedText) }
            // The reference puts the text in braces of its own; the one that closes them ends the reading.
            guard let table = open.popLast() else { return false }
            position += 1
            add(table.key, .table(table.fields))
        }
        guard let unclosed = open.last else { return false }
        throw fault(.unclosedTable, at: unclosed.offset)
    }

    private mutating func add(_ key: [UInt8]?, _ value: ScriptArgument) {
        if open.isEmpty {
            root.add(key, value)
        } else {
            open[open.count - 1].add(key, value)
        }
    }

    // MARK: Strings

    private mutating func parseString() -> [UInt8] {
        parseQuoted() ?? parseUnquoted()
    }

    /// Reads a string in quotes; nothing, and nowhere moved, if its closing quote is missing.
    ///
    /// That happens at most once for each kind of quote: a later one that begins a string would have closed this
    /// one. So the search for the end cannot make the whole quadratic.
    private mutating func parseQuoted() -> [UInt8]? {
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return nil
        }
        let backslash = UInt8(ascii: "\\")
        var content: [UInt8] = []
        var place = position + 1
        while place < octets.count, octets[place] != quote {
            let next = place + 1 < octets.count ? octets[place + 1] : nil
            if octets[place] == backslash, let next, next == quote || next == backslash { place += 1 }
            content.append(octets[place])
            place += 1
        }
        guard place < octets.count else { return nil }
        position = place + 1
        return content
    }

    private mutating func parseUnquoted() -> [UInt8] {
        let start = position
        while let octet = current, !ScriptArgumentsParser.isSpecial(octet) { position += 1 }
        var end = position
        while end > start, octets[end - 1].isWhiteSpace { end -= 1 }
        return Array(octets[start..<end])
    }

    // MARK: Octets

    private static func isSpecial(_ octet: UInt8) -> Bool {
        switch octet {
        case newLine, UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "="): true
        default: false
        }
    }

    private var current: UInt8? { position < octets.count ? octets[position] : nil }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard current == octet else { return false }
        position += 1
        return true
    }

    /// Skips white space within a line.
    private mutating func skipBlanks() {
        while let octet = current, octet.isWhiteSpace, octet != ScriptArgumentsParser.newLine {
            position += 1
        }
    }

    private func fault(_ code: ScriptArgumentsError.Code, at offset: Int? = nil) -> ScriptArgumentsError {
        let start = offset ?? position
        let rest = octets[start...].prefix(40)
        let end = rest.firstIndex { $0 == ScriptArgumentsParser.newLine || $0 == UInt8(ascii: ",") }
        return ScriptArgumentsError(code: code, offset: start, piece: Array(rest[..<(end ?? rest.endIndex)]))
    }
}
