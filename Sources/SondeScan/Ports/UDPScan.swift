// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeDatabase
package import SondeIO
package import SondeModel

/// Finds out whether UDP ports are open, without privileges (spec page `port-scanning`, section 4).
///
/// Each probe has a connected socket of its own, to which the system reports ICMP errors.
package final class UDPScan: SocketTechnique {
    /// UDP.
    package let transport = TransportProtocol.udp
    /// What a port is that never answers.
    package let silence = PortOutcome(.openOrFiltered, .noResponse)
    private let network: Network
    private let options: ConnectOptions
    private let payloads: PayloadsFile

    /// Makes the technique.
    ///
    /// - Parameters:
    ///   - network: what datagrams are sent through.
    ///   - payloads: what to send to which port; others get an empty datagram.
    ///   - options: how sockets leave this machine.
    package init(_ network: Network, payloads: PayloadsFile, options: ConnectOptions = ConnectOptions()) {
        self.network = network
        self.payloads = payloads
        self.options = options
    }

    package func packetCount(_ port: UInt16) -> Int { max(1, payloads.payloads(for: port).count) }

    package func probe(
        _ address: SocketAddress,
        before deadline: Instant,
        then: @escaping (ProbeReply) -> Void
    ) -> ProbeStart {
        do throws(StreamError) {
            let socket = try network.openUDP(address.address.family, options: options)
            try socket.connect(to: address)
            let datagrams = payloads.payloads(for: address.port)
            let probe = UDPProbe(socket, datagrams.isEmpty ? [[]] : datagrams, before: deadline, then)
            return probe.start()
        } catch {
            return .finished(Self.reply(to: error))
        }
    }

    /// What a failure to send or receive means for the port.
    static func reply(to error: StreamError) -> ProbeReply {
        if error.code == .denied { return .denied }
        guard let number = error.underlying?.number else { return .silent }
        if number == ECONNREFUSED { return .answered(PortOutcome(.closed, .portUnreachable)) }
        return ErrorReason.reason(of: number).map { .answered(PortOutcome(.filtered, $0)) } ?? .silent
    }
}

/// One probe of one UDP port: sends all payloads, then waits for an answer.
private final class UDPProbe: ProbeInFlight {
    private let socket: UDPSocket
    private var datagrams: ArraySlice<[UInt8]>
    private let deadline: Instant
    private let then: (ProbeReply) -> Void

    init(
        _ socket: UDPSocket,
        _ datagrams: [[UInt8]],
        before deadline: Instant,
        _ then: @escaping (ProbeReply) -> Void
    ) {
        self.socket = socket
        self.datagrams = datagrams[...]
        self.deadline = deadline
        self.then = then
    }

    func start() -> ProbeStart {
        guard let reply = advance() else { return .inFlight(self) }
        socket.close()
        return .finished(reply)
    }

    func cancel() { socket.close() }

    /// Goes on as far as that is possible without waiting; nothing if it must wait.
    private func advance() -> ProbeReply? {
        while let datagram = datagrams.popFirst() {
            let attempt = socket.send(datagram, before: deadline) { self.sent($0) }
            switch attempt {
            case .pending: return nil
            case .done(.failure(let error)): return UDPScan.reply(to: error)
            case .done(.success): continue
            }
        }
        switch socket.receive(before: deadline, then: { self.received($0) }) {
        case .pending: return nil
        case .done(let result): return Self.reply(to: result)
        }
    }

    private func sent(_ result: Result<Void, StreamError>) {
        switch result {
        case .success: if let reply = advance() { finish(reply) }
        case .failure(let error): finish(UDPScan.reply(to: error))
        }
    }

    private func received(_ result: Result<Datagram, StreamError>) { finish(Self.reply(to: result)) }

    private static func reply(to result: Result<Datagram, StreamError>) -> ProbeReply {
        switch result {
        case .success: .answered(PortOutcome(.open, .udpResponse))
        case .failure(let error): UDPScan.reply(to: error)
        }
    }

    private func finish(_ reply: ProbeReply) {
        socket.close()
        then(reply)
    }
}
