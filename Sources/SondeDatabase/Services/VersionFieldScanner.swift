// SPDX-License-Identifier: Apache-2.0

/// A walk through the version fields of a match line.
struct VersionFieldScanner {
    /// What comes next.
    enum Item {
        /// A field and the place of its text.
        case field(VersionField, Range<Int>)
        /// Something that is no field; nothing follows it.
        case unreadable
    }

    /// Where the last item begins.
    private(set) var start: Int
    private let octets: [UInt8]
    private var position: Int
    private let end: Int

    init(_ octets: [UInt8], _ range: Range<Int>) {
        self.octets = octets
        start = range.lowerBound
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next item; nothing at the end.
    @inline(__always)
    mutating func next() -> Item? {
        while position < end, Octet.isBlank(octets[position]) { position += 1 }
        start = position
        guard position < end else { return nil }
        let field: VersionField
        if octets[position] == UInt8(ascii: "c"), end - position > 4,
            octets[position + 1] == UInt8(ascii: "p"),
            octets[position + 2] == UInt8(ascii: "e"), octets[position + 3] == UInt8(ascii: ":")
        {
            field = .cpe
            position += 4
        } else if let known = VersionField(letter: octets[position]) {
            field = known
            position += 1
        } else {
            return fail()
        }
        guard position < end else { return fail() }
        let delimiter = octets[position]
        let first = position + 1
        var index = first
        while index < end, octets[index] != delimiter { index += 1 }
        guard index < end else { return fail() }
        position = index + 1
        // Letters behind a CPE are hints that change nothing.
        if field == .cpe {
            while position < end, (97...122).contains(octets[position] | 32) { position += 1 }
        }
        guard position == end || Octet.isBlank(octets[position]) else { return fail() }
        return .field(field, first..<index)
    }

    private mutating func fail() -> Item {
        position = end
        return .unreadable
    }
}
