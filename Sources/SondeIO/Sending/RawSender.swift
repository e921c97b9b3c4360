// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Sends whole IP packets of one family; the system finds their way and makes the frames.
///
/// On Linux the system fills in, for IPv4, total length and header checksum, and a source or identification that is zero. IPv6
/// packets leave as they are, extension headers included.
package final class RawSender {
    /// The family of the packets.
    package let family: AddressFamily
    /// Told of packets that were queued and that the system refused.
    package var onFailure: (SystemError) -> Void {
        get { packets.onFailure }
        set { packets.onFailure = newValue }
    }
    /// Called when nothing waits any more, after packets had to wait.
    package var onDrained: () -> Void {
        get { packets.onDrained }
        set { packets.onDrained = newValue }
    }
    /// Packets that have not left yet.
    package var waitingCount: Int { packets.waitingCount }

    private let network: Network
    /// On whose behalf packets leave, if not for the scanner itself.
    package var client: (any GateClient)?
    private let packets: PacketQueue

    /// Opens a raw socket.
    ///
    /// - Parameters:
    ///   - network: where the packets go through.
    ///   - family: IPv4 or IPv6.
    ///   - interface: the interface to leave through; nothing leaves it to the routes.
    /// - Throws: what the system says; `EPERM` where this process may not.
    package init(_ network: Network, _ family: AddressFamily, interface: String? = nil) throws(SystemError) {
        self.network = network
        self.family = family
        let socket = try network.syscalls.rawSocket(family)
        if family == .inet { try network.syscalls.setBroadcast(socket.number) }
        if let interface { try network.syscalls.setInterface(socket.number, interface) }
        packets = PacketQueue(network, socket, interface: nil)
    }

    /// Sends a packet at once.
    ///
    /// Where the rate does not allow that, or others wait, it leaves as soon as it may, and this succeeds.
    /// - Parameters:
    ///   - packet: from the IP header on.
    ///   - destination: where it is routed to; nothing for what the header says.
    /// - Throws: ``PacketError``.
    package func send(_ packet: [UInt8], to destination: IPAddress? = nil) throws(PacketError) {
        try packets.send(packet, to: try judge(packet, destination))
    }

    /// Adds a packet to those that leave together at the end of this turn of the loop.
    package func queue(_ packet: [UInt8], to destination: IPAddress? = nil) throws(PacketError) {
        try packets.add(packet, to: try judge(packet, destination))
    }

    /// Sends what was queued without waiting for the end of the turn.
    package func flush() { packets.flush() }

    private func judge(_ packet: [UInt8], _ destination: IPAddress?) throws(PacketError) -> SocketAddress {
        guard network.gate.permits(packet: packet, to: destination, for: client) else { throw .denied }
        let target = destination ?? PacketDestinations(packet: packet).addresses.first
        guard let target, target.family == family else { throw .denied }
        return SocketAddress(target, port: 0)
    }
}
