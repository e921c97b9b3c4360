// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// The socket object of scripts (spec `nse-api`, section 7): a TCP, TLS or UDP socket, or none yet.
final class NmapSocket {
    /// What it is made to be.
    enum Kind: String {
        case tcp, udp, ssl
    }

    /// What lies under it.
    enum Channel {
        /// Nothing: never connected, or closed.
        case none
        /// A TCP connection, TLS or not.
        case stream(TCPStream)
        /// A UDP socket, connected or not.
        case datagrams(UDPSocket, isConnected: Bool)
        /// A capture of packets.
        case capture(ScriptCapture)
    }

    /// The timeout of new sockets, milliseconds.
    static let defaultTimeout = 30_000

    var kind: Kind
    let family: AddressFamily
    var channel = Channel.none
    /// Milliseconds; -1 for never.
    var timeout = NmapSocket.defaultTimeout
    /// What `receive_buf` has read beyond the last delimiter.
    var buffer: [UInt8] = []
    /// The address that `bind` gave.
    var bound: SocketAddress?
    /// The name for TLS, from the last connect.
    var serverName: String?
    /// Where `sendto` sent last.
    var lastDestination: SocketAddress?
    /// The coroutine that it belongs to since the first use after connect; 0 for none.
    var coroutine: UInt = 0
    /// The thread that closes it at its end; nothing without a channel.
    private(set) var thread: ScriptThread?
    /// Who it is charged to while it is open.
    private var account: ScriptAccount?
    /// The thread that waits for it, with the number of that wait.
    private var waiter: ScriptThread?
    private var waiterGeneration = 0
    /// The engine, which holds the state that holds this, until it is closed.
    private let engine: ScriptEngine

    init(kind: Kind, family: AddressFamily, engine: ScriptEngine) {
        self.kind = kind
        self.family = family
        self.engine = engine
    }

    deinit { closeChannel() }

    /// Whether there is a channel.
    var isOpen: Bool {
        if case .none = channel { return false }
        return true
    }

    /// Notes who waits for it.
    func isAwaited(by thread: ScriptThread) {
        waiter = thread
        waiterGeneration = thread.generation
    }

    /// Lets go of the channel; another thread that waits for it goes on with `CANCELLED`.
    func closeChannel() {
        if let waiter {
            self.waiter = nil
            engine.cancelWait(of: waiter, generation: waiterGeneration)
        }
        switch channel {
        case .none: return
        case .stream(let stream): stream.close()
        case .datagrams(let socket, _): socket.close()
        case .capture(let capture): capture.reader.close()
        }
        channel = .none
        coroutine = 0
        account?.sockets -= 1
        account = nil
        guard let thread else { return }
        self.thread = nil
        thread.sockets[ObjectIdentifier(self)] = nil
        engine.socketClosed(of: thread)
    }

    /// Makes it as new, but for protocol and family.
    func reset() {
        closeChannel()
        timeout = Self.defaultTimeout
        buffer = []
        bound = nil
        serverName = nil
        lastDestination = nil
    }

    /// Takes a new channel over, which belongs to a thread.
    func open(_ channel: Channel, for thread: ScriptThread) {
        self.channel = channel
        self.thread = thread
        account = thread.account
        thread.account.sockets += 1
        coroutine = 0
        thread.sockets[ObjectIdentifier(self)] = HeldSocket(socket: self)
    }

    /// When an operation that begins now must have ended; nothing for never.
    func deadline(_ now: Instant) -> Instant? {
        timeout < 0 ? nil : now + .milliseconds(timeout)
    }
}

/// Refers to a socket without keeping it: one that a script forgets is closed by the collector, and takes itself out.
struct HeldSocket {
    unowned let socket: NmapSocket
}

/// The socket library.
extension ScriptEngine {
    func installSocketLibrary(_ frame: borrowing CallFrame) {
        let make = lua.function("nmap.new_socket") { [self] (frame) throws(HostError) in
            enum Protocol: String { case tcp, udp }
            let kind: Protocol = frame.isNil(at: 1) ? .tcp : try frame.option(at: 1)
            let family = frame.isNil(at: 2) ? settings.family : try frame.option(at: 2)
            frame.push(makeSocket(kind == .tcp ? .tcp : .udp, family), as: types.socket)
            return .results(1)
        }
        let nmap = frame.count
        frame.setField("new_socket", make)
        frame.pushTable(fields: 6)
        frame.pushField("new_socket", of: nmap)
        frame.setField("new")
        add(frame, "sleep") { [self] (frame) throws(HostError) in try sleep(frame) }
        // The reference's own core runs its event loop by this; here the engine does that itself.
        add(frame, "loop") { (frame) throws(HostError) in
            _ = try frame.number(at: 1)
            return .nothing
        }
        add(frame, "get_stats") { [self] frame in
            frame.pushTable(fields: 1)
            frame.setField("connect_waiting", slots.waiting + network.gate.waitingCount)
            return .results(1)
        }
        add(frame, "parse_ssl_certificate") { [self] (frame) throws(HostError) in
            let octets = try frame.string(at: 1)
            if let certificate = try? Certificate(der: octets) {
                frame.push(certificate, as: types.certificate)
            } else {
                frame.pushNil()
            }
            return .results(1)
        }
        frame.setField("socket")
        installSocketMethods(frame)
        installCertificates()
    }

