// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeModel

/// Reads the grammar of port lists, item by item.
struct PortListParser {
    /// What was read so far.
    private(set) var sets: [TransportProtocol: PortSet] = [:]
    /// The protocols whose prefix was met.
    private(set) var prefixes: Set<TransportProtocol> = []
    /// Whether a number was met that was there before.
    private(set) var hasDuplicates = false

    private let octets: [UInt8]
    private var position = 0
    /// The protocols that items apply to, until the next prefix.
    private var active: Set<TransportProtocol>
    /// The protocols to go back to when the bracket closes; nothing outside brackets.
    private var outside: Set<TransportProtocol>?
    private let names: PortNames
    private let allowsPrefixes: Bool

    init(_ text: String, transports: Set<TransportProtocol>, names: PortNames, allowsPrefixes: Bool) {
        octets = Array(text.utf8)
        active = transports
        self.names = names
        self.allowsPrefixes = allowsPrefixes
    }

    /// Reads the whole list.
    mutating func parse() throws(PortSpecificationError) {
        repeat { try parseItem() } while position < octets.count
        if sets.values.allSatisfy(\.isEmpty) { throw error(0, .nothingLeft) }
    }

    /// Reads one item with the separator behind it.
    private mutating func parseItem() throws(PortSpecificationError) {
        skipBlanks()
        guard let next else {
            // `80,` and `T:` end well; an empty list does not.
            if onlyBlanks { throw error(0, .noItem) }
            return
        }
        switch next {
        case UInt8(ascii: "["): try openBracket()
        case UInt8(ascii: "]"):
            try closeBracket()
            passComma()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "*"), UInt8(ascii: "?"):
            try parseName()
            try passSeparator(after: .junkAfterRange)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            try passSeparator(after: try parseNumbers())
        default: try parsePrefix()
        }
    }

    private var next: UInt8? { position < octets.count ? octets[position] : nil }

    private var onlyBlanks: Bool { octets.allSatisfy(Self.isBlank) }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 32 || (9...13).contains(octet) }

    private mutating func skipBlanks() {
        while let next, Self.isBlank(next) { position += 1 }
    }

    private mutating func passComma() {
        skipBlanks()
        if next == UInt8(ascii: ",") { position += 1 }
    }

    /// Passes over the comma behind an item; a closing bracket is left for the next round.
    private mutating func passSeparator(
        after problem: PortSpecificationError.Problem
    ) throws(PortSpecificationError) {
        skipBlanks()
        switch next {
        case nil, UInt8(ascii: "]"): return
        case UInt8(ascii: ","): position += 1
        default: throw error(position, problem)
        }
    }

    private func error(_ start: Int, _ problem: PortSpecificationError.Problem) -> PortSpecificationError {
        PortSpecificationError(String(decoding: octets[start...], as: UTF8.self), problem)
    }

    private func error(
        _ range: Range<Int>,
        _ problem: PortSpecificationError.Problem
    ) -> PortSpecificationError {
        PortSpecificationError(String(decoding: octets[range], as: UTF8.self), problem)
    }

    // MARK: Prefixes and brackets

    private mutating func parsePrefix() throws(PortSpecificationError) {
        guard allowsPrefixes, position + 1 < octets.count, octets[position + 1] == UInt8(ascii: ":") else {
            throw error(position, .noItem)
        }
        let letter = Character(UnicodeScalar(octets[position]))
        guard let transport = TransportProtocol.allCases.first(where: { $0.prefixLetter == letter }) else {
            throw error(position..<position + 1, .unknownProtocol)
        }
        active = [transport]
        prefixes.insert(transport)
        position += 2
    }

    private mutating func openBracket() throws(PortSpecificationError) {
        guard outside == nil else { throw error(0, .nestedBracket) }
        outside = active
        position += 1
    }

    private mutating func closeBracket() throws(PortSpecificationError) {
        guard let before = outside else { throw error(0, .unexpectedBracket) }
        active = before
        outside = nil
        position += 1
    }

    // MARK: Numbers

    /// Reads a number or a range.
    ///
    /// - Returns: what is wrong if no separator follows.
    private mutating func parseNumbers() throws(PortSpecificationError) -> PortSpecificationError.Problem {
        let start = position
        let limit = active.contains(.ip) ? 255 : 65535
        let first = try number(upTo: limit)
        skipBlanks()
        guard next == UInt8(ascii: "-") else {
            if let first { try insert(first...first) }
            return .junkAfterNumber
        }
        position += 1
        let end = position
        let last = try number(upTo: limit)
        if last == nil, let next, next != UInt8(ascii: ","), next != UInt8(ascii: "]"), !endsInBlanks {
            throw error(start, .badRangeEnd)
        }
        let low = first ?? (limit == 255 ? 0 : 1)
        let high = last ?? limit
        if low > high { throw error(start..<max(position, end), .backwards(low, high)) }
        try insert(low...high)
        return .junkAfterRange
    }

    private var endsInBlanks: Bool { octets[position...].allSatisfy(Self.isBlank) }

    private mutating func number(upTo limit: Int) throws(PortSpecificationError) -> Int? {
        let start = position
        var value = 0
        while let next, (48...57).contains(next) {
            if value <= limit { value = value * 10 + Int(next - 48) }
            position += 1
        }
        guard position > start else { return nil }
        if value > limit { throw error(start..<position, .numberTooLarge(limit: limit)) }
        return value
    }

    private mutating func insert(_ range: ClosedRange<Int>) throws(PortSpecificationError) {
        for transport in active {
            let listed = outside == nil ? nil : try listedNumbers(transport)
            // Taken out while it grows, so that it is neither looked up nor copied per number.
            var set = sets.removeValue(forKey: transport) ?? PortSet()
            for number in range {
                let port = UInt16(truncatingIfNeeded: number)
                if let listed, !listed.contains(port) { continue }
                if !set.insert(port) { hasDuplicates = true }
            }
            sets[transport] = set
        }
    }

    private func listedNumbers(_ transport: TransportProtocol) throws(PortSpecificationError) -> PortSet {
        do {
            if transport == .ip { return PortSet(try names.protocols().numbers.map(UInt16.init)) }
            return PortSet(try names.services().ports(transport))
        } catch { throw PortSpecificationError("", .database(error)) }
    }

    // MARK: Names

    private mutating func parseName() throws(PortSpecificationError) {
        let start = position
        while let next, next != UInt8(ascii: ","), next != UInt8(ascii: "]"), !Self.isBlank(next) {
            position += 1
        }
        let text = String(decoding: octets[start..<position], as: UTF8.self)
        let mask = NameMask(text)
        var isFound = false
        for transport in active {
            let ports = try matches(mask, transport)
            for port in ports { sets[transport, default: PortSet()].insert(port) }
            if !ports.isEmpty { isFound = true }
        }
        if !isFound { throw PortSpecificationError(text, .noMatch) }
    }

    private func matches(
        _ mask: NameMask,
        _ transport: TransportProtocol
    ) throws(PortSpecificationError) -> [UInt16] {
        do {
            if transport == .ip { return try names.protocols().numbers(named: mask).map(UInt16.init) }
            return try names.services().ports(transport, named: mask)
        } catch { throw PortSpecificationError("", .database(error)) }
    }
}
