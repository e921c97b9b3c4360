// SPDX-License-Identifier: Apache-2.0

/// Strings with escapes, as probes and substitutions have them.
enum OctetString {
    /// Replaces escapes by what they stand for: `\\ \0 \a \b \f \n \r \t \v \xHH`.
    ///
    /// - Returns: the octets; nothing if there is any other escape.
    static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let octet = text[index]
            index += 1
            guard octet == UInt8(ascii: "\\") else {
                result.append(octet)
                continue
            }
            guard index < text.endIndex, let escaped = escape(text, &index) else { return nil }
            result.append(escaped)
        }
        return result
    }

    private static func escape(_ text: ArraySlice<UInt8>, _ index: inout Int) -> UInt8? {
        let octet = text[index]
        index += 1
        switch octet {
        case UInt8(ascii: "\\"): return octet
        case UInt8(ascii: "0"): return 0
        case UInt8(ascii: "a"): return 7
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "v"): return 11
        case UInt8(ascii: "x"):
            guard text.endIndex - index >= 2, let high = Octet.hexValue(text[index]),
                let low = Octet.hexValue(text[index + 1])
            else { return nil }
            index += 2
            return high << 4 | low
        default: return nil
        }
    }
}
