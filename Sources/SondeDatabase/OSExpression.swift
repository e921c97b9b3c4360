// SPDX-License-Identifier: Apache-2.0

/// What a reference says of one attribute, as `40|FF`, `3B-45`, `>1A` or `M[>500]ST11`: which values match
/// (spec page `os-detection`, section 6).
///
/// An expression is a range of a data file's octets, so that none of the tens of thousands is copied.
enum OSExpression {
    /// Whether a value matches.
    ///
    /// Of an alternative that others follow the reference compares no more octets than it has, so it also fits values that
    /// begin with it, and an empty one fits all (`|M5B4` any list of options). Accuracies depend on it.
    ///
    /// Complexity: O(*n*) in the length of the expression, but for its longest piece in brackets.
    ///
    /// - Parameters:
    ///   - octets: the data file.
    ///   - range: where the expression lies.
    ///   - value: what was observed.
    ///   - nests: whether numbers inside the value may be compared, in brackets.
    ///   - isInner: whether the expression stands in brackets; then all alternatives are compared as a whole.
    /// - Returns: whether one of the alternatives fits.
    static func matches(
        _ octets: [UInt8],
        _ range: Range<Int>,
        _ value: OSObservedValue,
        nests: Bool,
        isInner: Bool = false
    ) -> Bool {
        var start = range.lowerBound
        var index = start
        var depth = 0
        while true {
            let isEnd = index >= range.upperBound
            if isEnd || (octets[index] == bar && depth == 0) {
                if matchesOne(octets, start..<index, value, isLast: isEnd || isInner, nests: nests) {
                    return true
                }
                if isEnd { return false }
                start = index + 1
            } else if nests, octets[index] == opening {
                depth += 1
            } else if nests, octets[index] == closing, depth > 0 {
                depth -= 1
            }
            index += 1
        }
    }

    /// Whether a value matches one alternative.
    private static func matchesOne(
        _ octets: [UInt8],
        _ range: Range<Int>,
        _ value: OSObservedValue,
        isLast: Bool,
        nests: Bool
    ) -> Bool {
        if nests, range.contains(where: { octets[$0] == opening }) {
            return matchesNested(octets, range, value)
        }
        if let number = value.number, let first = range.first, let hit = compare(octets, range, first, number)
        {
            return hit
        }
        return (isLast ? range.count == value.octets.count : range.count <= value.octets.count)
            && value.octets.starts(with: octets[range])
    }

    /// Compares a number with `>n`, `<n` or `lo-hi`; nothing if the alternative has none of these forms.
    private static func compare(
        _ octets: [UInt8],
        _ range: Range<Int>,
        _ first: Int,
        _ number: UInt64
    ) -> Bool? {
        switch octets[first] {
        case UInt8(ascii: ">"):
            return hexNumber(octets, first + 1..<range.upperBound).map { number > $0 }
        case UInt8(ascii: "<"):
            return hexNumber(octets, first + 1..<range.upperBound).map { number < $0 }
        default:
            guard let dash = range.first(where: { octets[$0] == UInt8(ascii: "-") }),
                let low = hexNumber(octets, range.lowerBound..<dash),
                let high = hexNumber(octets, dash + 1..<range.upperBound)
            else { return nil }
            return low <= number && number <= high
        }
    }

    /// Compares text with expressions for the numbers in it.
    private static func matchesNested(
        _ octets: [UInt8],
        _ range: Range<Int>,
        _ value: OSObservedValue
    ) -> Bool {
        var place = 0
        var index = range.lowerBound
        while index < range.upperBound {
            guard octets[index] == opening else {
                guard place < value.octets.count, value.octets[place] == octets[index] else { return false }
                place += 1
                index += 1
                continue
            }
            guard let end = (index..<range.upperBound).first(where: { octets[$0] == closing }) else {
                return false
            }
            var stop = place
            while stop < value.octets.count, Octet.hexValue(value.octets[stop]) != nil { stop += 1 }
            let inner = OSObservedValue(Array(value.octets[place..<stop]))
            guard matches(octets, index + 1..<end, inner, nests: false, isInner: true) else { return false }
            place = stop
            index = end + 1
        }
        return place == value.octets.count
    }

    /// The hexadecimal number that a range holds; nothing if it holds anything else or too much.
    static func hexNumber(_ octets: [UInt8], _ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty, range.count <= 16 else { return nil }
        var number: UInt64 = 0
        for index in range {
            guard let digit = Octet.hexValue(octets[index]) else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }

    private static let bar = UInt8(ascii: "|")
    private static let opening = UInt8(ascii: "[")
    private static let closing = UInt8(ascii: "]")
}

/// A value that was observed, ready to be compared many times.
struct OSObservedValue {
    /// Its text.
    let octets: [UInt8]
    /// The number that it is, read as hexadecimal.
    let number: UInt64?

    init(_ octets: [UInt8]) {
        self.octets = octets
        number = OSExpression.hexNumber(octets, octets.indices)
    }
}