    /// Makes a socket that tells the engine when it lets go of its channel.
    func makeSocket(_ kind: NmapSocket.Kind, _ family: AddressFamily) -> NmapSocket {
        NmapSocket(kind: kind, family: family, engine: self)
    }

    private func installSocketMethods(_ frame: borrowing CallFrame) {
        frame.pushMethods(of: types.socket)
        add(frame, "connect") { [self] (frame) throws(HostError) in try connect(frame) }
        add(frame, "reconnect_ssl") { [self] (frame) throws(HostError) in try reconnectTLS(frame) }
        add(frame, "send") { [self] (frame) throws(HostError) in try send(frame) }
        add(frame, "sendto") { [self] (frame) throws(HostError) in try sendTo(frame) }
        add(frame, "receive") { [self] (frame) throws(HostError) in
            try receive(frame, socket: socketArgument(frame), act: "receive through") { _ in .some }
        }
        add(frame, "receive_bytes") { [self] (frame) throws(HostError) in
            let socket = try socketArgument(frame)
            return try receive(frame, socket: socket, act: "receive bytes through") {
                (frame) throws(HostError) in .bytes(max(try frame.integer(at: 2), 0))
            }
        }
        add(frame, "receive_lines") { [self] (frame) throws(HostError) in
            let socket = try socketArgument(frame)
            return try receive(frame, socket: socket, act: "receive lines through") {
                (frame) throws(HostError) in .lines(max(try frame.integer(at: 2), 1))
            }
        }
        installBufferedReading(frame)
        installSocketSettings(frame)
        installCaptureMethods(frame)
        frame.pop()
    }

    private func installSocketSettings(_ frame: borrowing CallFrame) {
        add(frame, "set_timeout") { [self] (frame) throws(HostError) in
            let socket = try socketArgument(frame)
            let value = try frame.number(at: 2).rounded(.down)
            guard value >= -1 else { throw .message("Negative timeout: \(frame.convertedText(at: 2) ?? "")") }
            socket.timeout = value < Double(Int32.max) ? Int(value) : Int(Int32.max)
            frame.push(true)
            return .results(1)
        }
        add(frame, "bind") { [self] (frame) throws(HostError) in try bind(frame) }
        add(frame, "get_info") { [self] (frame) throws(HostError) in try info(frame) }
        add(frame, "close") { [self] (frame) throws(HostError) in try close(frame) }
        add(frame, "get_ssl_certificate") { [self] (frame) throws(HostError) in
            let socket = try socketArgument(frame)
            guard case .stream(let stream) = socket.channel, let session = stream.tls else {
                throw .argument(1, "not a SSL socket")
            }
            if let certificate = session.peerCertificate {
                frame.push(certificate, as: types.certificate)
            } else {
                frame.pushNil()
            }
            return .results(1)
        }
    }

    /// `socket:close()`.
    func close(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        guard socket.isOpen else { return softFailure(frame, closedText("socket already closed", "close")) }
        traceClosing(socket)
        socket.reset()
        frame.push(true)
        return .results(1)
    }

    /// Gives a thread's slot back when it holds no socket any more.
    func socketClosed(of thread: ScriptThread) {
        guard thread.sockets.isEmpty, thread.stage != .ended else { return }
        for proceed in slots.release(thread, network.loop.now) { proceed() }
    }

    // MARK: What methods share

    /// The socket that a method is called on.
    func socketArgument(_ frame: borrowing CallFrame) throws(HostError) -> NmapSocket {
        try frame.object(at: 1, as: types.socket)
    }

    /// Makes sure that the calling coroutine may use an open socket, and makes it the owner.
    func claim(_ frame: borrowing CallFrame, _ socket: NmapSocket) throws(HostError) {
        let caller = frame.coroutineAddress
        guard socket.coroutine == 0 || socket.coroutine == caller else {
            throw .message(Self.isOfAnother)
        }
        socket.coroutine = caller
    }

    /// `false, text`: a failure that the call itself found.
    func softFailure(_ frame: borrowing CallFrame, _ text: String) -> HostReturn {
        frame.push(false)
        frame.push(text)
        return .results(2)
    }

    /// `nil, word`: a failure of the operation.
    func eventFailure(_ frame: borrowing CallFrame, _ error: StreamError) -> HostReturn {
        frame.pushNil()
        frame.push(error.code.rawValue)
        return .results(2)
    }

    /// `true`, or the failure.
    func pushOutcome(_ frame: borrowing CallFrame, _ result: Result<Void, StreamError>) -> HostReturn {
        switch result {
        case .success:
            frame.push(true)
            return .results(1)
        case .failure(let error): return eventFailure(frame, error)
        }
    }

    /// Opens an unconnected UDP socket where a fresh one of that kind is used.
    func openDatagramsIfFresh(_ socket: NmapSocket) throws(HostError) {
        guard case .none = socket.channel, socket.kind == .udp, let current else { return }
        guard current.account.sockets < settings.limits.sockets else {
            throw .message("too many sockets: one script may have \(settings.limits.sockets)")
        }
        let options = connectOptions(for: socket)
        do throws(StreamError) {
            let datagrams = try network.openUDP(socket.family, options: options, for: current.account)
            socket.open(.datagrams(datagrams, isConnected: false), for: current)
        } catch {
            throw .message(error.description)
        }
    }
}
