// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Connecting (spec `nse-api`, section 7.2).
extension ScriptEngine {
    /// Where a connect goes, and how its end is told.
    struct Destination {
        /// A numeric address or a name.
        var name: String
        /// The name for TLS.
        var serverName: String?
        var port: UInt16
        var kind: NmapSocket.Kind
        /// Tells of the end.
        var deliver: (ConnectEnd, borrowing CallFrame) throws(HostError) -> HostReturn
    }

    /// How a connect ended.
    enum ConnectEnd {
        /// The socket is open.
        case connected
        /// It was never begun: no address was found.
        case refused(String)
        /// It failed.
        case failed(StreamError)
    }

    /// `socket:connect(host, port, protocol)`.
    func connect(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        let (name, serverName) = try hostName(frame, at: 2)
        let (port, protocolWord) = try portNumber(frame, at: 3)
        let standing = protocolWord.flatMap(NmapSocket.Kind.init(rawValue:))
        if let protocolWord, standing == nil, frame.isNil(at: 4) {
            throw .argument(4, "invalid option '\(protocolWord)'")
        }
        let kind = frame.isNil(at: 4) ? standing ?? socket.kind : try frame.option(at: 4)
        let destination = Destination(name: name, serverName: serverName, port: port, kind: kind) {
            [unowned self] end, frame in
            switch end {
            case .connected: pushOutcome(frame, .success(()))
            case .refused(let text): softFailure(frame, text)
            case .failed(let error): eventFailure(frame, error)
            }
        }
        return try connect(frame, socket, to: destination)
    }

    /// Connects a socket, once the calling thread may hold one more.
    func connect(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        to destination: Destination
    ) throws(HostError) -> HostReturn {
        let thread = try suspendableThread(frame)
        let now = network.loop.now
        guard !slots.take(thread, now) else { return try resolve(frame, socket, destination) }
        slots.wait(thread, now) { [weak self, weak thread] in
            guard let self, let thread else { return }
            resume(thread) { [unowned self] (frame) throws(HostError) in
                try resolve(frame, socket, destination)
            }
        }
        watchSlots()
        return .suspended
    }

    /// Finds the address; a numeric one is found at once.
    private func resolve(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        _ destination: Destination
    ) throws(HostError) -> HostReturn {
        let numeric = NumericAddress.parse(destination.name)
        if let numeric { return try open(frame, socket, destination, numeric) }
        return try wait(frame) { [network, settings] then in
            network.resolver.attempt(destination.name, family: settings.family, then: then)
        } deliver: { [unowned self] (result: Result<[IPAddress], StreamError>, frame) throws(HostError) in
            switch result {
            case .failure(let error):
                return try destination.deliver(.refused(error.detail ?? error.description), frame)
            case .success(let addresses):
                guard let first = addresses.first else {
                    let text = "getaddrinfo returned success but no addresses"
                    return try destination.deliver(.refused(text), frame)
                }
                settings.scope?.admit(addresses, forName: destination.name)
                return try open(frame, socket, destination, first)
            }
        }
    }

    private func open(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        _ destination: Destination,
        _ address: IPAddress
    ) throws(HostError) -> HostReturn {
        let thread = try suspendableThread(frame)
        // An earlier connection is dropped silently; timeout, bind and buffer stay, which scripts of old did not know.
        if isOldScript { socket.buffer = [] }
        let held = thread.holdsSlot
        socket.closeChannel()
        if held, !thread.holdsSlot { _ = slots.take(thread, network.loop.now) }
        socket.kind = destination.kind
        socket.serverName = destination.serverName
        let target = SocketAddress(zoned(address), port: destination.port)
        guard thread.account.sockets < settings.limits.sockets else { return refuseSocket(frame, thread) }
        guard destination.kind != .udp else { return connectDatagrams(frame, socket, target, thread) }
        let settings: TLSSettings? =
            destination.kind == .ssl ? TLSSettings(serverName: destination.serverName) : nil
        let began = network.loop.now
        let deadline = socket.deadline(began)
        let options = connectOptions(for: socket)
        return try wait(frame, on: socket) { [network] then in
            network.connect(
                to: target,
                options: options,
                tls: settings,
                before: deadline,
                for: thread.account,
                then: then
            )
        } deliver: { [unowned self] (result: Result<TCPStream, StreamError>, frame) throws(HostError) in
            adapt(to: result, destination.kind, target, began)
            switch result {
            case .failure(let error):
                socket.lastDestination = target
                trace(socket, .outgoing, "CONNECT")
                return try destination.deliver(.failed(error), frame)
            case .success(let stream):
                guard let current else {
                    stream.close()
                    return try destination.deliver(.failed(.cancelled), frame)
                }
                socket.open(.stream(stream), for: current)
                trace(socket, .outgoing, "CONNECT")
                return try destination.deliver(.connected, frame)
            }
        }
    }

