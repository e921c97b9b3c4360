// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What the kernel knows of its neighbours' link-layer addresses.
enum NeighborTable {
    private static let newNeighbor: UInt16 = 28
    private static let getNeighbor: UInt16 = 30
    private static let messageCount = 12
    /// States in which there is no address: incomplete, failed.
    private static let uselessStates: UInt16 = 0x21

    /// The address of a neighbour on an interface; nothing if the kernel does not know it.
    static func address(of neighbor: IPAddress, interfaceIndex: UInt32) -> MACAddress? {
        let family: UInt8 = neighbor.family == .inet ? 2 : 10
        let body =
            [family, 0, 0, 0] + Netlink.bytes(of: interfaceIndex) + [0, 0, 0, 0] as [UInt8]
        var found: MACAddress?
        try? Netlink.dump(getNeighbor, body) { message in
            guard message.type == newNeighbor, let entry = entry(in: message.body) else { return }
            if entry.interfaceIndex == interfaceIndex, entry.address == neighbor.withoutZone {
                found = found ?? entry.link
            }
        }
        return found
    }

    /// Reads one entry; nothing if it has no link-layer address.
    static func entry(
        in octets: ArraySlice<UInt8>
    ) -> (address: IPAddress, interfaceIndex: UInt32, link: MACAddress)? {
        guard octets.count >= messageCount else { return nil }
        let index: UInt32 = Netlink.number(octets, octets.startIndex + 4)
        let state: UInt16 = Netlink.number(octets, octets.startIndex + 8)
        guard state & uselessStates == 0, state != 0 else { return nil }
        var address: IPAddress?
        var link: MACAddress?
        Netlink.attributes(octets.dropFirst(messageCount)) { number, value in
            if number == 1 { address = IPAddress(octets: value) }
            if number == 2 { link = MACAddress(octets: value) }
        }
        guard let address, let link, link.value != 0 else { return nil }
        return (address, index, link)
    }
}
