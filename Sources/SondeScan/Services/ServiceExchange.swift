// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeDatabase
internal import SondeIO
internal import SondeModel

/// One probe asked on one connection, and what comes back until its time is over.
///
/// Events that nobody wants yet are kept in order, so that a question can be asked ahead of its turn.
final class ServiceExchange {
    /// Where, and how.
    struct Endpoint {
        let network: Network
        let address: SocketAddress
        let port: Port
        let options: ConnectOptions
        /// The name that TLS asks for.
        let serverName: String?
        /// How long a connection may take, and one with TLS.
        let connecting: TimeSpan
        let handshaking: TimeSpan
    }

    /// Most octets kept of an exchange that nobody listens to.
    private static let mostKept = 1 << 16

    let question: ProbeSequence.Question
    /// Called when a connection stands, or something was received over UDP.
    var onSign: () -> Void = {}
    /// Whether an octet has come.
    private(set) var hasData = false
    /// Whether no more events follow.
    private(set) var isOver = false
    /// Whether it was asked, and neither was answered nor lost its connection.
    var isSilent: Bool { asked != nil && !hasData && (!isOver || hasTimedOut) }
    /// When the probe was asked; nothing while it connects.
    private(set) var asked: Instant?

    private let endpoint: Endpoint
    private let probe: ServiceProbe
    private var channel: Channel?
    private var operation: Operation?
    private var events: [ProbeSequence.Event] = []
    private var keptOctets = 0
    private var hasTimedOut = false
    private var listener: ((ProbeSequence.Event) -> Void)?

    private enum Channel {
        case stream(TCPStream)
        case socket(UDPSocket)

        func close() {
            switch self {
            case .stream(let stream): stream.close()
            case .socket(let socket): socket.close()
            }
        }
    }

    init(_ endpoint: Endpoint, _ question: ProbeSequence.Question, _ probe: ServiceProbe) {
        self.endpoint = endpoint
        self.question = question
        self.probe = probe
    }

    deinit {
        operation?.cancel()
        channel?.close()
    }

    /// Starts on a connection of its own.
    func start() {
        if endpoint.port.transport == .udp {
            openSocket()
        } else {
            connect()
        }
    }

    /// Starts on the connection of an exchange that has ended, if that still stands; else on one of its own.
    func start(on earlier: ServiceExchange) {
        guard let channel = earlier.takeChannel() else { return start() }
        self.channel = channel
        ask()
    }

    /// Hands over the connection, if it stands and nothing is under way on it.
    private func takeChannel() -> Channel? {
        operation?.cancel()
        operation = nil
        isOver = true
        defer { channel = nil }
        return channel
    }

    /// Delivers the events so far, and then each as it comes, until told to stop.
    func listen(_ listener: @escaping (ProbeSequence.Event) -> Void) {
        self.listener = listener
        deliver()
    }

    /// Delivers no more events; the connection stays as it is.
    func stopListening() { listener = nil }

    /// Ends it at once; nothing is delivered any more.
    func cancel() {
        listener = nil
        isOver = true
        operation?.cancel()
        operation = nil
        channel?.close()
        channel = nil
    }

    // MARK: Events

    private func tell(_ event: ProbeSequence.Event) {
        switch event {
        case .received: break
        case .timedOut:
            isOver = true
            hasTimedOut = true
        case .notConnected, .ended, .reset, .broken, .lost:
            isOver = true
            channel?.close()
            channel = nil
        }
        events.append(event)
        deliver()
    }

    private func deliver() {
        while let listener, !events.isEmpty {
            keptOctets = 0
            listener(events.removeFirst())
        }
    }

    private var elapsed: TimeSpan { asked.map { endpoint.network.loop.now - $0 } ?? .zero }

    // MARK: Connecting

    private func connect() {
        let span = question.isTunnelled ? endpoint.handshaking : endpoint.connecting
        let attempt = endpoint.network.connect(
            to: endpoint.address,
            options: endpoint.options,
            tls: question.isTunnelled ? TLSSettings(serverName: endpoint.serverName) : nil,
            before: endpoint.network.loop.now + span
        ) { [weak self] result in self?.connected(result) }
        switch attempt {
        case .pending(let operation): self.operation = operation
        case .done(let result): connected(result)
        }
    }

