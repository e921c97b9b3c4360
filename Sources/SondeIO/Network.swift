// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The network as one world sees it: opens connections and sockets, all of them through the gate.
package final class Network {
    /// The loop whose thread all this belongs to.
    package let loop: EventLoop
    /// What every connection and datagram passes.
    package let gate: Gate
    /// The system calls of this world.
    package var syscalls: Syscalls { loop.syscalls }

    /// What names are resolved with, made at first use.
    package private(set) lazy var resolver = makeResolver()

    /// The captures of this world.
    package let captures = CapturePool()
    /// How packets reach their destinations.
    package let paths: PathFinder
    /// Who has which link-layer address.
    package private(set) lazy var neighbors = NeighborResolver(self)

    /// Whether long calls are made on another thread; set before the first is.
    package var usesCallThread = false
    private var callThread: CallThread?
    private var hasTriedCallThread = false

    /// The thread for long calls, made at first use; nothing where none is wanted or the system has none left.
    var calls: CallThread? {
        if usesCallThread, !hasTriedCallThread {
            hasTriedCallThread = true
            callThread = try? CallThread()
        }
        return callThread
    }

    private let resolverConfiguration: ResolverConfiguration?
    /// Made at first use: starting the TLS library takes milliseconds.
    private var tlsContextResult: Result<TLSContext, StreamError>?

    /// Makes the network of a loop.
    ///
    /// Raises the process's limit of open descriptors as far as it may.
    /// - Parameters:
    ///   - loop: the loop.
    ///   - scope: which addresses may be talked to.
    ///   - rate: how fast.
    ///   - maximumSockets: how many sockets at once, if fewer than descriptors allow.
    ///   - resolver: servers and known hosts; nothing for those of the system.
    /// - Throws: what the system says about the limit of descriptors.
    package init(
        loop: EventLoop,
        scope: Scope = Scope(),
        rate: RateLimit = RateLimit(perSecond: nil),
        maximumSockets: Int? = nil,
        resolver: ResolverConfiguration? = nil
    ) throws(SystemError) {
        self.loop = loop
        resolverConfiguration = resolver
        paths = PathFinder()
        let limit = try loop.syscalls.raiseDescriptorLimit()
        let wanted = maximumSockets.map { min(max(1, $0), limit) + SocketBudget.reserve } ?? limit
        let budget = SocketBudget(descriptorLimit: min(limit, wanted))
        gate = Gate(loop: loop, budget: budget, scope: scope, rate: rate)
    }

    /// Connects, and shakes hands if TLS is wanted.
    ///
    /// - Parameters:
    ///   - address: where to.
    ///   - options: how the socket leaves this machine.
    ///   - tls: what the handshake needs; `nil` for plain TCP.
    ///   - deadline: covers waiting at the gate, connecting and the handshake.
    ///   - client: on whose behalf, if not for the scanner itself.
    ///   - then: called once, from the loop, if the connection is not finished at once.
    /// - Returns: the stream, a failure, or the operation.
    package func connect(
        to address: SocketAddress,
        options: ConnectOptions = ConnectOptions(),
        tls: TLSSettings? = nil,
        before deadline: Instant?,
        for client: (any GateClient)? = nil,
        then: @escaping (Result<TCPStream, StreamError>) -> Void
    ) -> Attempt<TCPStream> {
        loop.assertOnLoop()
        let connector = Connector(
            self,
            to: address,
            options: options,
            tls: tls,
            before: deadline,
            then: then
        )
        connector.client = client
        return connector.start()
    }

    /// Opens a datagram socket that is not connected.
    ///
    /// - Parameters:
    ///   - family: IPv4 or IPv6.
    ///   - options: how it leaves this machine.
    ///   - client: on whose behalf, if not for the scanner itself.
    /// - Returns: the socket.
    /// - Throws: what the system refused.
    package func openUDP(
        _ family: AddressFamily,
        options: ConnectOptions = ConnectOptions(),
        for client: (any GateClient)? = nil
    ) throws(StreamError) -> UDPSocket {
        let socket = try UDPSocket(self, family, options)
        socket.client = client
        return socket
    }

    /// Waits for TCP connections.
    package func listen(on address: SocketAddress, backlog: Int32 = 128) throws(StreamError) -> Listener {
        try Listener(self, on: address, backlog: backlog)
    }

    /// Ends everything that is under way, without a word, and closes its descriptors; see ``EventLoop/close()``.
    package func close() {
        gate.close()
        callThread?.stop()
        loop.close()
    }

    private func makeResolver() -> Resolver {
        Resolver(loop: loop, configuration: resolverConfiguration ?? .ofSystem(), traffic: resolverTraffic)
    }

    /// Lets traffic to DNS servers pass the gate and be counted there.
    package var resolverTraffic: DNSTraffic {
        DNSTraffic(
            admit: { [gate] in gate.permits($0) },
            sent: { [gate] _, count in gate.sent(count) },
            received: { [gate] _, count in gate.received(count) }
        )
    }

    /// The TLS library's state for this world, made at first use.
    package func tlsContext() throws(StreamError) -> TLSContext {
        if let tlsContextResult { return try tlsContextResult.get() }
        // The library writes to sockets without asking that no signal be sent.
        Syscalls.ignoreBrokenPipe()
        do {
            let context = try TLSContext()
            tlsContextResult = .success(context)
            return context
        } catch {
            tlsContextResult = .failure(error)
            throw error
        }
    }
}
