// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One address of an interface.
package struct InterfaceAddress: Hashable, Sendable {
    /// The address; link-local IPv6 addresses carry their zone.
    package let address: IPAddress
    /// Leading bits of the address that name the network.
    package let prefixLength: Int
    /// The broadcast address: IPv4 on links that have one.
    package let broadcast: IPAddress?

    /// Makes an address.
    package init(address: IPAddress, prefixLength: Int, broadcast: IPAddress? = nil) {
        self.address = address
        self.prefixLength = prefixLength
        self.broadcast = broadcast
    }
}

/// One network interface as it was when listed.
package struct Interface: Hashable, Sendable {
    /// The full name, perhaps of an alias, as `eth0:1`.
    package let name: String
    /// The system's number for it, which is also the zone of link-local addresses; 0 if unknown.
    package let index: UInt32
    /// Its addresses, in the system's order.
    package var addresses: [InterfaceAddress]
    /// What kind of link it is on.
    package var linkKind: LinkKind
    /// The link-layer address; on Ethernet only.
    package var hardwareAddress: MACAddress?
    /// Whether it is switched on.
    package let isUp: Bool
    /// The largest packet it carries, in octets; 0 if unknown.
    package let maximumPacketSize: Int

    /// Makes a description.
    package init(
        name: String,
        index: UInt32,
        addresses: [InterfaceAddress] = [],
        linkKind: LinkKind,
        hardwareAddress: MACAddress? = nil,
        isUp: Bool = true,
        maximumPacketSize: Int = 0
    ) {
        self.name = name
        self.index = index
        self.addresses = addresses
        self.linkKind = linkKind
        self.hardwareAddress = hardwareAddress
        self.isUp = isUp
        self.maximumPacketSize = maximumPacketSize
    }

    /// The name without the part that marks an alias.
    package var shortName: String { String(name.prefix { $0 != ":" }) }

    /// The address to use as a source for a family: the first one that is not link-local, else the first.
    package func firstAddress(_ family: AddressFamily) -> InterfaceAddress? {
        let ours = addresses.filter { $0.address.family == family }
        return ours.first { !($0.address.family == .inet6 && $0.address.value >> 118 == 0x3FA) } ?? ours.first
    }
}