    private func connected(_ result: Result<TCPStream, StreamError>) {
        operation = nil
        switch result {
        case .success(let stream):
            channel = .stream(stream)
            onSign()
            ask()
        case .failure: tell(.notConnected)
        }
    }

    private func openSocket() {
        do throws(StreamError) {
            let socket = try endpoint.network.openUDP(
                endpoint.address.address.family,
                options: endpoint.options
            )
            try socket.connect(to: endpoint.address)
            channel = .socket(socket)
            ask()
        } catch {
            tell(.notConnected)
        }
    }

    // MARK: Asking

    private func ask() {
        asked = endpoint.network.loop.now
        guard !probe.payload.isEmpty, let channel else { return receive() }
        let deadline = endpoint.network.loop.now + probe.totalWait
        let then: (Result<Void, StreamError>) -> Void = { [weak self] in self?.sent($0) }
        let attempt =
            switch channel {
            case .stream(let stream): stream.send(probe.payload, before: deadline, then: then)
            case .socket(let socket): socket.send(probe.payload, before: deadline, then: then)
            }
        switch attempt {
        case .pending(let operation): self.operation = operation
        case .done(let result): sent(result)
        }
    }

    private func sent(_ result: Result<Void, StreamError>) {
        operation = nil
        switch result {
        case .success: receive()
        case .failure(let error): tell(error.code == .timeout ? .timedOut : .lost)
        }
    }

    // MARK: Receiving

    private func receive() {
        guard let asked else { return }
        let deadline = asked + probe.totalWait
        // Data that are there at once must not keep the loop from its other work: a bounded number of rounds, then later.
        for _ in 0..<8 {
            guard !isOver, let channel else { return }
            guard let result = tryToReceive(channel, before: deadline) else { return }
            received(result)
        }
        endpoint.network.loop.soon { [weak self] in self?.receive() }
    }

    private func tryToReceive(_ channel: Channel, before deadline: Instant) -> Result<[UInt8], StreamError>? {
        switch channel {
        case .stream(let stream):
            let attempt = stream.receive(.some, before: deadline) { [weak self] in self?.continued($0) }
            guard case .done(let result) = attempt else { return keep(attempt) }
            return result
        case .socket(let socket):
            let attempt = socket.receive(before: deadline) { [weak self] result in
                self?.continued(result.map(\.bytes))
            }
            guard case .done(let result) = attempt else { return keep(attempt) }
            return result.map(\.bytes)
        }
    }

    private func keep<Value>(_ attempt: Attempt<Value>) -> Result<[UInt8], StreamError>? {
        if case .pending(let operation) = attempt { self.operation = operation }
        return nil
    }

    private func continued(_ result: Result<[UInt8], StreamError>) {
        operation = nil
        received(result)
        receive()
    }

    private func received(_ result: Result<[UInt8], StreamError>) {
        switch result {
        case .success(let bytes):
            // An empty datagram tells that the port is open, but not what it is.
            onSign()
            guard !bytes.isEmpty else { return }
            hasData = true
            keptOctets += bytes.count
            tell(.received(bytes))
            // Nobody listens yet, and the peer does not stop: what is known is enough.
            if listener == nil, keptOctets > Self.mostKept { tell(.timedOut) }
        case .failure(let error): tell(event(for: error))
        }
    }

    /// What an error means for the sequence (spec page `service-detection`, section 3, table).
    private func event(for error: StreamError) -> ProbeSequence.Event {
        if error.code == .timeout { return .timedOut }
        if error.code == .endOfStream { return .ended(after: elapsed) }
        guard error.code == .error else { return .lost }
        guard let number = error.underlying?.number else { return .broken }
        if [ECONNRESET, ECONNREFUSED, ECONNABORTED].contains(number) { return .reset(after: elapsed) }
        let passing = [EPIPE, EIO, EPROTO, ENOPROTOOPT, EMSGSIZE, EOPNOTSUPP, ENETRESET]
        return passing.contains(number) ? .broken : .lost
    }
}
