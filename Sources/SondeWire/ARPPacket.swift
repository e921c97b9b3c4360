// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// An ARP packet for IPv4 over Ethernet (RFC 826).
package struct ARPPacket: Hashable, Sendable {
    /// Octets in a packet.
    package static let octetCount = 28

    /// What a packet is about, by its number.
    package struct Operation: RawRepresentable, Hashable, Sendable {
        /// The number.
        package let rawValue: UInt16

        /// Makes an operation from its number.
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Asks who has an address.
        package static let request = Self(rawValue: 1)
        /// I have it.
        package static let reply = Self(rawValue: 2)
    }

    /// What the packet is about.
    package var operation: Operation
    /// The sender's interface.
    package var senderHardware: MACAddress
    /// The sender's address.
    package var sender: IPAddress
    /// The interface asked about or answered to.
    package var targetHardware: MACAddress
    /// The address asked about or answered to.
    package var target: IPAddress

    /// Makes a packet.
    package init(
        _ operation: Operation,
        senderHardware: MACAddress,
        sender: IPAddress,
        targetHardware: MACAddress = .zero,
        target: IPAddress
    ) {
        self.operation = operation
        self.senderHardware = senderHardware
        self.sender = sender
        self.targetHardware = targetHardware
        self.target = target
    }

    /// Reads a packet; those of other hardware or protocols are an error.
    package init(parsing octets: Span<UInt8>, at start: Int = 0) throws(WireError) {
        guard try octets.uint16(at: start) == 1,
            try octets.uint16(at: start + 2) == EtherType.ipv4.rawValue,
            try octets.uint16(at: start + 4) == 0x0604
        else { throw WireError(.unexpected, at: start) }
        operation = Operation(rawValue: try octets.uint16(at: start + 6))
        senderHardware = try octets.macAddress(at: start + 8)
        sender = try octets.ipv4Address(at: start + 14)
        targetHardware = try octets.macAddress(at: start + 18)
        target = try octets.ipv4Address(at: start + 24)
    }

    /// Writes the packet.
    package func write(to writer: inout OctetWriter) {
        writer.write(UInt16(1))
        writer.write(EtherType.ipv4.rawValue)
        writer.write(UInt16(0x0604))
        writer.write(operation.rawValue)
        writer.write(senderHardware)
        writer.write(sender)
        writer.write(targetHardware)
        writer.write(target)
    }
}
