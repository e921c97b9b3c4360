// SPDX-License-Identifier: Apache-2.0

/// Sends whole frames through one interface.
package final class LinkSender {
    /// The interface's name.
    package let interface: String
    /// Told of frames that were queued and that the system refused.
    package var onFailure: (SystemError) -> Void {
        get { frames.onFailure }
        set { frames.onFailure = newValue }
    }
    /// Called when nothing waits any more, after frames had to wait.
    package var onDrained: () -> Void {
        get { frames.onDrained }
        set { frames.onDrained = newValue }
    }
    /// Frames that have not left yet.
    package var waitingCount: Int { frames.waitingCount }

    /// On whose behalf frames leave, if not for the scanner itself.
    package var client: (any GateClient)?
    private let network: Network
    private let frames: PacketQueue

    /// Opens a packet socket on an interface.
    ///
    /// - Parameters:
    ///   - network: where the frames are judged and counted.
    ///   - interface: the interface.
    /// - Throws: what the system says; `EPERM` where this process may not, `ENODEV` for no such interface.
    package init(_ network: Network, on interface: Interface) throws(SystemError) {
        self.network = network
        self.interface = interface.name
        let socket = try network.syscalls.packetSocket(interfaceIndex: interface.index)
        frames = PacketQueue(network, socket, interface: interface.name)
    }

    /// Sends a frame at once, or, where the rate does not allow that or others wait, as soon as it may.
    ///
    /// - Parameter frame: from the link header on.
    /// - Throws: ``PacketError``.
    package func send(_ frame: [UInt8]) throws(PacketError) {
        guard network.gate.permits(frame: frame, for: client) else { throw .denied }
        try frames.send(frame, to: nil)
    }

    /// Adds a frame to those that leave together at the end of this turn of the loop.
    package func queue(_ frame: [UInt8]) throws(PacketError) {
        guard network.gate.permits(frame: frame, for: client) else { throw .denied }
        try frames.add(frame, to: nil)
    }

    /// Sends what was queued without waiting for the end of the turn.
    package func flush() { frames.flush() }
}
