// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Whole packets and frames at the gate.
extension Gate {
    /// Whether a raw IP packet may leave; if not, this is counted and told.
    ///
    /// - Parameters:
    ///   - packet: the packet from its IP header on.
    ///   - destination: where it is handed to, if that is not what its header says.
    ///   - client: on whose behalf, if not for the scanner itself.
    /// - Returns: whether it may.
    package func permits(
        packet: [UInt8],
        to destination: IPAddress? = nil,
        for client: (any GateClient)? = nil
    ) -> Bool {
        if scope.permitsEverything, client == nil { return true }
        if let destination, !permits(SocketAddress(destination, port: 0), for: client) { return false }
        return permits(PacketDestinations(packet: packet), packet, client, staysOnLink: false)
    }

    /// Whether an Ethernet frame may leave; if not, this is counted and told.
    ///
    /// A frame that carries neither IP nor ARP cannot leave its link. It passes where no list says what is allowed, and
    /// for clients that may use the links.
    package func permits(frame: [UInt8], for client: (any GateClient)? = nil) -> Bool {
        if scope.permitsEverything, client == nil { return true }
        return permits(PacketDestinations(frame: frame), frame, client, staysOnLink: true)
    }

    private func permits(
        _ destinations: PacketDestinations,
        _ octets: [UInt8],
        _ client: (any GateClient)?,
        staysOnLink: Bool
    ) -> Bool {
        for address in destinations.addresses
        where !permits(SocketAddress(address, port: 0), for: client) {
            return false
        }
        if !destinations.addresses.isEmpty && destinations.isReadable { return true }
        let mayHide = client?.isUnlimited ?? true
        let isLinkOnly = staysOnLink && destinations.isReadable && destinations.addresses.isEmpty
        if scope.isUnlimited, mayHide || isLinkOnly && client?.mayUseLinks ?? true { return true }
        denied(octets)
        client?.wasDeniedPacket()
        return false
    }
}
