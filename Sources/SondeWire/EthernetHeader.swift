// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What an Ethernet frame carries, by its number.
package struct EtherType: RawRepresentable, Hashable, Sendable {
    /// The number.
    package let rawValue: UInt16

    /// Makes a type from its number.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// IPv4.
    package static let ipv4 = Self(rawValue: 0x0800)
    /// ARP.
    package static let arp = Self(rawValue: 0x0806)
    /// A VLAN tag comes first.
    package static let vlan = Self(rawValue: 0x8100)
    /// IPv6.
    package static let ipv6 = Self(rawValue: 0x86DD)
}

/// The header of an Ethernet II frame; VLAN tags are kept.
package struct EthernetHeader: Hashable, Sendable {
    /// Octets in a header without tags.
    package static let octetCount = 14

    /// The receiving interface.
    package var destination: MACAddress
    /// The sending interface.
    package var source: MACAddress
    /// The VLAN tags, outermost first: priority and number as they stand in the frame.
    package var tags: [UInt16] = []
    /// What the frame carries.
    package var type: EtherType
    /// Where it lies.
    package private(set) var payload = 0..<0

    /// Makes a header.
    package init(destination: MACAddress, source: MACAddress, type: EtherType) {
        self.destination = destination
        self.source = source
        self.type = type
    }

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - octets: a frame.
    ///   - start: where it begins.
    /// - Throws: if the octets are no such thing.
    package init(parsing octets: Span<UInt8>, at start: Int = 0) throws(WireError) {
        destination = try octets.macAddress(at: start)
        source = try octets.macAddress(at: start + 6)
        var place = start + 12
        type = EtherType(rawValue: try octets.uint16(at: place))
        while type == .vlan {
            tags.append(try octets.uint16(at: place + 2))
            place += 4
            type = EtherType(rawValue: try octets.uint16(at: place))
        }
        payload = place + 2..<octets.count
    }

    /// Writes the header.
    package func write(to writer: inout OctetWriter) {
        writer.write(destination)
        writer.write(source)
        for tag in tags {
            writer.write(EtherType.vlan.rawValue)
            writer.write(tag)
        }
        writer.write(type.rawValue)
    }
}

extension Span where Element == UInt8 {
    /// Six octets as a link-layer address; an error past the end.
    package func macAddress(at offset: Int) throws(WireError) -> MACAddress {
        let high = try uint16(at: offset)
        let low = try uint32(at: offset + 2)
        return MACAddress(value: UInt64(high) << 32 | UInt64(low))
    }

    /// Four octets as an IPv4 address; an error past the end.
    package func ipv4Address(at offset: Int) throws(WireError) -> IPAddress {
        IPAddress(family: .inet, value: UInt128(try uint32(at: offset)))
    }

    /// Sixteen octets as an IPv6 address; an error past the end.
    package func ipv6Address(at offset: Int) throws(WireError) -> IPAddress {
        IPAddress(family: .inet6, value: try uint128(at: offset))
    }
}