    private func connectDatagrams(
        _ frame: borrowing CallFrame,
        _ socket: NmapSocket,
        _ target: SocketAddress,
        _ thread: ScriptThread
    ) -> HostReturn {
        do throws(StreamError) {
            let datagrams = try network.openUDP(
                target.address.family,
                options: connectOptions(for: socket),
                for: thread.account
            )
            try datagrams.connect(to: target)
            socket.open(.datagrams(datagrams, isConnected: true), for: thread)
            trace(socket, .outgoing, "CONNECT")
            frame.push(true)
            return .results(1)
        } catch {
            return eventFailure(frame, error)
        }
    }

    /// Fails softly where a script has as many sockets open as it may.
    func refuseSocket(_ frame: borrowing CallFrame, _ thread: ScriptThread) -> HostReturn {
        thread.account.deny(
            "more than \(settings.limits.sockets) sockets at a time",
            remedy: "close sockets that are not needed"
        )
        return softFailure(frame, "too many sockets: one script may have \(settings.limits.sockets)")
    }

    func connectOptions(for socket: NmapSocket) -> ConnectOptions {
        var options = ConnectOptions()
        options.source = socket.bound ?? settings.sourceAddress.map { SocketAddress($0, port: 0) }
        options.interface = settings.interface
        return options
    }

    /// `socket:reconnect_ssl()`.
    func reconnectTLS(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        if case .capture = socket.channel { throw .message(Self.isCapture) }
        guard case .stream(let stream) = socket.channel else {
            return softFailure(frame, "socket must be connected")
        }
        try claim(frame, socket)
        let settings = TLSSettings(serverName: socket.serverName)
        let deadline = socket.deadline(network.loop.now)
        return try wait(frame, on: socket) { then in
            stream.startTLS(settings, before: deadline, then: then)
        } deliver: { [unowned self] (result: Result<Void, StreamError>, frame) throws(HostError) in
            trace(socket, .outgoing, "SSL RECONNECT")
            return pushOutcome(frame, result)
        }
    }

    // MARK: Arguments

    /// A host argument: a string, or a table with `ip` or `targetname`; and the name for TLS in it.
    func hostName(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> (String, String?) {
        guard frame.type(at: index) == .table else {
            let text = try frame.text(at: index)
            return (text, text)
        }
        let targetName = frame.textField("targetname", of: index)
        guard let name = frame.textField("ip", of: index) ?? targetName else {
            throw .argument(index, "host table lacks 'ip' or 'targetname' fields")
        }
        return (name, targetName)
    }

    /// A port argument: an integer, or a table with an integer `number`; and the protocol in it.
    func portNumber(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> (UInt16, String?) {
        guard frame.type(at: index) == .table else {
            return (UInt16(truncatingIfNeeded: try frame.integer(at: index)), nil)
        }
        guard case .integer(let number) = frame.field("number", of: index) else {
            throw .argument(index, "port table lacks integer 'number' field")
        }
        return (UInt16(truncatingIfNeeded: number), frame.textField("protocol", of: index))
    }
}

extension Resolver {
    /// Finds addresses as an operation whose failure carries the system resolver's words.
    func attempt(
        _ name: String,
        family: AddressFamily?,
        then: @escaping (Result<[IPAddress], StreamError>) -> Void
    ) -> Attempt<[IPAddress]> {
        let failure = { (error: ResolveError) in StreamError(.error, detail: error.description) }
        switch addresses(of: name, family: family, then: { then($0.mapError(failure)) }) {
        case .done(let result): return .done(result.mapError(failure))
        case .pending(let operation): return .pending(operation)
        }
    }
}
