// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScan

/// A technique without a network: ports answer as the test says.
final class FakeTechnique: SocketTechnique {
    /// How a port behaves at one try.
    struct Behaviour {
        var reply: ProbeReply
        /// Milliseconds until the reply; nothing if it is there at once.
        var delay: Int?
    }

    let transport: TransportProtocol
    let silence = PortOutcome(.filtered, .noResponse)
    /// What happens at the how-manieth probe of a port of an address.
    let behaviour: (SocketAddress, Int) -> Behaviour
    /// All probes, in order, with when they were sent.
    private(set) var log: [(address: SocketAddress, at: Instant)] = []
    /// Probes in flight, and the most there ever were.
    private(set) var inFlight = 0
    private(set) var mostInFlight = 0
    private(set) var cancelled = 0
    private let loop: EventLoop
    private var tries: [SocketAddress: Int] = [:]

    init(
        _ loop: EventLoop,
        transport: TransportProtocol = .tcp,
        _ behaviour: @escaping (SocketAddress, Int) -> Behaviour
    ) {
        self.loop = loop
        self.transport = transport
        self.behaviour = behaviour
    }

    func packetCount(_ port: UInt16) -> Int { 1 }

    func probe(
        _ address: SocketAddress,
        before deadline: Instant,
        then: @escaping (ProbeReply) -> Void
    ) -> ProbeStart {
        log.append((address, loop.now))
        let attempt = tries[address, default: 0]
        tries[address] = attempt + 1
        let now = behaviour(address, attempt)
        guard now.reply == .silent || now.delay != nil else { return .finished(now.reply) }
        inFlight += 1
        mostInFlight = max(mostInFlight, inFlight)
        let answer = now.delay.map { loop.now + .milliseconds($0) } ?? deadline
        let reply = answer < deadline ? now.reply : .silent
        let flight = Flight(self)
        flight.deadline = loop.schedule(at: min(answer, deadline)) { [self] in
            inFlight -= 1
            then(reply)
        }
        return .inFlight(flight)
    }

    private final class Flight: ProbeInFlight {
        let technique: FakeTechnique
        var deadline: DeadlineID?

        init(_ technique: FakeTechnique) { self.technique = technique }

        func cancel() {
            if let deadline { technique.loop.cancel(deadline) }
            technique.inFlight -= 1
            technique.cancelled += 1
        }
    }
}

extension FakeTechnique.Behaviour {
    static let open = Self(reply: .answered(PortOutcome(.open, .synAck)), delay: nil)
    static let closed = Self(reply: .answered(PortOutcome(.closed, .connectionRefused)), delay: nil)
    static let silent = Self(reply: .silent, delay: nil)

    static func open(after milliseconds: Int) -> Self {
        Self(reply: .answered(PortOutcome(.open, .synAck)), delay: milliseconds)
    }
}
