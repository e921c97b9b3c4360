// SPDX-License-Identifier: Apache-2.0

/// What an IP packet carries, by its number.
package struct IPProtocol: RawRepresentable, Hashable, Sendable {
    /// The number.
    package let rawValue: UInt8

    /// Makes a protocol from its number.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// IPv6 hop-by-hop options.
    package static let hopByHop = Self(rawValue: 0)
    /// ICMP for IPv4.
    package static let icmp = Self(rawValue: 1)
    /// IGMP.
    package static let igmp = Self(rawValue: 2)
    /// IPv4 in IP.
    package static let ipv4 = Self(rawValue: 4)
    /// TCP.
    package static let tcp = Self(rawValue: 6)
    /// UDP.
    package static let udp = Self(rawValue: 17)
    /// IPv6 in IP.
    package static let ipv6 = Self(rawValue: 41)
    /// IPv6 routing header.
    package static let routing = Self(rawValue: 43)
    /// IPv6 fragment header.
    package static let fragment = Self(rawValue: 44)
    /// Authentication header.
    package static let authentication = Self(rawValue: 51)
    /// ICMP for IPv6.
    package static let icmpv6 = Self(rawValue: 58)
    /// Nothing follows an IPv6 header.
    package static let none = Self(rawValue: 59)
    /// IPv6 destination options.
    package static let destinationOptions = Self(rawValue: 60)
    /// SCTP.
    package static let sctp = Self(rawValue: 132)
    /// IPv6 mobility header.
    package static let mobility = Self(rawValue: 135)
}
