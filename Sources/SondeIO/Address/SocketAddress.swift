// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
package import SondeModel

/// An address and a port: one end of a connection.
package struct SocketAddress: Hashable, Sendable {
    /// The address.
    package var address: IPAddress
    /// The port, host byte order.
    package var port: UInt16

    /// Makes a socket address.
    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:80` or `[2001:db8::1]:80`.
    package var description: String {
        address.family == .inet ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

extension SocketAddress {
    /// The value the system shim turns into a `sockaddr`.
    var raw: sonde_address {
        sonde_address(
            high: UInt64(truncatingIfNeeded: address.value >> 64),
            low: UInt64(truncatingIfNeeded: address.value),
            zone: address.zone,
            port: port,
            family: UInt8(truncatingIfNeeded: address.family.digit)
        )
    }

    /// Reads what the shim tells; `nil` for a family that is neither IPv4 nor IPv6.
    init?(_ raw: sonde_address) {
        let value = UInt128(raw.high) << 64 | UInt128(raw.low)
        switch raw.family {
        case 4: self.init(IPAddress(family: .inet, value: value), port: raw.port)
        case 6: self.init(IPAddress(family: .inet6, value: value, zone: raw.zone), port: raw.port)
        default: return nil
        }
    }
}

extension AddressFamily {
    /// The family as the system shim names it: 4 or 6.
    var digit: CInt { self == .inet ? 4 : 6 }
}
