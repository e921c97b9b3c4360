// SPDX-License-Identifier: Apache-2.0

/// A 48-bit link-layer address.
public struct MACAddress: Hashable, Sendable {
    /// The address as a number, first octet highest.
    public let value: UInt64

    /// Makes an address from six octets, or nothing for another count.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Makes an address from its number; bits beyond 48 are dropped.
    public init(value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

    /// The address that no interface has.
    public static let zero = MACAddress(value: 0)
    /// The address of all interfaces.
    public static let broadcast = MACAddress(value: 0xFFFF_FFFF_FFFF)

    /// The six octets in network order.
    public var octets: [UInt8] {
        stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }
}

extension MACAddress: CustomStringConvertible {
    /// `00:11:22:AA:BB:CC`, upper case.
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }
}
