// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Small services on loopback that `sonde demo` scans: each speaks just enough of its protocol.
final class DemoServices {
    /// What one service says.
    struct Service: Sendable {
        /// The service's name, by which scripts choose ports.
        let name: String
        /// What it says on its own; empty for services that wait to be asked.
        let greeting: [UInt8]
        /// What it answers to a request; an empty answer ends the connection.
        let answer: @Sendable (_ request: [UInt8]) -> [UInt8]
        /// Whether it speaks within TLS.
        var isEncrypted = false
        /// Whether it closes the connection after its first answer.
        var answersOnce = false
    }

    /// The services' names by their ports.
    private(set) var names: [Port: String] = [:]
    private var listeners: [Listener] = []
    private var streams: [ObjectIdentifier: TCPStream] = [:]
    private let network: Network
    /// What its services within TLS show: a key and certificate made now.
    private let identity: TLSServerContext

    /// Starts all services on ports that the system chooses.
    init(_ network: Network) throws(StreamError) {
        self.network = network
        identity = try TLSServerContext(commonName: "demo.test")
        for service in Self.services {
            let address = SocketAddress(IPAddress(family: .inet, value: 0x7F00_0001), port: 0)
            let listener = try network.listen(on: address)
            listeners.append(listener)
            names[Port(listener.localAddress.port, .tcp)] = service.name
            accept(listener, service)
        }
    }

    /// Ends all services.
    func stop() {
        for listener in listeners { listener.close() }
        for stream in streams.values { stream.close() }
        listeners = []
        streams = [:]
    }

    private func accept(_ listener: Listener, _ service: Service) {
        while true {
            let attempt = listener.accept(before: nil) { [weak self] result in
                guard let self, case .success(let stream) = result else { return }
                serve(stream, service)
                accept(listener, service)
            }
            guard case .done(.success(let stream)) = attempt else { return }
            serve(stream, service)
        }
    }

    private func serve(_ stream: TCPStream, _ service: Service) {
        streams[ObjectIdentifier(stream)] = stream
        guard service.isEncrypted else { return send(service.greeting, to: stream, service) }
        let attempt = stream.acceptTLS(identity, before: network.loop.now + .seconds(10)) { [weak self] in
            self?.encrypted($0, stream, service)
        }
        if case .done(let result) = attempt { encrypted(result, stream, service) }
    }

    private func encrypted(_ result: Result<Void, StreamError>, _ stream: TCPStream, _ service: Service) {
        guard case .success = result else { return end(stream) }
        send(service.greeting, to: stream, service)
    }

    private func send(_ octets: [UInt8], to stream: TCPStream, _ service: Service, isLast: Bool = false) {
        guard !octets.isEmpty else { return read(from: stream, service) }
        let attempt = stream.send(octets, before: network.loop.now + .seconds(10)) { [weak self] result in
            self?.sent(result, stream, service, isLast)
        }
        guard case .done(let result) = attempt else { return }
        network.loop.soon { [weak self] in self?.sent(result, stream, service, isLast) }
    }

    private func sent(
        _ result: Result<Void, StreamError>,
        _ stream: TCPStream,
        _ service: Service,
        _ isLast: Bool
    ) {
        guard case .success = result, !isLast else { return end(stream) }
        read(from: stream, service)
    }

    private func read(from stream: TCPStream, _ service: Service) {
        let attempt = stream.receive(.some, before: network.loop.now + .seconds(10)) { [weak self] in
            self?.received($0, stream, service)
        }
        if case .done(let result) = attempt { received(result, stream, service) }
    }

    private func received(_ result: Result<[UInt8], StreamError>, _ stream: TCPStream, _ service: Service) {
        guard case .success(let octets) = result, octets.count <= 8192 else { return end(stream) }
        let answer = service.answer(octets)
        guard !answer.isEmpty else { return end(stream) }
        send(answer, to: stream, service, isLast: service.answersOnce)
    }

    private func end(_ stream: TCPStream) {
        stream.close()
        streams[ObjectIdentifier(stream)] = nil
    }
}
