// SPDX-License-Identifier: Apache-2.0

/// What a captured frame begins with, by the number of the capture library.
package struct LinkType: RawRepresentable, Hashable, Sendable {
    /// The number.
    package let rawValue: Int32

    /// Makes a type from its number.
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The family in the capturing machine's order.
    package static let null = Self(rawValue: 0)
    /// Ethernet.
    package static let ethernet = Self(rawValue: 1)
    /// An IP packet without a link header.
    package static let raw = Self(rawValue: 12)
    /// The same in files of other systems.
    package static let rawFile = Self(rawValue: 101)
    /// The family in network order.
    package static let loop = Self(rawValue: 108)
    /// Linux's stand-in for headers it cannot give.
    package static let linuxCooked = Self(rawValue: 113)
    /// The second version of that.
    package static let linuxCooked2 = Self(rawValue: 276)

    /// Octets before the network packet, without VLAN tags; nothing for types that are not known.
    package var headerLength: Int? {
        switch self {
        case .null, .loop: 4
        case .ethernet: EthernetHeader.octetCount
        case .raw, .rawFile: 0
        case .linuxCooked: 16
        case .linuxCooked2: 20
        default: nil
        }
    }

    /// Where the IP packet of a frame begins; nothing if it holds none or is cut short.
    package func packetOffset(_ frame: Span<UInt8>) -> Int? {
        guard let length = headerLength, frame.count > length else { return nil }
        switch self {
        case .ethernet:
            guard let header = try? EthernetHeader(parsing: frame) else { return nil }
            return header.type == .ipv4 || header.type == .ipv6 ? header.payload.lowerBound : nil
        case .linuxCooked: return isIP(try? frame.uint16(at: 14)) ? length : nil
        case .linuxCooked2: return isIP(try? frame.uint16(at: 0)) ? length : nil
        default: return length
        }
    }

    private func isIP(_ type: UInt16?) -> Bool {
        type == EtherType.ipv4.rawValue || type == EtherType.ipv6.rawValue
    }
}
