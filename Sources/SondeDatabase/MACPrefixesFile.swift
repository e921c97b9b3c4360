// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The link-layer prefixes file: which vendor made an interface.
///
/// Reads the format of `nmap-mac-prefixes` (spec page `data-files`, section 4).
package struct MACPrefixesFile: Sendable {
    private struct Entry {
        /// The prefix, with the number of its digits in the top octet.
        let key: UInt64
        let vendor: Range<Int>
    }

    private let octets: [UInt8]
    /// Ascending by key, each key once.
    private var entries: [Entry] = []
    /// The line that ended reading before the end of the file, if one did.
    package private(set) var warning: DatabaseError?

    /// A file without entries.
    package static let empty = MACPrefixesFile(parsing: [])

    /// Reads a file.
    ///
    /// The first line that is neither an entry nor a comment ends the reading; see ``warning``. The first
    /// entry of a prefix wins.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for the warning.
    package init(parsing octets: [UInt8], name: String = "nmap-mac-prefixes") {
        self.octets = octets
        var scanner = LineScanner(octets)
        var isAscending = true
        while scanner.nextLine() {
            if scanner.next == Octet.hash { continue }
            guard let entry = Self.entry(&scanner) else {
                let text = scanner.text(scanner.position..<scanner.endOfLine)
                warning = DatabaseError(file: name, line: scanner.line, problem: .malformedEntry(text))
                break
            }
            if let last = entries.last, last.key >= entry.key { isAscending = false }
            entries.append(entry)
        }
        if !isAscending { sortEntries() }
    }

    private static func entry(_ scanner: inout LineScanner) -> Entry? {
        var ahead = scanner
        var value: UInt64 = 0
        var digits: UInt64 = 0
        while let octet = ahead.next, let digit = Octet.hexValue(octet), digits < 10 {
            value = value << 4 | UInt64(digit)
            digits += 1
            _ = ahead.skip(octet)
        }
        guard [6, 7, 9].contains(digits), let blank = ahead.next, Octet.isBlank(blank) else { return nil }
        ahead.skipBlanks()
        var end = ahead.endOfLine
        while end > ahead.position, Octet.isBlank(ahead.octets[end - 1]) { end -= 1 }
        guard end > ahead.position else { return nil }
        scanner = ahead
        return Entry(key: key(value, digits: digits), vendor: ahead.position..<end)
    }

    private static func key(_ value: UInt64, digits: UInt64) -> UInt64 { digits << 56 | value }

    private mutating func sortEntries() {
        // The place in the file decides between equal keys.
        entries.sort { ($0.key, $0.vendor.lowerBound) < ($1.key, $1.vendor.lowerBound) }
        var unique: [Entry] = []
        unique.reserveCapacity(entries.count)
        for entry in entries where unique.last?.key != entry.key { unique.append(entry) }
        entries = unique
    }

    /// How many prefixes the file has.
    package var count: Int { entries.count }

    /// The vendor of an interface: that of the longest prefix.
    ///
    /// Complexity: O(log *n*).
    package func vendor(of address: MACAddress) -> String? {
        for digits in [9, 7, 6] as [UInt64] {
            let prefix = (address.value & 0xFFFF_FFFF_FFFF) >> (48 - 4 * digits)
            let key = Self.key(prefix, digits: digits)
            if let index = index(of: key) { return text(entries[index].vendor) }
        }
        return nil
    }

    /// The first prefix, in numeric order, whose vendor contains a word in either case.
    ///
    /// Complexity: O(*n*).
    ///
    /// - Returns: the prefix in the high bits of an address whose other bits are zero.
    package func prefix(ofVendor word: String) -> MACAddress? {
        let wanted = word.lowercased()
        guard !wanted.isEmpty,
            let entry = entries.first(where: { text($0.vendor).lowercased().contains(wanted) })
        else { return nil }
        let digits = entry.key >> 56
        let value = (entry.key & 0xFF_FFFF_FFFF_FFFF) << (48 - 4 * digits)
        return MACAddress(octets: stride(from: 40, through: 0, by: -8).map { UInt8(value >> $0 & 255) })
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: octets[range], as: UTF8.self) }

    private func index(of key: UInt64) -> Int? {
        var range = 0..<entries.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if entries[middle].key == key { return middle }
            range =
                entries[middle].key < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
