// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// A target specification of which all addresses are known.
package struct ResolvedTarget: Hashable, Sendable {
    /// The addresses.
    package enum Addresses: Hashable, Sendable {
        /// IPv4 addresses.
        case pattern(OctetPattern)
        /// IPv6 addresses.
        case network(IPNetwork)
    }

    /// The addresses.
    package let addresses: Addresses
    /// What the user typed, if that was a name.
    package let name: String?
    /// The address that the name stands for; others of its network do not get the name.
    package let namedAddress: IPAddress?
    /// Further addresses of the name, which are not scanned.
    package let otherAddresses: [IPAddress]
    /// What a person should know.
    package let warnings: [TargetWarning]

    /// Takes over a specification; nothing if that is a name.
    package init?(_ specification: TargetSpecification) {
        switch specification {
        case .pattern(let pattern): addresses = .pattern(pattern)
        case .network(let network): addresses = .network(network)
        case .name: return nil
        }
        (name, namedAddress, otherAddresses, warnings) = (nil, nil, [], [])
    }

    /// Takes over what a name resolved to.
    ///
    /// - Parameters:
    ///   - name: the name, as typed.
    ///   - prefixLength: the length behind the slash, if there was one.
    ///   - resolved: all its addresses, in the resolver's order.
    ///   - family: the family that is scanned.
    /// - Throws: if the name has no address of the family, or the length does not fit it.
    package init(
        name: String,
        prefixLength: Int?,
        addresses resolved: [IPAddress],
        family: AddressFamily
    ) throws(TargetError) {
        let usable = resolved.filter { $0.family == family }
        guard let used = usable.first else {
            throw TargetError(name, resolved.first.map { .otherFamily($0.family) } ?? .unresolved)
        }
        let length = prefixLength ?? family.bitCount
        guard let network = IPNetwork(used, prefixLength: length) else {
            throw TargetError("\(name)/\(length)", .prefixTooLong(length, family))
        }
        addresses = OctetPattern(network).map { .pattern($0) } ?? .network(network)
        self.name = name
        namedAddress = used
        otherAddresses = Array(usable.dropFirst())
        let several = TargetWarning.severalAddresses(name: name, count: usable.count, used: used)
        warnings = usable.count > 1 ? [several] : []
    }

    /// How many addresses there are; at most the largest `Int`.
    package var count: Int {
        switch addresses {
        case .pattern(let pattern): return pattern.count
        case .network(let network):
            let hostBits = network.base.family.bitCount - network.prefixLength
            return hostBits < 63 ? 1 << hostBits : Int.max
        }
    }
}
