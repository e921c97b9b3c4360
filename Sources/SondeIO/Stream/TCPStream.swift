// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What a TLS handshake needs to know.
package struct TLSSettings: Hashable, Sendable {
    /// The name the server is asked for (SNI), sent even if it is a numeric address; `nil` sends none.
    package var serverName: String?

    /// Makes settings.
    package init(serverName: String? = nil) { self.serverName = serverName }
}

/// A TCP connection, which may change to TLS midway.
///
/// One operation of each kind (sending, receiving) can be under way. A deadline of `nil` is never; one that has passed already
/// allows one try that does not wait. What is under way keeps the stream; a stream nobody keeps closes itself.
package final class TCPStream {
    /// The loop whose thread this belongs to.
    package var loop: EventLoop { network.loop }
    /// The encryption, once a handshake has succeeded.
    package internal(set) var tls: TLSSession?

    let network: Network
    var descriptor: OwnedDescriptor?
    var receiving: Receiving?
    var sending: Sending?
    var handshaking: Handshaking?
    /// The end that all later reads give.
    var end: StreamError?
    /// A failure that came after data in the same pass; the next read gives it.
    var failureToTell: StreamError?
    /// Called when the loop closes while somebody else's operation goes on in this stream.
    var onAbandon: (() -> Void)?
    private var budget = TurnBudget()
    private var registration: Registration?
    private var receiveDeadline: DeadlineID?
    private var sendDeadline: DeadlineID?
    private var knownLocal: SocketAddress?
    private var knownRemote: SocketAddress?

    struct Receiving {
        var buffer: ReceiveBuffer
        let operation: Operation
        let then: (Result<[UInt8], StreamError>) -> Void
    }

    struct Sending {
        let bytes: [UInt8]
        var offset: Int
        let operation: Operation
        let then: (Result<Void, StreamError>) -> Void
    }

    struct Handshaking {
        let session: TLSSession
        let operation: Operation
        let then: (Result<Void, StreamError>) -> Void
    }

    /// Takes over a connected socket, whose place in the budget is taken.
    init(
        _ network: Network,
        _ descriptor: consuming OwnedDescriptor,
        registration: Registration?,
        remote: SocketAddress?
    ) {
        self.network = network
        self.descriptor = consume descriptor
        self.registration = registration
        knownRemote = remote
        if let registration { network.loop.transfer(registration, to: self) }
        network.gate.observer?(.connected(flow, isTLS: false))
    }

    deinit { close() }

    // MARK: Facts

    /// Whether it has not been closed by us.
    package var isOpen: Bool { descriptor != nil }

    /// Our end; `nil` after closing if nobody asked before.
    package var localAddress: SocketAddress? {
        if knownLocal == nil, let number = descriptor?.number {
            knownLocal = try? network.syscalls.localAddress(number)
        }
        return knownLocal
    }

    /// The other end.
    package var remoteAddress: SocketAddress? {
        if knownRemote == nil, let number = descriptor?.number {
            knownRemote = try? network.syscalls.remoteAddress(number)
        }
        return knownRemote
    }

    var flow: GateEvent.Flow { GateEvent.Flow(isTCP: true, local: localAddress, remote: remoteAddress) }

    // MARK: Operations

    /// Sends bytes: done when the system has taken all of them.
    package func send(
        _ bytes: [UInt8],
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        loop.assertOnLoop()
        guard isOpen else { return .failure(.closed) }
        guard sending == nil, handshaking == nil else { return .failure(.busy) }
        var offset = 0
        let mayTry = budget.spend(inTurn: loop.turnNumber)
        if mayTry, let result = sendPass(bytes, &offset) { return .done(result) }
        if mayTry, isPast(deadline) { return .failure(.timeout) }
        if let error = watch(again: mayTry ? [] : .writable) { return .failure(error) }
        let operation = Operation(owner: self)
        sending = Sending(bytes: bytes, offset: offset, operation: operation, then: then)
        setSendDeadline(deadline)
        return .pending(operation)
    }

    /// Receives bytes.
    ///
    /// The end of the stream or the deadline, when something has been collected, is a success with that; the failure is told
    /// by the next call. Once the end was seen, every later call fails with it at once.
    package func receive(
        _ amount: ReceiveAmount,
        before deadline: Instant?,
        then: @escaping (Result<[UInt8], StreamError>) -> Void
    ) -> Attempt<[UInt8]> {
        loop.assertOnLoop()
        guard isOpen else { return .failure(.closed) }
        guard receiving == nil, handshaking == nil else { return .failure(.busy) }
        if let error = failureToTell ?? end {
            failureToTell = nil
            return .failure(error)
        }
        var buffer = ReceiveBuffer(amount)
        var mustGoOn = true
        if budget.spend(inTurn: loop.turnNumber) {
            let passEnd = receivePass(&buffer)
            if let result = settle(buffer, passEnd) { return .done(result) }
            if isPast(deadline) { return .done(resultAtDeadline(buffer)) }
            if case .blocked = passEnd { mustGoOn = false }
        }
        if let error = watch(again: mustGoOn ? .readable : []) { return .failure(error) }
        let operation = Operation(owner: self)
        receiving = Receiving(buffer: buffer, operation: operation, then: then)
        setReceiveDeadline(deadline)
        return .pending(operation)
    }

    /// Changes the connection to TLS, as the client.
    ///
    /// After a failure the stream is of no use any more.
    package func startTLS(
        _ settings: TLSSettings,
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        shakeHands(before: deadline, then: then) { [network] number throws(StreamError) in
            try TLSSession(
                context: network.tlsContext(),
                descriptor: number,
                serverName: settings.serverName
            )
        }
    }

    /// Changes the connection to TLS, as the server; for services that Sonde itself offers on loopback.
    package func acceptTLS(
        _ context: TLSServerContext,
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        Syscalls.ignoreBrokenPipe()
        return shakeHands(before: deadline, then: then) { number throws(StreamError) in
            try context.makeSession(descriptor: number)
        }
    }

    private func shakeHands(
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void,
        _ makeSession: (CInt) throws(StreamError) -> TLSSession
    ) -> Attempt<Void> {
        loop.assertOnLoop()
        guard let number = descriptor?.number else { return .failure(.closed) }
        guard receiving == nil, sending == nil, handshaking == nil, tls == nil else { return .failure(.busy) }
        do throws(StreamError) {
            let session = try makeSession(number)
            if let result = handshakeStep(session) { return .done(result) }
            if isPast(deadline) { return .failure(.timeout) }
            if let error = watch(again: []) { return .failure(error) }
            let operation = Operation(owner: self)
            handshaking = Handshaking(session: session, operation: operation, then: then)
            setSendDeadline(deadline)
            return .pending(operation)
        } catch {
            return .failure(error)
        }
    }

    /// Closes the connection; operations under way are cancelled.
    ///
    /// With TLS, the peer is told, without waiting. Closing twice does nothing.
    package func close() {
        guard isOpen else { return }
        loop.assertOnLoop()
        let flow = network.gate.observer == nil ? nil : flow
        receiving?.operation.finish()
        receiving = nil
        sending?.operation.finish()
        sending = nil
        handshaking?.operation.finish()
        handshaking = nil
        tls?.shutdown()
        tls = nil
        if let registration { loop.deregisterClosing(registration) }
        if let receiveDeadline { loop.cancel(receiveDeadline) }
        if let sendDeadline { loop.cancel(sendDeadline) }
        descriptor = nil
        network.gate.leave()
        if let flow { network.gate.observer?(.closed(flow)) }
    }

    // MARK: Waiting

    private func isPast(_ deadline: Instant?) -> Bool { deadline.map { $0 <= loop.now } ?? false }

    /// Sees to it that changes are told: the first time by registering.
    ///
    /// What `readiness` names is tried in the next turn even if nothing changes.
    private func watch(again readiness: Readiness) -> StreamError? {
        guard let number = descriptor?.number else { return .closed }
        do throws(SystemError) {
            if registration == nil { registration = try loop.register(number, self) }
        } catch {
            return StreamError(error)
        }
        if let registration, !readiness.isEmpty { loop.resume(registration, readiness) }
        return nil
    }

    /// Goes on receiving in the next turn.
    func receiveAgain() {
        if let registration { loop.resume(registration, .readable) }
    }

    func setReceiveDeadline(_ deadline: Instant?) {
        guard let deadline else {
            if let receiveDeadline { loop.set(receiveDeadline, at: nil) }
            return
        }
        // Unowned: closing ends the deadline, and the stream closes itself before it goes.
        let id = receiveDeadline ?? loop.makeDeadline { [unowned self] in receiveDeadlinePassed() }
        receiveDeadline = id
        loop.set(id, at: deadline)
    }

    func setSendDeadline(_ deadline: Instant?) {
        guard let deadline else {
            if let sendDeadline { loop.set(sendDeadline, at: nil) }
            return
        }
        let id = sendDeadline ?? loop.makeDeadline { [unowned self] in sendDeadlinePassed() }
        sendDeadline = id
        loop.set(id, at: deadline)
    }
}
