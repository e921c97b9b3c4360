// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Sending, receiving and asking (spec `nse-api`, section 7.1).
extension ScriptEngine {
    static let notConnected = "socket must be connected"
    static let isCapture = "invalid operation on pcap socket"
    static let isOfAnother = "Invalid reuse of a socket from one thread to another."

    /// Whether the running script was written for Nmap 5.00.
    var isOldScript: Bool { current?.script.generation == .lua51 }

    /// What a script is told of a closed socket; those of Nmap 5.00 know other words.
    func closedText(_ text: String, _ act: String) -> String {
        isOldScript ? "Trying to \(act) a closed socket\n" : text
    }

    /// `socket:send(data)`.
    func send(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        try openDatagramsIfFresh(socket)
        guard socket.isOpen else {
            return softFailure(frame, closedText(Self.notConnected, "send through"))
        }
        if isOldScript { socket.buffer = [] }
        let octets = try frame.string(at: 2)
        let deadline = socket.deadline(network.loop.now)
        switch socket.channel {
        case .none: return softFailure(frame, Self.notConnected)
        case .capture: throw .message(Self.isCapture)
        case .stream(let stream):
            try claim(frame, socket)
            trace(socket, .outgoing, SocketTrace.text(of: octets))
            return try wait(frame, on: socket) { then in
                stream.send(octets, before: deadline, then: then)
            } deliver: { [unowned self] (result: Result<Void, StreamError>, frame) throws(HostError) in
                trace(socket, .outgoing, "SEND")
                return pushOutcome(frame, sent(octets.count, result))
            }
        case .datagrams(let datagrams, let isConnected):
            try claim(frame, socket)
            guard isConnected else { return eventFailure(frame, StreamError(.error)) }
            trace(socket, .outgoing, SocketTrace.text(of: octets))
            return try wait(frame, on: socket) { then in
                datagrams.send(octets, before: deadline, then: then)
            } deliver: { [unowned self] (result: Result<Void, StreamError>, frame) throws(HostError) in
                trace(socket, .outgoing, "SEND")
                return pushOutcome(frame, sent(octets.count, result))
            }
        }
    }

    /// `socket:sendto(host, port, data)`.
    func sendTo(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        try openDatagramsIfFresh(socket)
        if case .capture = socket.channel { throw .message(Self.isCapture) }
        guard case .datagrams = socket.channel else { return softFailure(frame, Self.notConnected) }
        let (name, _) = try hostName(frame, at: 2)
        let (port, _) = try portNumber(frame, at: 3)
        let octets = try frame.string(at: 4)
        try claim(frame, socket)
        if let address = NumericAddress.parse(name) {
            return try sendTo(frame, socket, SocketAddress(zoned(address), port: port), octets)
        }
        return try wait(frame) { [network] then in
            network.resolver.attempt(name, family: socket.family, then: then)
        } deliver: { [unowned self] (result: Result<[IPAddress], StreamError>, frame) throws(HostError) in
            switch result {
            case .success(let addresses) where !addresses.isEmpty:
                settings.scope?.admit(addresses, forName: name)
                return try sendTo(frame, socket, SocketAddress(zoned(addresses[0]), port: port), octets)
            case .success: return softFailure(frame, "getaddrinfo returned success but no addresses")
            case .failure(let error): return softFailure(frame, error.detail ?? error.description)
            }
        }
    }

    private func sendTo(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        _ target: SocketAddress,
        _ octets: [UInt8]
    ) throws(HostError) -> HostReturn {
        guard case .datagrams(let datagrams, _) = socket.channel else {
            return softFailure(frame, Self.notConnected)
        }
        socket.lastDestination = target
        let deadline = socket.deadline(network.loop.now)
        trace(socket, .outgoing, SocketTrace.text(of: octets))
        return try wait(frame, on: socket) { then in
            datagrams.send(octets, to: target, before: deadline, then: then)
        } deliver: { [unowned self] (result: Result<Void, StreamError>, frame) throws(HostError) in
            trace(socket, .outgoing, "SEND")
            return pushOutcome(frame, sent(octets.count, result))
        }
    }

    /// Charges octets to the calling script, if they were sent.
    private func sent(_ count: Int, _ result: Result<Void, StreamError>) -> Result<Void, StreamError> {
        if case .success = result { current?.account.bytesOut &+= count }
        return result
    }

