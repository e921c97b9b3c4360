// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The lines of IPv6 fingerprints: whole packets, and when they came.
package enum OSV6Text {
    /// The shortest run of equal octets that is written as one with a count.
    private static let shortestRun = 3

    /// The line of an answer, as `S1(P=6000{4}…%ST=0.1%RT=0.2)`.
    ///
    /// - Parameters:
    ///   - name: the probe's name.
    ///   - packet: the answer from its IPv6 header on.
    ///   - hidden: addresses that are not to be told.
    ///   - sent: when the probe was sent, seconds from the beginning.
    ///   - received: when the answer came, likewise.
    /// - Returns: the line.
    package static func line(
        _ name: String,
        _ packet: [UInt8],
        hiding hidden: [IPAddress],
        sent: Double,
        received: Double
    ) -> String {
        "\(name)(P=\(text(packet, hiding: hidden))%ST=\(general(sent))%RT=\(general(received)))"
    }

    /// Octets in hexadecimal digits, addresses hidden, runs with their count in braces.
    static func text(_ packet: [UInt8], hiding hidden: [IPAddress]) -> String {
        let secrets = hidden.map(\.octets)
        var words: [String] = []
        var place = 0
        while place < packet.count {
            if let secret = secrets.first(where: { packet[place...].starts(with: $0) }) {
                words += Array(repeating: "XX", count: secret.count)
                place += secret.count
            } else {
                let digits = String(packet[place], radix: 16)
                words.append(digits.count < 2 ? "0" + digits : digits)
                place += 1
            }
        }
        return joined(words)
    }

    private static func joined(_ words: [String]) -> String {
        var text = ""
        var index = 0
        while index < words.count {
            let end = words[index...].firstIndex { $0 != words[index] } ?? words.count
            let count = end - index
            text +=
                count >= shortestRun
                ? "\(words[index]){\(count)}" : String(repeating: words[index], count: count)
            index = end
        }
        return text
    }

    /// Seconds with six significant digits, as C's `%g` writes them.
    static func general(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0.0001, seconds < 1e6 else { return "0" }
        var unit = 1.0
        var decimals = 5
        while seconds >= unit * 10 {
            unit *= 10
            decimals -= 1
        }
        while seconds < unit {
            unit /= 10
            decimals += 1
        }
        let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
        let whole = Int((seconds * scale).rounded())
        let factor = Int(scale)
        let digits = String(whole % factor)
        var fraction = String(repeating: "0", count: max(0, decimals - digits.count)) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole / factor)" : "\(whole / factor).\(fraction)"
    }
}
