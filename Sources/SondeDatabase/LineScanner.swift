// SPDX-License-Identifier: Apache-2.0

/// A walk through the lines and fields of a data file's octets.
///
/// Fields are handed out as ranges of octets, so nothing is copied and no `String` is made on the way:
/// the largest of these files is read at every start.
struct LineScanner {
    /// The file's octets.
    let octets: [UInt8]
    /// The octet that is read next.
    private(set) var position = 0
    /// The current line, from 1; 0 before the first.
    private(set) var line = 0

    /// Starts before the first line.
    init(_ octets: [UInt8]) { self.octets = octets }

    /// Starts within a line, from 1.
    init(_ octets: [UInt8], from position: Int, line: Int) {
        self.octets = octets
        self.position = position
        self.line = line
    }

    /// Moves to the start of the next line.
    ///
    /// - Returns: whether there is one; a file's final newline does not start another.
    @inline(__always)
    mutating func nextLine() -> Bool {
        if line > 0 { position = min(endOfLine + 1, octets.count) }
        guard position < octets.count else { return false }
        line += 1
        return true
    }

    /// Where the current line ends: its newline, or the end of the file.
    ///
    /// Complexity: O(*n*) in the rest of the line.
    var endOfLine: Int {
        var index = position
        while index < octets.count, octets[index] != Octet.newline { index += 1 }
        return index
    }

    /// The octet that is read next; nothing at the end of the line.
    @inline(__always)
    var next: UInt8? {
        guard position < octets.count, octets[position] != Octet.newline else { return nil }
        return octets[position]
    }

    /// Passes over blanks of the current line.
    @inline(__always)
    mutating func skipBlanks() {
        while position < octets.count, Octet.isBlank(octets[position]) { position += 1 }
    }

    /// Passes over one octet if it is the given one.
    @inline(__always)
    mutating func skip(_ octet: UInt8) -> Bool {
        guard position < octets.count, octets[position] == octet else { return false }
        position += 1
        return true
    }

    /// Passes over blanks and the field behind them.
    ///
    /// - Returns: the field; empty at the end of the line.
    @inline(__always)
    mutating func field() -> Range<Int> {
        skipBlanks()
        let start = position
        while position < octets.count, octets[position] != Octet.newline, !Octet.isBlank(octets[position]) {
            position += 1
        }
        return start..<position
    }

    /// Passes over blanks and a decimal number behind them.
    ///
    /// - Parameter limit: the largest number allowed.
    /// - Returns: the number; nothing if there are no digits, or if it is too large.
    @inline(__always)
    mutating func number(upTo limit: Int) -> Int? {
        skipBlanks()
        let start = position
        var value = 0
        while position < octets.count, Octet.isDigit(octets[position]) {
            if value <= limit { value = value * 10 + Int(octets[position] - 48) }
            position += 1
        }
        return position > start && value <= limit ? value : nil
    }

    /// The text of a range, with invalid UTF-8 replaced.
    func text(_ range: Range<Int>) -> String { String(decoding: octets[range], as: UTF8.self) }
}

/// Tests of single octets.
enum Octet {
    static let newline = UInt8(ascii: "\n")
    static let hash = UInt8(ascii: "#")

    /// Whether it separates fields: blank, tab, carriage return, form feed, vertical tab.
    @inline(__always)
    static func isBlank(_ octet: UInt8) -> Bool {
        octet == 32 || octet == 9 || (11...13).contains(octet)
    }

    /// Whether it is a decimal digit.
    @inline(__always)
    static func isDigit(_ octet: UInt8) -> Bool { octet &- 48 < 10 }

    /// A hexadecimal digit's value; nothing for other octets.
    @inline(__always)
    static func hexValue(_ octet: UInt8) -> UInt8? {
        if isDigit(octet) { return octet &- 48 }
        let letter = octet | 32
        return (97...102).contains(letter) ? letter &- 87 : nil
    }

    /// An ASCII letter in lower case; other octets unchanged.
    @inline(__always)
    static func lowercased(_ octet: UInt8) -> UInt8 { (65...90).contains(octet) ? octet | 32 : octet }
}
