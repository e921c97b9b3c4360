// SPDX-License-Identifier: Apache-2.0

/// The protocols file: names of IP protocol numbers.
///
/// Reads the format of `nmap-protocols` and of `/etc/protocols` (spec page `data-files`, section 3).
package struct ProtocolsFile: Sendable {
    private var names: [UInt8: String] = [:]
    private var numbersByName: [String: UInt8] = [:]

    /// A file without entries.
    package static let empty = ProtocolsFile()

    private init() {}

    /// Reads a file.
    ///
    /// The first entry of a number wins, and so does the first of a name.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for errors.
    /// - Throws: for a line without a number from 0 to 255 behind its name.
    package init(parsing octets: [UInt8], name: String = "nmap-protocols") throws(DatabaseError) {
        var scanner = LineScanner(octets)
        while scanner.nextLine() {
            scanner.skipBlanks()
            guard let first = scanner.next, first != Octet.hash else { continue }
            let start = scanner.position
            let word = scanner.text(scanner.field())
            guard let number = scanner.number(upTo: 255) else {
                let text = scanner.text(start..<scanner.endOfLine)
                throw DatabaseError(file: name, line: scanner.line, problem: .malformedEntry(text))
            }
            let key = UInt8(truncatingIfNeeded: number)
            if names[key] == nil { names[key] = word }
            if numbersByName[word] == nil { numbersByName[word] = key }
        }
    }

    /// The name of a protocol number.
    package func name(of number: UInt8) -> String? { names[number] }

    /// The number of a protocol's exact name.
    package func number(of name: String) -> UInt8? { numbersByName[name] }

    /// All numbers that have a name, ascending.
    package var numbers: [UInt8] { names.keys.sorted() }

    /// The numbers whose name matches, ascending.
    package func numbers(named mask: NameMask) -> [UInt8] {
        names.filter { mask.matches(ArraySlice($0.value.utf8)) }.keys.sorted()
    }
}
