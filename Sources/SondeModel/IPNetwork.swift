// SPDX-License-Identifier: Apache-2.0

/// All addresses that share a prefix, as `192.0.2.0/24`.
public struct IPNetwork: Hashable, Sendable {
    /// The lowest address: host bits are zero.
    public let base: IPAddress
    /// Leading bits that all members share: 0 to 32, or 0 to 128.
    public let prefixLength: Int

    /// Makes the network that an address lies in, or nothing if the length does not fit the family.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.family.bitCount).contains(prefixLength) else { return nil }
        self.prefixLength = prefixLength
        let mask = Self.mask(prefixLength, family: address.family)
        base = IPAddress(family: address.family, value: address.value & mask, zone: address.zone)
    }

    /// Makes the network of one address.
    public init(_ address: IPAddress) {
        base = address
        prefixLength = address.family.bitCount
    }

    /// Reads `address` or `address/length`.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(parsing: first) else { return nil }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        guard let length = Int(parts[1]) else { return nil }
        self.init(address, prefixLength: length)
    }

    /// Whether an address lies in this network; the zone plays no part.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family
            && address.value & Self.mask(prefixLength, family: base.family) == base.value
    }

    /// The highest address.
    public var last: IPAddress {
        let mask = Self.mask(prefixLength, family: base.family)
        return IPAddress(family: base.family, value: base.value | ~mask, zone: base.zone)
    }

    private static func mask(_ length: Int, family: AddressFamily) -> UInt128 {
        let hostBits = family.bitCount - length
        return hostBits >= 128 ? 0 : ~UInt128(0) << UInt128(hostBits)
    }
}

extension IPNetwork: CustomStringConvertible {
    /// `base/length`.
    public var description: String { "\(base)/\(prefixLength)" }
}
