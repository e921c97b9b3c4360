// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Whole packets and frames at the gate.
extension Gate {
    /// Whether a raw IP packet may leave; if not, this is counted and told.
    ///
    /// - Parameters:
    ///   - packet: the packet from its IP header on.
    ///   - destination: where it is handed to, if that is not what its header says.
    /// - Returns: whether it may.
    package func permits(packet: [UInt8], to destination: IPAddress? = nil) -> Bool {
        if scope.permitsEverything { return true }
        if let destination, !permits(SocketAddress(destination, port: 0)) { return false }
        return permits(PacketDestinations(packet: packet), packet)
    }

    /// Whether an Ethernet frame may leave; if not, this is counted and told.
    ///
    /// A frame that carries neither IP nor ARP cannot leave its link. It passes where no list says what is allowed.
    package func permits(frame: [UInt8]) -> Bool {
        scope.permitsEverything || permits(PacketDestinations(frame: frame), frame)
    }

    private func permits(_ destinations: PacketDestinations, _ octets: [UInt8]) -> Bool {
        for address in destinations.addresses where !permits(SocketAddress(address, port: 0)) { return false }
        if !destinations.addresses.isEmpty && destinations.isReadable || scope.isUnlimited { return true }
        denied(octets)
        return false
    }
}
