// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Reads the values of flags; every function names the flag and the text in what it throws.
enum ValueParsing {
    /// A whole number within bounds.
    static func integer(
        _ text: String,
        _ flag: FlagDeclaration,
        in range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }),
            let number = Int(text), range.contains(number)
        else {
            throw .value("\(flag.name) \(shown(text)): \(bounds(range))")
        }
        return number
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound >= Int(Int32.max)
            ? "give a whole number, \(range.lowerBound) or greater"
            : "give a whole number, \(range.lowerBound) to \(range.upperBound)"
    }

    /// A decimal number without sign, such as `12`, `0.5`, `.5` or `1e3`, or nothing.
    static func decimal(_ text: some StringProtocol) -> Double? {
        let isAllowed = { (byte: UInt8) in
            (48...57).contains(byte) || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
        }
        guard let first = text.utf8.first, (48...57).contains(first) || first == UInt8(ascii: "."),
            text.utf8.count <= 64, text.utf8.allSatisfy(isAllowed), let number = Double(text), number.isFinite
        else { return nil }
        return number
    }

    /// A number of packets per second, above 0.
    static func rate(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> Double {
        guard let number = decimal(text), number > 0 else {
            throw .value("\(flag.name) \(shown(text)): give a number of packets per second above 0")
        }
        return number
    }

    /// Which values without a unit are taken for milliseconds typed by mistake.
    enum Guard {
        /// None.
        case none
        /// Those of this many seconds or more.
        case from(Double)
    }

    /// A length of time: a number with `ms`, `s`, `m` or `h`, in seconds without a unit.
    static func time(
        _ text: String,
        _ flag: FlagDeclaration,
        guard limit: Guard = .none
    ) throws(UsageError) -> TimeSpan {
        let digits = text.utf8.prefix { !isLetter($0) || $0 | 0x20 == UInt8(ascii: "e") }
        let unit = String(Substring(text.utf8.dropFirst(digits.count))).lowercased()
        let factors = ["": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3600]
        guard let number = decimal(Substring(digits)), let factor = factors[unit] else {
            throw .value(
                "\(flag.name) \(shown(text)) is no time: give a number with ms, s, m or h, as 500ms or 2m"
            )
        }
        if unit.isEmpty, case .from(let seconds) = limit, number >= seconds {
            throw .value(
                "\(flag.name) \(shown(text)) would be \(text) seconds; "
                    + "write \(text)ms for milliseconds, or \(text)s if you mean it"
            )
        }
        return .seconds(number * factor)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }

    /// The level of a timing template from its number or name; after a digit nothing more is read.
    static func timingLevel(_ text: String) throws(UsageError) -> Int {
        if let first = text.utf8.first, (48...53).contains(first) { return Int(first) - 48 }
        if let level = TimingTemplate.names.firstIndex(of: text.lowercased()) { return level }
        let names = TimingTemplate.names.joined(separator: ", ")
        throw .value("-T \(shown(text)): give a level from 0 to 5, or one of \(names)")
    }

    /// Octets written as hexadecimal digits: `0xdead`, `\xde\xad` or `dead`.
    static func hexOctets(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = text.utf8[...]
        if rest.starts(with: "0x".utf8) { rest = rest.dropFirst(2) }
        while let byte = rest.first {
            if rest.starts(with: "\\x".utf8) {
                rest = rest.dropFirst(2)
                continue
            }
            guard let digit = hexDigit(byte) else { throw badHex(text, flag) }
            digits.append(digit)
            rest = rest.dropFirst()
        }
        guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { throw badHex(text, flag) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func badHex(_ text: String, _ flag: FlagDeclaration) -> UsageError {
        .value("\(flag.name) \(shown(text)): give pairs of hexadecimal digits, as 0xdeadbeef")
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// A value that must not be empty.
    static func text(_ text: String, _ flag: FlagDeclaration) throws(UsageError) -> String {
        guard !text.isEmpty else { throw .value("\(flag.name) '' is empty: \(flag.synopsis)") }
        return text
    }

    /// The only value of a flag that may be given once.
    static func single(_ values: [String], _ flag: FlagDeclaration) throws(UsageError) -> String? {
        guard values.count <= 1 else {
            throw .value(
                "\(flag.name) may be given only once, but has \(shown(values[0])) and \(shown(values[1]))"
            )
        }
        return values.first
    }
}
