// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// Small services on loopback that `sonde demo` scans: each speaks just enough of its protocol.
final class DemoServices {
    /// What one service says.
    private struct Service: Sendable {
        /// The service's name, by which scripts choose ports.
        let name: String
        /// What it says on its own; empty for services that wait to be asked.
        let greeting: [UInt8]
        /// What it answers to a request; an empty answer ends the connection.
        let answer: @Sendable (_ request: String) -> String
    }

    /// The services' names by their ports.
    private(set) var names: [Port: String] = [:]
    private var listeners: [Listener] = []
    private var streams: [ObjectIdentifier: TCPStream] = [:]
    private let network: Network

    /// Starts all services on ports that the system chooses.
    init(_ network: Network) throws(StreamError) {
        self.network = network
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
        send(service.greeting, to: stream, service)
    }

    private func send(_ octets: [UInt8], to stream: TCPStream, _ service: Service) {
        guard !octets.isEmpty else { return read(from: stream, service) }
        let soon = network.loop.now + .seconds(10)
        let attempt = stream.send(octets, before: soon) { [weak self] result in
            if case .success = result { self?.read(from: stream, service) } else { self?.end(stream) }
        }
        switch attempt {
        case .pending: return
        case .done(.success): network.loop.soon { [weak self] in self?.read(from: stream, service) }
        case .done(.failure): end(stream)
        }
    }

    private func read(from stream: TCPStream, _ service: Service) {
        let attempt = stream.receive(.some, before: network.loop.now + .seconds(10)) { [weak self] in
            self?.received($0, stream, service)
        }
        if case .done(let result) = attempt { received(result, stream, service) }
    }

    private func received(_ result: Result<[UInt8], StreamError>, _ stream: TCPStream, _ service: Service) {
        guard case .success(let octets) = result, octets.count <= 8192 else { return end(stream) }
        let answer = service.answer(String(decoding: octets, as: UTF8.self))
        guard !answer.isEmpty else { return end(stream) }
        send(Array(answer.utf8), to: stream, service)
    }

    private func end(_ stream: TCPStream) {
        stream.close()
        streams[ObjectIdentifier(stream)] = nil
    }

    // MARK: What they say

    private static let services = [
        Service(name: "http", greeting: [], answer: http),
        Service(
            name: "ssh",
            greeting: Array("SSH-2.0-SondeDemo_1.0\r\n".utf8) + keyExchange,
            answer: { _ in "" }
        ),
        lineService("smtp", "220 demo.test ESMTP ready\r\n") {
            $0.hasPrefix("QUIT") ? "" : "250 demo.test\r\n"
        },
        lineService("ftp", "220 Demo file service\r\n") {
            $0.hasPrefix("QUIT") ? "" : "530 Please log in\r\n"
        },
        lineService("pop3", "+OK demo POP3 ready\r\n") { _ in "" },
        lineService("imap", "* OK [CAPABILITY IMAP4rev1 STARTTLS] demo IMAP ready\r\n") { _ in "" },
        Service(name: "redis", greeting: [], answer: redis),
        lineService("unknown", "SONDE-DEMO device 42 ready\r\n") { _ in "" },
    ]

    private static func lineService(
        _ name: String,
        _ greeting: String,
        _ answer: @escaping @Sendable (String) -> String
    ) -> Service {
        Service(name: name, greeting: Array(greeting.utf8), answer: answer)
    }

    @Sendable private static func http(_ request: String) -> String {
        let body = "<html><head><title>Sonde demo page</title></head><body>It works.</body></html>\n"
        return "HTTP/1.1 200 OK\r\nServer: SondeDemo/1.0\r\nContent-Type: text/html\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }

    @Sendable private static func redis(_ request: String) -> String {
        let info = "# Server\r\nredis_version:7.0.0-demo\r\nos:Sonde demo\r\ntcp_port:0\r\nrole:master\r\n"
        return "$\(info.utf8.count)\r\n\(info)\r\n"
    }

    /// A key exchange message of SSH (RFC 4253, section 7.1) in an unencrypted packet (section 6).
    private static var keyExchange: [UInt8] {
        let lists = [
            "curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256",
            "none", "none", "", "",
        ]
        var payload: [UInt8] = [20] + [UInt8](repeating: 7, count: 16)
        for list in lists { payload += bigEndian(list.utf8.count) + Array(list.utf8) }
        payload += [0, 0, 0, 0, 0]
        let short = 8 - (payload.count + 5) % 8
        let length = short < 4 ? short + 8 : short
        return bigEndian(payload.count + length + 1) + [UInt8(length)] + payload
            + [UInt8](repeating: 0, count: length)
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
