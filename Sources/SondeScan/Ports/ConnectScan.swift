// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeIO
package import SondeModel

/// Finds out whether TCP ports are open by connecting to them (spec page `port-scanning`, section 4).
package final class ConnectScan: SocketTechnique {
    /// TCP.
    package let transport = TransportProtocol.tcp
    /// What a port is that never answers.
    package let silence = PortOutcome(.filtered, .noResponse)
    /// Told of each port and what came of connecting to it, while it is set (`--packet-trace`).
    package var onTrace: ((SocketAddress, String) -> Void)?
    private let prober: ConnectProber

    /// Makes the technique.
    ///
    /// - Parameters:
    ///   - network: what connections are made through.
    ///   - options: how sockets leave this machine.
    package init(_ network: Network, options: ConnectOptions = ConnectOptions()) {
        prober = ConnectProber(network, options: options)
    }

    package func packetCount(_ port: UInt16) -> Int { 1 }

    package func probe(
        _ address: SocketAddress,
        before deadline: Instant,
        then: @escaping (ProbeReply) -> Void
    ) -> ProbeStart {
        let attempt = prober.probe(address, before: deadline) { [onTrace] result in
            onTrace?(address, Self.text(of: result))
            then(Self.reply(to: result))
        }
        switch attempt {
        case .done(let result):
            onTrace?(address, Self.text(of: result))
            return .finished(Self.reply(to: result))
        case .pending(let operation): return .inFlight(operation)
        }
    }

    private static func reply(to result: Result<ConnectOutcome, StreamError>) -> ProbeReply {
        guard case .success(let outcome) = result else { return .silent }
        return reply(to: outcome)
    }

    /// What came of connecting, for people.
    private static func text(of result: Result<ConnectOutcome, StreamError>) -> String {
        switch result {
        case .success(.accepted): "Connected"
        case .success(.failed(let number)): SystemError(number: number, call: "connect").reason
        case .success(.timedOut): "Timed out"
        case .success(.selfConnect): "Connected to itself"
        case .success(.denied): "Out of scope"
        case .failure(let error): "\(error)"
        }
    }

    private static let open = ProbeReply.answered(PortOutcome(.open, .synAck))
    private static let closed = ProbeReply.answered(PortOutcome(.closed, .connectionRefused))

    /// What the outcome of connecting means for the port.
    static func reply(to outcome: ConnectOutcome) -> ProbeReply {
        switch outcome {
        case .accepted: return open
        case .failed(ECONNREFUSED): return closed
        case .failed(let number):
            return ErrorReason.reason(of: number).map { .answered(PortOutcome(.filtered, $0)) } ?? .silent
        case .timedOut: return .silent
        case .selfConnect: return .inconclusive
        case .denied: return .denied
        }
    }
}

/// What error numbers of the system say about the path to a host.
enum ErrorReason {
    /// Why a port is filtered; nothing for numbers that say nothing about the host.
    static func reason(of number: Int32) -> Reason? {
        switch number {
        case EACCES: .administrativelyProhibited
        case ENOPROTOOPT: .protocolUnreachable
        case EHOSTUNREACH: .hostUnreachable
        case ENETUNREACH: .networkUnreachable
        case ENONET: .destinationUnreachable
        default: nil
        }
    }
}

extension Operation: ProbeInFlight {}
