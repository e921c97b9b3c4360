// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Numbers as reports write them.
enum NumberText {
    /// A number with a fixed count of decimals, as `0.15`.
    ///
    /// - Parameters:
    ///   - value: any number; what is too large to tell becomes the largest that can be told.
    ///   - decimals: 0 to 9.
    /// - Returns: the number, rounded to nearest.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return fixed(0, decimals: decimals) }
        let places = min(max(decimals, 0), 9)
        let unit = (0..<places).reduce(1) { product, _ in product * 10 }
        let scaled = Int(min(abs(value) * Double(unit), 9e17).rounded(.toNearestOrEven))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        return sign + String(scaled / unit) + "." + padded(scaled % unit, to: places)
    }

    /// Microseconds as seconds with two significant digits, as `0.00013`.
    static func latency(microseconds: Int) -> String {
        guard microseconds > 0 else { return "0.00" }
        let digits = String(microseconds).utf8.count
        return fixed(Double(microseconds) / 1e6, decimals: max(0, 8 - digits))
    }

    /// Seconds as `h:mm:ss`; negative ones count as none.
    static func clock(seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(min(max(seconds, 0), 1e15)) : 0
        return "\(whole / 3600):\(padded(whole / 60 % 60, to: 2)):\(padded(whole % 60, to: 2))"
    }

    /// A number with leading zeros.
    static func padded(_ value: Int, to width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Ascending numbers as ranges, as `1-5,7`.
    static func ranges(_ numbers: [UInt16]) -> String {
        var parts: [String] = []
        var index = 0
        while index < numbers.count {
            let first = numbers[index]
            while index + 1 < numbers.count, Int(numbers[index + 1]) == Int(numbers[index]) + 1 { index += 1 }
            parts.append(first == numbers[index] ? "\(first)" : "\(first)-\(numbers[index])")
            index += 1
        }
        return parts.joined(separator: ",")
    }

    /// `sent: 112 (8.978KB) | Rcvd: 215 (15.112KB)`.
    static func traffic(_ traffic: PacketTraffic) -> String {
        "sent: \(traffic.packetsSent) (\(octets(traffic.octetsSent))) | "
            + "Rcvd: \(traffic.packetsReceived) (\(octets(traffic.octetsReceived)))"
    }

    /// A number of octets, from a thousand on with three decimals and a unit.
    private static func octets(_ count: Int) -> String {
        let units: [(least: Int, name: String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")]
        for unit in units where count >= unit.least {
            return fixed(Double(count) / Double(unit.least), decimals: 3) + unit.name
        }
        return "\(count)B"
    }

    /// `1 IP address (1 host up) scanned in 0.15 seconds`.
    static func scanned(hosts: Int, up: Int, elapsed: Double) -> String {
        "\(hosts) IP address\(hosts == 1 ? "" : "es") (\(up) host\(up == 1 ? "" : "s") up) "
            + "scanned in \(fixed(elapsed, decimals: 2)) seconds"
    }
}
