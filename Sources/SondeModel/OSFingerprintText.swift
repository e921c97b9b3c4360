// SPDX-License-Identifier: Apache-2.0

/// The text of a host's OS fingerprint: a head that tells how it was taken, and the lines of the tests
/// (spec page `os-detection`, section 10).
public struct OSFingerprintText: Hashable, Sendable {
    /// The longest line of the wrapped form, with what it begins with.
    private static let lineLength = 75
    /// What lines of the wrapped form begin with.
    private static let prefix = "OS:"

    /// The head and the lines, in order.
    public let lines: [String]

    /// Makes the text for a host; nothing if its system was not looked for.
    ///
    /// - Parameters:
    ///   - host: the host.
    ///   - isGood: whether it is marked as good enough for the database; nothing to find out.
    public init?(_ host: Host, isGood: Bool? = nil) {
        guard let result = host.os else { return nil }
        lines = [Self.head(host, result, isGood ?? (result.unsuitability == nil))] + result.lines
    }

    private static func head(_ host: Host, _ result: OSResult, _ isGood: Bool) -> String {
        let port = { (number: UInt16?) in number.map { "\($0)" } ?? "" }
        let date = Day(secondsSince1970: result.time)
        var fields = [
            "V=\(result.version)", "E=\(host.address.family == .inet ? 4 : 6)",
            "D=\(date.month)/\(date.day)", "OT=\(port(result.ports.openTCP))",
            "CT=\(port(result.ports.closedTCP))", "CU=\(port(result.ports.closedUDP))",
            "PV=\(isPrivate(host.address) ? "Y" : "N")",
        ]
        if let distance = host.distance {
            fields += ["DS=\(distance.hops)", "DC=\(distance.method.rawValue)"]
        }
        fields.append("G=\(isGood ? "Y" : "N")")
        if let address = host.macAddress {
            fields.append("M=" + hexText(address.value >> 24 & 0xFF_FFFF, width: 6))
        }
        fields.append("TM=" + hexText(UInt64(max(0, min(result.time, 1e15))), width: 0))
        fields.append("P=\(platform)")
        return "SCAN(\(fields.joined(separator: "%")))"
    }

    /// Each line on a line.
    public var plain: String { lines.map { $0 + "\n" }.joined() }

    /// All lines without separation, cut into pieces of equal length.
    public var wrapped: [String] {
        let room = Self.lineLength - Self.prefix.utf8.count
        var pieces: [String] = []
        var rest = Substring(lines.joined())
        while !rest.isEmpty {
            pieces.append(Self.prefix + rest.prefix(room))
            rest = rest.dropFirst(room)
        }
        return pieces
    }

    private static func hexText(_ number: UInt64, width: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Whether an address is of a private IPv4 network, as far as the reference tells.
    private static func isPrivate(_ address: IPAddress) -> Bool {
        guard address.family == .inet, address.octets.count == 4 else { return false }
        let octets = address.octets
        switch octets[0] {
        case 10: return true
        case 172: return (16...31).contains(octets[1])
        case 169: return octets[1] == 254
        case 192: return octets[1] == 168
        default: return false
        }
    }

    private static var platform: String {
        #if arch(x86_64)
        let processor = "x86_64"
        #elseif arch(arm64)
        let processor = "aarch64"
        #else
        let processor = "unknown"
        #endif
        #if os(Linux)
        return processor + "-pc-linux-gnu"
        #elseif os(macOS)
        return processor + "-apple-darwin"
        #else
        return processor + "-unknown"
        #endif
    }
}

/// A day of the year, in universal time.
private struct Day {
    let month: Int
    let day: Int

    /// Counts in the calendar that begins its years in March, so that leap days come last.
    init(secondsSince1970 seconds: Double) {
        let days = Int((max(-1e12, min(seconds, 1e12)) / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
    }
}
