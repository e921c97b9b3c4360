// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeWire

/// A technique that sends packets of its own and finds their answers among all that is captured.
package protocol PacketTechnique: ScanTechnique {
    /// Takes each captured packet that may be an answer.
    var onReply: RawChannel.Listener { get set }
    /// How to send to a host; nothing if that is not possible.
    ///
    /// - Parameters:
    ///   - address: the host's address.
    ///   - link: its link-layer address, if it is known.
    /// - Returns: the host as senders see it.
    func open(_ address: IPAddress, link: MACAddress?) -> RawTarget?
    /// Sends a probe.
    ///
    /// - Parameters:
    ///   - item: which.
    ///   - octet: the try.
    ///   - target: the host.
    func send(_ item: UInt16, _ octet: UInt8, to target: RawTarget)
    /// Sends a timing ping.
    func send(ping: RawProbe, _ octet: UInt8, to target: RawTarget)
    /// What a reply says: the probe that it answers, which try of it, and what that means.
    func read(_ reply: RawReply) -> PacketAnswer?
    /// Which timing ping a reply answers; nothing if it answers none.
    func pingOctet(_ reply: RawReply, _ ping: RawProbe) -> UInt8?
    /// How good an answered probe is as a timing ping; 0 if it is none.
    func pingScore(_ probe: RawProbe, _ outcome: PortOutcome) -> Int
}

/// What a reply says.
package struct PacketAnswer: Hashable, Sendable {
    /// Which probe it answers.
    package var item: UInt16
    /// Which try of it; nothing if that cannot be told.
    package var octet: UInt8?
    /// What the probe asked; nothing for questions on the link.
    package var probe: RawProbe?
    /// What the answer means.
    package var outcome: PortOutcome
}