    /// `socket:receive()`, `receive_bytes(n)` and `receive_lines(n)`; how much is asked once the socket is known to be open.
    func receive(
        _ frame: borrowing CallFrame,
        socket: NmapSocket,
        act: String,
        amount: (borrowing CallFrame) throws(HostError) -> ReceiveAmount
    ) throws(HostError) -> HostReturn {
        try openDatagramsIfFresh(socket)
        guard socket.isOpen else { return softFailure(frame, closedText(Self.notConnected, act)) }
        if isOldScript { socket.buffer = [] }
        return try receive(frame, socket, try amount(frame)) { [unowned self] result, frame in
            pushReceived(frame, result)
        }
    }

    /// Receives; `deliver` tells the script of what came.
    func receive(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        _ amount: ReceiveAmount,
        deliver:
            @escaping (Result<[UInt8], StreamError>, borrowing CallFrame) throws(HostError) -> HostReturn
    ) throws(HostError) -> HostReturn {
        let deadline = socket.deadline(network.loop.now)
        switch socket.channel {
        case .none: return softFailure(frame, Self.notConnected)
        case .capture: throw .message(Self.isCapture)
        case .stream(let stream):
            try claim(frame, socket)
            return try wait(frame, on: socket) { then in
                stream.receive(amount, before: deadline, then: then)
            } deliver: { [unowned self] (result: Result<[UInt8], StreamError>, frame) throws(HostError) in
                try deliver(received(socket, result), frame)
            }
        case .datagrams(let datagrams, _):
            try claim(frame, socket)
            return try wait(frame, on: socket) { then in
                datagrams.receive(before: deadline, then: then)
            } deliver: { [unowned self] (result: Result<Datagram, StreamError>, frame) throws(HostError) in
                try deliver(received(socket, result.map(\.bytes)), frame)
            }
        }
    }

    /// Traces octets and charges them to the calling script, if some were received.
    private func received(
        _ socket: NmapSocket,
        _ result: Result<[UInt8], StreamError>
    ) -> Result<[UInt8], StreamError> {
        if case .success(let octets) = result {
            trace(socket, .incoming, SocketTrace.text(of: octets))
            current?.account.bytesIn &+= octets.count
        }
        return result
    }

    private func pushReceived(
        _ frame: borrowing CallFrame,
        _ result: Result<[UInt8], StreamError>
    ) -> HostReturn {
        switch result {
        case .success(let octets):
            frame.push(true)
            frame.push(octets)
            return .results(2)
        case .failure(let error): return eventFailure(frame, error)
        }
    }

    /// `socket:bind(address, port)`.
    func bind(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        let text = frame.isNil(at: 2) ? nil : try frame.text(at: 2)
        let port = try frame.integer(at: 3)
        var address = IPAddress(family: socket.family, value: 0)
        if let text {
            guard let given = NumericAddress.parse(text) else {
                return softFailure(frame, "getaddrinfo: Name or service not known")
            }
            address = given
        }
        socket.bound = SocketAddress(address, port: UInt16(truncatingIfNeeded: port))
        frame.push(true)
        return .results(1)
    }

    /// `socket:get_info()`.
    func info(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        try openDatagramsIfFresh(socket)
        guard socket.isOpen else {
            return softFailure(frame, closedText(Self.notConnected, "get info from"))
        }
        if case .capture = socket.channel { throw .message(Self.isCapture) }
        let ends = socket.ends
        frame.push(true)
        push(frame, ends.local)
        push(frame, ends.remote)
        return .results(5)
    }

    private func push(_ frame: borrowing CallFrame, _ end: SocketAddress?) {
        frame.push(end?.address.withoutZone.description ?? "unknown protocol")
        frame.push(Int(end?.port ?? 0))
    }

    /// `nmap.socket.sleep(seconds)`, which is `stdnse.sleep`.
    func sleep(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let seconds = try frame.number(at: 1)
        guard seconds >= 0 else {
            frame.push(seconds)
            let text = frame.convertedText(at: -1) ?? ""
            throw .message("argument to sleep (\(text)) must not be negative\n")
        }
        let thread = try suspendableThread(frame)
        thread.generation += 1
        let generation = thread.generation
        let due = network.loop.now + .milliseconds(Int(min((seconds * 1000).rounded(), 1e12)))
        let alarm = network.loop.schedule(at: due) { [weak self, weak thread] in
            guard let self, let thread, thread.generation == generation else { return }
            resume(thread) { _ in .nothing }
        }
        thread.leaveQueue = { [network] in network.loop.cancel(alarm) }
        return .suspended
    }
}
