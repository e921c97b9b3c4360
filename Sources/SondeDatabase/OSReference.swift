// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One entry of the OS database, without its tests.
package struct OSReference: Hashable, Sendable {
    /// The system's name.
    package let name: String
    /// The line of the file that the entry begins at.
    package let line: Int
    /// What kinds of system it stands for.
    package let classes: [OSClass]

    /// Makes an entry.
    package init(name: String, line: Int, classes: [OSClass]) {
        self.name = name
        self.line = line
        self.classes = classes
    }
}

extension OSDatabaseFile {
    /// The entry at an index; it is read from the file now.
    package func reference(at index: Int) -> OSReference {
        let place = entries[index]
        var scanner = LineScanner(octets, from: place.start, line: place.line)
        let name = Self.nameText(octets, scanner.position..<scanner.endOfLine)
        var classes: [OSClass] = []
        while scanner.nextLine(), let first = scanner.next {
            guard first != Octet.hash else { continue }
            let line = scanner.position..<scanner.endOfLine
            if let rest = Self.rest(of: octets, line, after: "Class") {
                if let parsed = Self.osClass(octets, rest) { classes.append(parsed) }
            } else if let rest = Self.rest(of: octets, line, after: "CPE") {
                guard !classes.isEmpty, let word = Self.text(octets, rest).split(separator: " ").first else {
                    continue
                }
                classes[classes.count - 1].cpes.append(String(word))
            } else {
                break
            }
        }
        return OSReference(name: name, line: place.line, classes: classes)
    }

    /// What follows a word and blanks; nothing if the line begins otherwise.
    static func rest(of octets: [UInt8], _ line: Range<Int>, after word: String) -> Range<Int>? {
        let length = word.utf8.count
        guard line.count > length, Octet.isBlank(octets[line.lowerBound + length]),
            octets[line].starts(with: word.utf8)
        else { return nil }
        return trimmed(octets, line.lowerBound + length..<line.upperBound)
    }

    /// A name, without the comment and the blanks behind it.
    private static func nameText(_ octets: [UInt8], _ range: Range<Int>) -> String {
        let end = range.first { octets[$0] == Octet.hash } ?? range.upperBound
        return text(octets, trimmed(octets, range.lowerBound..<end))
    }

    /// `vendor | family | generation | type`.
    private static func osClass(_ octets: [UInt8], _ range: Range<Int>) -> OSClass? {
        let fields = octets[range].split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        guard fields.count == 4 else { return nil }
        let texts = fields.map { text(octets, trimmed(octets, $0.startIndex..<$0.endIndex)) }
        return OSClass(
            vendor: texts[0],
            family: texts[1],
            generation: texts[2].isEmpty ? nil : texts[2],
            type: texts[3]
        )
    }

    private static func trimmed(_ octets: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high, Octet.isBlank(octets[low]) { low += 1 }
        while high > low, Octet.isBlank(octets[high - 1]) { high -= 1 }
        return low..<high
    }

    private static func text(_ octets: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: octets[range], as: UTF8.self)
    }
}
