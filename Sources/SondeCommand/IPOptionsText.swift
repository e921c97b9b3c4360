// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Reads `--ip-options`: letters for the usual options, or the octets themselves.
enum IPOptionsText {
    /// The most octets that options may have.
    private static let most = 40

    /// Turns the text into octets, padded to a multiple of four.
    ///
    /// `R` records the route, `T` the time and `U` both; `S` and `L` with addresses are strict and loose source routes;
    /// `\x01`, `\x01*3` are octets.
    static func octets(_ text: String) throws(UsageError) -> [UInt8] {
        var octets = try words(text)
        octets += [UInt8](repeating: 0, count: (4 - octets.count % 4) % 4)
        guard !octets.isEmpty, octets.count <= most else {
            throw .value("--ip-options \(shown(text)): give 1 to \(most) octets")
        }
        return octets
    }

    private static func words(_ text: String) throws(UsageError) -> [UInt8] {
        let rest = text.dropFirst()
        switch text.first {
        case "R" where rest.isEmpty: return [1, 7, 39, 4] + [UInt8](repeating: 0, count: 36)
        case "T" where rest.isEmpty: return [68, 40, 5, 0] + [UInt8](repeating: 0, count: 36)
        case "U" where rest.isEmpty: return [68, 36, 5, 1] + [UInt8](repeating: 0, count: 32)
        case "S": return try route(137, rest, text)
        case "L": return try route(131, rest, text)
        default: return try explicit(text)
        }
    }

    private static func route(
        _ kind: UInt8,
        _ list: Substring,
        _ text: String
    ) throws(UsageError) -> [UInt8] {
        var octets: [UInt8] = []
        for word in list.split(separator: " ") {
            guard let address = IPAddress(parsing: word), address.family == .inet else {
                throw .value("--ip-options \(shown(text)): \(shown(String(word))) is no IPv4 address")
            }
            octets += address.octets
        }
        guard !octets.isEmpty, octets.count <= most - 4 else {
            throw .value("--ip-options \(shown(text)): give 1 to 9 addresses, parted by blanks")
        }
        return [1, kind, UInt8(3 + octets.count), 4] + octets
    }

    /// Reads `\x01\x07` or `\x01*4`, with decimal numbers behind a lone backslash.
    private static func explicit(_ text: String) throws(UsageError) -> [UInt8] {
        let wrong = UsageError.value(
            "--ip-options \(shown(text)): give R, T, U, S or L with addresses, or octets as \\x01\\x07*3"
        )
        var octets: [UInt8] = []
        for part in text.split(separator: "\\", omittingEmptySubsequences: false).dropFirst() {
            let pieces = part.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = pieces.first, pieces.count < 2 || Int(pieces[1]) != nil else { throw wrong }
            let isHex = first.hasPrefix("x")
            guard let octet = UInt8(isHex ? first.dropFirst() : first, radix: isHex ? 16 : 10) else {
                throw wrong
            }
            let count = pieces.count == 2 ? Int(pieces[1]) ?? 0 : 1
            guard (1...most).contains(count) else { throw wrong }
            octets += [UInt8](repeating: octet, count: count)
        }
        guard text.hasPrefix("\\") else { throw wrong }
        return octets
    }
}
