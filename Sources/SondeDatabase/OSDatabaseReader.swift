// SPDX-License-Identifier: Apache-2.0

/// Reads an OS database into its index.
struct OSDatabaseReader {
    private let name: String
    private var lineIndex: [UInt64: Int32] = [:]
    private var lineRanges: [Range<Int>] = []
    private var expressionIndex: [UInt64: Int32] = [:]
    private var isInMatchPoints = false

    /// Makes a reader for a file with a name.
    init(name: String) { self.name = name }

    /// Reads the whole file.
    mutating func read(_ file: inout OSDatabaseFile) {
        let octets = file.octets
        lineIndex.reserveCapacity(octets.count / 256)
        expressionIndex.reserveCapacity(octets.count / 256)
        var start = 0
        var number = 1
        while start < octets.count {
            var end = start
            // The hash of the line is made while its end is looked for.
            var hash = Self.seed
            while end < octets.count, octets[end] != Octet.newline {
                hash = Self.mixed(hash, octets[end])
                end += 1
            }
            take(start..<end, hash: hash, number: number, &file)
            start = end + 1
            number += 1
        }
    }

    private mutating func take(_ line: Range<Int>, hash: UInt64, number: Int, _ file: inout OSDatabaseFile) {
        guard let first = line.first else {
            isInMatchPoints = false
            return
        }
        switch file.octets[first] {
        case Octet.hash: return
        case UInt8(ascii: "C"):
            if ["Class", "CPE"].contains(where: { Self.begins(file.octets, line, $0) }) { return }
        case UInt8(ascii: "F"):
            if let rest = OSDatabaseFile.rest(of: file.octets, line, after: "Fingerprint") {
                file.entries.append(OSDatabaseFile.Entry(start: rest.lowerBound, line: number))
                file.entryLines.append(contentsOf: repeatElement(-1, count: OSTest.allCases.count))
                isInMatchPoints = false
                return
            }
        case UInt8(ascii: "M"):
            if Self.begins(file.octets, line, "MatchPoints") {
                isInMatchPoints = true
                return
            }
        default: break
        }
        if line.allSatisfy({ Octet.isBlank(file.octets[$0]) }) {
            isInMatchPoints = false
        } else if !test(line, hash: hash, &file) {
            warn(line, number: number, &file)
        }
    }

    private func warn(_ line: Range<Int>, number: Int, _ file: inout OSDatabaseFile) {
        guard file.warning == nil else { return }
        let text = String(decoding: file.octets[line.prefix(80)], as: UTF8.self)
        file.warning = DatabaseError(file: name, line: number, problem: .malformedEntry(text))
    }

    private static func begins(_ octets: [UInt8], _ line: Range<Int>, _ word: String) -> Bool {
        octets[line].starts(with: word.utf8)
    }

    /// Takes a line of a test, `NAME(a=v%b=v)`.
    ///
    /// - Returns: whether it is one.
    private mutating func test(_ line: Range<Int>, hash: UInt64, _ file: inout OSDatabaseFile) -> Bool {
        if !isInMatchPoints, let known = lineIndex[hash],
            file.octets[lineRanges[Int(known)]] == file.octets[line]
        {
            return place(known, &file)
        }
        guard let open = line.first(where: { file.octets[$0] == UInt8(ascii: "(") }),
            let close = line.last(where: { file.octets[$0] == UInt8(ascii: ")") }), open < close,
            let test = OSTest(name: file.octets[line.lowerBound..<open])
        else { return false }
        if isInMatchPoints {
            pairs(file.octets, test, open + 1..<close) { slot, value in
                let number = Self.decimal(file.octets, value)
                file.points[slot] = number
            }
            return true
        }
        guard !file.entries.isEmpty else { return false }
        let index = Int32(file.lines.count)
        let before = file.clauses.count
        pairs(file.octets, test, open + 1..<close) { slot, value in
            let expression = share(value, slot: slot, &file)
            file.clauses.append(OSDatabaseFile.Clause(slot: Int32(slot), expression: expression))
        }
        file.lines.append(OSDatabaseFile.SharedLine(test: test, clauses: before..<file.clauses.count))
        lineRanges.append(line)
        lineIndex[hash] = index
        return place(index, &file)
    }

    /// Gives the newest entry a line.
    private func place(_ index: Int32, _ file: inout OSDatabaseFile) -> Bool {
        guard !file.entries.isEmpty else { return false }
        let count = OSTest.allCases.count
        let test = file.lines[Int(index)].test.rawValue
        file.entryLines[(file.entries.count - 1) * count + test] = index
        return true
    }

    /// Calls back for each `attribute=value` that the test knows.
    private func pairs(
        _ octets: [UInt8],
        _ test: OSTest,
        _ range: Range<Int>,
        _ body: (Int, Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            var sign: Int?
            while end < range.upperBound, octets[end] != UInt8(ascii: "%") {
                if sign == nil, octets[end] == UInt8(ascii: "=") { sign = end }
                end += 1
            }
            if let sign, let place = Self.places[test.rawValue][Self.key(octets, start..<sign)] {
                body(OSDatabaseFile.slot(test, place), sign + 1..<end)
            }
            start = end + 1
        }
    }

    /// The index of an expression, which is new or was there before.
    private mutating func share(_ range: Range<Int>, slot: Int, _ file: inout OSDatabaseFile) -> Int32 {
        var hash = Self.mixed(Self.seed, UInt8(truncatingIfNeeded: slot))
        for index in range { hash = Self.mixed(hash, file.octets[index]) }
        if let known = expressionIndex[hash] {
            let expression = file.expressions[Int(known)]
            if Int(expression.slot) == slot, file.octets[expression.range] == file.octets[range] {
                return known
            }
        }
        let index = Int32(file.expressions.count)
        file.expressions.append(OSDatabaseFile.SharedExpression(slot: Int32(slot), range: range))
        expressionIndex[hash] = index
        return index
    }

    // MARK: Numbers

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// One step of the FNV-1a hash.
    ///
    /// Equal hashes are compared octet by octet, so a collision costs time only.
    @inline(__always)
    private static func mixed(_ hash: UInt64, _ octet: UInt8) -> UInt64 {
        (hash ^ UInt64(octet)) &* 0x100_0000_01B3
    }

    /// The names of attributes, at most five letters, as numbers.
    private static func key(_ octets: [UInt8], _ range: Range<Int>) -> UInt64 {
        guard range.count <= 7 else { return 0 }
        return range.reduce(1) { $0 << 8 | UInt64(octets[$1]) }
    }

    private static let places: [[UInt64: Int]] = OSTest.allCases.map { test in
        var places: [UInt64: Int] = [:]
        for (place, attribute) in test.attributes.enumerated() {
            let name = Array(attribute.rawValue.utf8)
            places[key(name, name.indices)] = place
        }
        return places
    }

    /// A number of points; 0 for what is none or is beyond a million.
    private static func decimal(_ octets: [UInt8], _ range: Range<Int>) -> Int32 {
        var number: Int32 = 0
        for index in range {
            guard Octet.isDigit(octets[index]), number < 100_000 else { return 0 }
            number = number * 10 + Int32(octets[index] - 48)
        }
        return number
    }
}
