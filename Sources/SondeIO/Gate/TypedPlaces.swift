// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The addresses and names that stand in a text that the user typed, wherever they stand in it.
package struct TypedPlaces: Hashable, Sendable {
    /// Networks and single addresses.
    package private(set) var networks: [IPNetwork] = []
    /// Words that may be names of hosts, as ``key(_:)`` makes them.
    package private(set) var names: Set<String> = []
    /// Whether the user lets scripts add targets.
    package var hasNewTargets = false

    /// Makes one without any.
    package init() {}

    /// How a name is compared: without case and without the dot at its end.
    package static func key(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    /// Takes what a text holds.
    package mutating func note(_ text: some StringProtocol) {
        // The parts of addresses, networks and names; whatever else stands in a URL or a list parts them.
        let isPart = { (octet: UInt8) in
            (48...58).contains(octet) || (97...122).contains(octet | 0x20) || "./%-_".utf8.contains(octet)
        }
        for word in text.utf8.split(whereSeparator: { !isPart($0) }) where word.count <= 512 {
            note(word: String(decoding: word, as: UTF8.self))
        }
    }

    private mutating func note(word: String) {
        if let network = IPNetwork(parsing: word) {
            networks.append(network)
            return
        }
        for piece in word.split(separator: "/") { note(piece: String(piece)) }
    }

    private mutating func note(piece: String) {
        if addAddress(piece) { return }
        // A port behind a name or an IPv4 address, a scheme before one.
        for part in piece.split(separator: ":") where !addAddress(String(part)) {
            if Self.isName(part) { names.insert(Self.key(String(part))) }
            for end in part.split(separator: "-") { _ = addAddress(String(end)) }
        }
    }

    private mutating func addAddress(_ text: String) -> Bool {
        // Only whole addresses: `1` or `10.1` typed as a number or a version opens nothing.
        let isWhole = text.contains(":") || text.utf8.count(where: { $0 == 46 }) == 3
        guard isWhole, let address = NumericAddress.parse(text) else { return false }
        networks.append(IPNetwork(address))
        return true
    }

    private static func isName(_ text: Substring) -> Bool {
        text.utf8.count <= 253 && text.utf8.contains { (97...122).contains($0 | 0x20) }
    }
}
