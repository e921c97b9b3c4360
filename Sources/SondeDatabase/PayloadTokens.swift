// SPDX-License-Identifier: Apache-2.0

/// The tokens of a payloads file; newlines and comments are passed over.
struct PayloadTokens {
    /// One token.
    enum Token: Equatable {
        /// A run of letters, digits, `,` and `-`.
        case symbol(String)
        /// A string's octets; nothing if it is not well formed.
        case string([UInt8]?)
        /// Any other octet.
        case other
    }

    private let octets: [UInt8]
    private var position = 0
    /// The line that the last token began in.
    private(set) var line = 1
    /// The last symbol, for messages.
    private(set) var lastSymbol = ""

    /// Starts before the first token.
    init(_ octets: [UInt8]) { self.octets = octets }

    /// The next token; nothing at the end of the file.
    mutating func next() -> Token? {
        skipSpace()
        guard position < octets.count else { return nil }
        if octets[position] == UInt8(ascii: "\"") { return .string(string()) }
        let start = position
        while position < octets.count, Self.isSymbol(octets[position]) { position += 1 }
        if position > start {
            lastSymbol = String(decoding: octets[start..<position], as: UTF8.self)
            return .symbol(lastSymbol)
        }
        position += 1
        return .other
    }

    /// Reads one or more strings as one.
    ///
    /// - Parameter token: is set to the token behind the strings.
    /// - Returns: the octets; nothing if a string is not well formed, or if there is none.
    mutating func strings(_ token: inout Token?) -> [UInt8]? {
        var joined: [UInt8]? = []
        var count = 0
        token = next()
        while case .string(let part)? = token {
            if let part { joined?.append(contentsOf: part) } else { joined = nil }
            count += 1
            token = next()
        }
        return count > 0 ? joined : nil
    }

    private mutating func skipSpace() {
        while position < octets.count {
            switch octets[position] {
            case Octet.newline: line += 1
            case Octet.hash:
                while position < octets.count, octets[position] != Octet.newline { position += 1 }
                continue
            case let octet where Octet.isBlank(octet): break
            default: return
            }
            position += 1
        }
    }

    private static func isSymbol(_ octet: UInt8) -> Bool {
        Octet.isDigit(octet) || (97...122).contains(octet | 32) || octet == UInt8(ascii: ",")
            || octet == UInt8(ascii: "-")
    }

    /// Reads a string up to its closing quote, or to the end of the line if it has none.
    private mutating func string() -> [UInt8]? {
        var result: [UInt8]? = []
        position += 1
        while position < octets.count, octets[position] != Octet.newline {
            let octet = octets[position]
            position += 1
            switch octet {
            case UInt8(ascii: "\""): return result
            case UInt8(ascii: "\\"):
                if let escaped = escape() { result?.append(escaped) } else { result = nil }
            default: result?.append(octet)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt8? {
        guard position < octets.count, octets[position] != Octet.newline else { return nil }
        let octet = octets[position]
        position += 1
        switch octet {
        case UInt8(ascii: "0"): return 0
        case UInt8(ascii: "a"): return 7
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "v"): return 11
        case UInt8(ascii: "x"): return hexEscape()
        default: return Octet.isDigit(octet) || (97...122).contains(octet | 32) ? nil : octet
        }
    }

    private mutating func hexEscape() -> UInt8? {
        guard position + 1 < octets.count, let high = Octet.hexValue(octets[position]),
            let low = Octet.hexValue(octets[position + 1])
        else { return nil }
        position += 2
        return high << 4 | low
    }
}
