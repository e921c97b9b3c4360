// SPDX-License-Identifier: Apache-2.0

/// The OS database: fingerprints of systems that are known.
///
/// Reads the format of `nmap-os-db` (spec page `os-detection`, section 6). The file has five megabytes, and
/// most of its hundred thousand lines are written many times over. So each different line of a test is kept
/// once, and each different expression for an attribute once: to match a host is to judge some ten thousand
/// expressions, and to add up thirteen small numbers per entry. Names and classes are read only for the
/// entries that are asked for.
package struct OSDatabaseFile: Sendable {
    /// Where an entry begins.
    struct Entry: Sendable {
        /// The octet behind the word that begins it.
        let start: Int
        /// Its line.
        let line: Int
    }

    /// A line of a test that entries share.
    struct SharedLine: Sendable {
        let test: OSTest
        /// Its part of ``clauses``.
        var clauses: Range<Int>
    }

    /// What a line says of one attribute.
    struct Clause: Sendable {
        /// The attribute's place among all, see ``OSDatabaseFile/slot(_:_:)``.
        let slot: Int32
        /// Its index in ``expressions``.
        let expression: Int32
    }

    /// An expression that lines share.
    struct SharedExpression: Sendable {
        let slot: Int32
        let range: Range<Int>
    }

    /// The file.
    let octets: [UInt8]
    /// The entries, in order.
    var entries: [Entry] = []
    /// For each entry and test the index of its line, or -1.
    var entryLines: [Int32] = []
    /// The different lines.
    var lines: [SharedLine] = []
    /// What the lines say, one after the other.
    var clauses: [Clause] = []
    /// The different expressions.
    var expressions: [SharedExpression] = []
    /// What each attribute counts, by slot.
    var points: [Int32] = Array(repeating: 0, count: slotCount)
    /// The first line that made no sense, if one did; it was passed over.
    package internal(set) var warning: DatabaseError?

    /// A file without entries.
    package static let empty = OSDatabaseFile(parsing: [])

    /// How many systems the file knows.
    package var count: Int { entries.count }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for the warning.
    package init(parsing octets: [UInt8], name: String = "nmap-os-db") {
        guard octets.count < Int(Int32.max) else {
            self.octets = []
            warning = DatabaseError(file: name, line: 0, problem: .fileTooLarge)
            return
        }
        self.octets = octets
        var reader = OSDatabaseReader(name: name)
        reader.read(&self)
    }

    /// Attributes that a test can have.
    static let slotsPerTest = 16
    /// All places for attributes.
    static let slotCount = OSTest.allCases.count * slotsPerTest

    /// The place of a test's attribute among all attributes of all tests.
    static func slot(_ test: OSTest, _ place: Int) -> Int { test.rawValue * slotsPerTest + place }
}
