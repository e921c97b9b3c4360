// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The names and addresses of a hosts file (`hosts(5)`), and of `localhost`.
package struct HostsFile: Hashable, Sendable {
    private var addresses: [String: [IPAddress]] = [:]
    private var names: [IPAddress: String] = [:]

    /// Makes a table from a file's octets; lines that do not begin with an address are passed over.
    package init(parsing octets: [UInt8] = []) {
        for line in octets.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }
                .split(whereSeparator: { $0 == 32 || $0 == 9 })
                .map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first, let address = IPAddress(parsing: first) else { continue }
            add(words.dropFirst(), address)
        }
        add(["localhost"], IPAddress(family: .inet, value: 0x7F00_0001))
        add(["localhost"], IPAddress(family: .inet6, value: 1))
    }

    private mutating func add(_ aliases: ArraySlice<String>, _ address: IPAddress) {
        let plain = address.withoutZone
        if let first = aliases.first, names[plain] == nil { names[plain] = first }
        for alias in aliases where !(addresses[alias.lowercased()] ?? []).contains(address) {
            addresses[alias.lowercased(), default: []].append(address)
        }
    }

    /// The addresses of a name in the order of the file; case plays no part.
    package func addresses(of name: String) -> [IPAddress] { addresses[name.lowercased()] ?? [] }

    /// The first name on the first line of an address.
    package func name(of address: IPAddress) -> String? { names[address.withoutZone] }
}
