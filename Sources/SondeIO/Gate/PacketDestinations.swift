// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Who a packet or frame would reach: what the gate judges it by.
///
/// Besides the destination in the header these are the stations of a source route, and who an ARP packet asks for. Octets
/// that end too early name nobody and are ``isReadable`` only if nothing was cut off.
package struct PacketDestinations: Hashable, Sendable {
    /// The addresses; empty for a frame that carries no IP, which cannot leave its link.
    package private(set) var addresses: [IPAddress] = []
    /// Whether the packet could be read as far as addresses go.
    package private(set) var isReadable = true

    private static let ipv4Frame: UInt16 = 0x0800
    private static let arpFrame: UInt16 = 0x0806
    private static let ipv6Frame: UInt16 = 0x86DD
    private static let tags: Set<UInt16> = [0x8100, 0x88A8, 0x9100]

    /// Reads an IPv4 or IPv6 packet.
    package init(packet octets: [UInt8]) { read(packet: octets[...]) }

    /// Reads an Ethernet frame.
    package init(frame octets: [UInt8]) {
        var start = 12
        while let type = Self.number16(octets[...], start) {
            start += 2
            switch type {
            case let tag where Self.tags.contains(tag): start += 2
            case Self.ipv4Frame, Self.ipv6Frame:
                read(packet: octets[start...])
                return
            case Self.arpFrame:
                read(arp: octets[start...])
                return
            default: return
            }
        }
        isReadable = false
    }

    private mutating func read(packet octets: ArraySlice<UInt8>) {
        switch octets.first.map({ $0 >> 4 }) {
        case 4: readIPv4(octets)
        case 6: readIPv6(octets)
        default: isReadable = false
        }
    }

    private mutating func readIPv4(_ octets: ArraySlice<UInt8>) {
        guard add(octets, at: 16, count: 4), let first = octets.first else { return }
        var index = octets.startIndex + 20
        let end = min(octets.startIndex + Int(first & 15) * 4, octets.endIndex)
        while index < end, octets[index] != 0 {
            if octets[index] == 1 {
                index += 1
                continue
            }
            guard index + 1 < end, octets[index + 1] >= 2 else { return }
            let last = min(index + Int(octets[index + 1]), end)
            if octets[index] == 131 || octets[index] == 137 { addStations(octets[index..<last], from: 3, 4) }
            index = last
        }
    }

    private mutating func readIPv6(_ octets: ArraySlice<UInt8>) {
        guard add(octets, at: 24, count: 16) else { return }
        var next = octets[octets.startIndex + 6]
        var index = octets.startIndex + 40
        while [0, 43, 60].contains(next), index + 2 <= octets.endIndex {
            let last = min(index + (Int(octets[index + 1]) + 1) * 8, octets.endIndex)
            if next == 43 { addStations(octets[index..<last], from: 8, 16) }
            next = octets[index]
            index = last
        }
    }

    private mutating func read(arp octets: ArraySlice<UInt8>) {
        // Only IPv4 over Ethernet is known to have its address here; others name nobody.
        guard Self.number16(octets, 2) == Self.ipv4Frame, octets.count >= 6,
            octets[octets.startIndex + 4] == 6, octets[octets.startIndex + 5] == 4
        else { return }
        add(octets, at: 24, count: 4)
    }

    private mutating func addStations(_ route: ArraySlice<UInt8>, from start: Int, _ count: Int) {
        for offset in stride(from: start, through: route.count - count, by: count) {
            add(route, at: offset, count: count)
        }
    }

    @discardableResult
    private mutating func add(_ octets: ArraySlice<UInt8>, at offset: Int, count: Int) -> Bool {
        let start = octets.startIndex + offset
        guard start + count <= octets.endIndex,
            let address = IPAddress(octets: octets[start..<start + count])
        else {
            isReadable = false
            return false
        }
        addresses.append(address)
        return true
    }

    private static func number16(_ octets: ArraySlice<UInt8>, _ offset: Int) -> UInt16? {
        let start = octets.startIndex + offset
        guard start + 2 <= octets.endIndex else { return nil }
        return UInt16(octets[start]) << 8 | UInt16(octets[start + 1])
    }
}
