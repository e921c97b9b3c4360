// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Addresses that can be asked for.
package protocol AddressSet: Sendable {
    /// Whether an address is among them; zones play no part.
    func contains(_ address: IPAddress) -> Bool
}

extension IPAddress {
    /// The address that a packet to this one really reaches.
    ///
    /// An IPv4 address in the guise of an IPv6 one (`::ffff:192.0.2.1`) is what it is, and the system takes
    /// `0.0.0.0` and `::` for this machine itself.
    var reached: IPAddress {
        if family == .inet6, value >> 32 == 0xFFFF { return IPAddress(family: .inet, value: value).reached }
        guard isUnspecified else { return self }
        return IPAddress(family: family, value: family == .inet ? 0x7F00_0001 : 1)
    }

    /// The IPv4 address that a translator would send packets for this one to: NAT64 (RFC 6052), 6to4 (RFC 3056),
    /// or the old compatible form; nothing for others.
    var embedded: IPAddress? {
        guard family == .inet6 else { return nil }
        if value >> 32 == 0x0064_FF9B << 64 { return IPAddress(family: .inet, value: value) }
        if value >> 112 == 0x2002 { return IPAddress(family: .inet, value: value >> 80) }
        if value >> 32 == 0, value > 1 { return IPAddress(family: .inet, value: value) }
        return nil
    }

    /// Whether it is an IPv6 address that means nothing without its link (fe80::/10).
    var isLinkLocal: Bool { family == .inet6 && value >> 118 == 0xFE80 >> 6 }
}
