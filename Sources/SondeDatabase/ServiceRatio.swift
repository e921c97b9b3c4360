// SPDX-License-Identifier: Apache-2.0

/// Reads the third field of a services file.
enum ServiceRatio {
    /// Powers of ten that a `Double` holds exactly, so that one division rounds as `strtod` does.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// Reads a decimal that starts with `0.`; nothing for other fields.
    static func decimal(_ field: ArraySlice<UInt8>) -> Double? {
        let start = field.startIndex
        guard field.count >= 2, field[start] == UInt8(ascii: "0"), field[start + 1] == UInt8(ascii: ".")
        else { return nil }
        var digits = 0
        var value = 0
        var index = start + 2
        while index < field.endIndex, Octet.isDigit(field[index]), digits < 15 {
            value = value * 10 + Int(field[index] &- 48)
            digits += 1
            index += 1
        }
        return Double(value) / powers[digits]
    }

    /// Reads `n/m`, both with an optional minus sign; nothing for other fields.
    static func fraction(_ field: ArraySlice<UInt8>) -> (part: Int, whole: Int)? {
        guard let slash = field.firstIndex(of: UInt8(ascii: "/")), let part = integer(field[..<slash]),
            let whole = integer(field[(slash + 1)...])
        else { return nil }
        return (part, whole)
    }

    private static func integer(_ digits: ArraySlice<UInt8>) -> Int? {
        var digits = digits
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy(Octet.isDigit) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 &- 48) }
        return isNegative ? -value : value
    }
}
