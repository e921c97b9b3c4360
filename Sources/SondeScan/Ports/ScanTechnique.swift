// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// What one probe found out.
package enum ProbeReply: Hashable, Sendable {
    /// Something answered, and this is what it means.
    case answered(PortOutcome)
    /// Nothing came in time, or what came says nothing.
    case silent
    /// The probe ran into itself and says nothing; it may be sent again at once.
    case inconclusive
    /// The gate does not let probes to this host pass.
    case denied
}

/// One way to find out the state of ports: with sockets (``SocketTechnique``) or with packets (``PacketTechnique``).
///
/// A technique only sends probes and interprets answers. What is sent when, and how often, is the matter of
/// ``PortScan``.
package protocol ScanTechnique: AnyObject {
    /// The protocol of the ports.
    var transport: TransportProtocol { get }
    /// What a port is that never answers.
    var silence: PortOutcome { get }
    /// How many packets one probe of a port takes.
    func packetCount(_ port: UInt16) -> Int
}

/// A technique whose probes each have a socket, which finds the answers and waits for them.
package protocol SocketTechnique: ScanTechnique {
    /// Sends a probe.
    ///
    /// - Parameters:
    ///   - address: the host and port.
    ///   - deadline: when to give up.
    ///   - then: called once, from the loop, with what was found, if that is not known at once.
    /// - Returns: what was found, or the probe in flight.
    func probe(
        _ address: SocketAddress,
        before deadline: Instant,
        then: @escaping (ProbeReply) -> Void
    ) -> ProbeStart
}

/// What came of starting a probe.
package enum ProbeStart {
    /// The answer was there at once.
    case finished(ProbeReply)
    /// The probe is in flight; calling this ends it without its call-back.
    case inFlight(any ProbeInFlight)
}

/// A probe that waits for its answer.
package protocol ProbeInFlight: AnyObject {
    /// Ends it; the call-back is not called.
    func cancel()
}
