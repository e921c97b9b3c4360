// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One datagram that has come.
package struct Datagram: Hashable, Sendable {
    /// What it carries; may be empty.
    package let bytes: [UInt8]
    /// Who sent it.
    package let source: SocketAddress?
}

/// A UDP socket, connected or not.
///
/// One operation of each kind (sending, receiving) can be under way; deadlines are as in ``TCPStream``. An ICMP error of a
/// connected socket is the failure of the next operation.
package final class UDPSocket {
    /// The loop whose thread this belongs to.
    package var loop: EventLoop { network.loop }
    /// The peer of a connected socket, else the last destination.
    package private(set) var remoteAddress: SocketAddress?

    /// On whose behalf it is used.
    var client: (any GateClient)?
    private let network: Network
    private let family: AddressFamily
    private var descriptor: OwnedDescriptor?
    private var isConnected = false
    private var sending: Sending?
    private var receiving: Receiving?
    private var budget = TurnBudget()
    private var registration: Registration?
    private var receiveDeadline: DeadlineID?
    private var sendDeadline: DeadlineID?

    private struct Sending {
        let bytes: [UInt8]
        let target: SocketAddress?
        let deadline: Instant?
        var mayGo: Bool
        let operation: Operation
        let then: (Result<Void, StreamError>) -> Void
    }

    private struct Receiving {
        let operation: Operation
        let then: (Result<Datagram, StreamError>) -> Void
    }

    init(_ network: Network, _ family: AddressFamily, _ options: ConnectOptions) throws(StreamError) {
        network.loop.assertOnLoop()
        self.network = network
        self.family = family
        do throws(SystemError) {
            let socket = try network.syscalls.socket(family, isStream: false)
            try network.syscalls.setBroadcast(socket.number)
            try options.apply(to: socket.number, family, network.syscalls)
            descriptor = consume socket
        } catch {
            throw StreamError(error)
        }
        network.gate.enterWithoutWaiting()
    }

    deinit { close() }

    /// Whether it has not been closed.
    package var isOpen: Bool { descriptor != nil }

    /// Our end.
    package var localAddress: SocketAddress? {
        guard let number = descriptor?.number else { return nil }
        return try? network.syscalls.localAddress(number)
    }

    private func flow(_ remote: SocketAddress?) -> GateEvent.Flow {
        GateEvent.Flow(isTCP: false, local: localAddress, remote: remote)
    }

    // MARK: Operations

    /// Settles the peer; sends nothing.
    package func connect(to address: SocketAddress) throws(StreamError) {
        loop.assertOnLoop()
        guard let number = descriptor?.number else { throw .closed }
        guard network.gate.permits(address, for: client) else { throw .denied }
        do throws(SystemError) {
            _ = try network.syscalls.connect(number, to: address)
        } catch {
            throw StreamError(error)
        }
        isConnected = true
        remoteAddress = address
        network.gate.observer?(.connected(flow(address), isTLS: false))
    }

    /// Sends one datagram to the peer.
    package func send(
        _ bytes: [UInt8],
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        begin(bytes, to: nil, before: deadline, then: then)
    }

    /// Sends one datagram to an address.
    package func send(
        _ bytes: [UInt8],
        to address: SocketAddress,
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        guard network.gate.permits(address, for: client) else { return .failure(.denied) }
        return begin(bytes, to: address, before: deadline, then: then)
    }

    private func begin(
        _ bytes: [UInt8],
        to target: SocketAddress?,
        before deadline: Instant?,
        then: @escaping (Result<Void, StreamError>) -> Void
    ) -> Attempt<Void> {
        loop.assertOnLoop()
        guard isOpen else { return .failure(.closed) }
        guard sending == nil else { return .failure(.busy) }
        if let target { remoteAddress = target }
        let later = network.gate.takeDatagram(to: remoteAddress?.address, for: client)
        let mayTry = later == nil && budget.spend(inTurn: loop.turnNumber)
        if mayTry, let result = sendOnce(bytes, target) { return .done(result) }
        if mayTry, let deadline, deadline <= loop.now { return .failure(.timeout) }
        if let error = watch(again: later == nil && !mayTry ? .writable : []) { return .failure(error) }
        let operation = Operation(owner: self)
        sending = Sending(
            bytes: bytes,
            target: target,
            deadline: deadline,
            mayGo: later == nil,
            operation: operation,
            then: then
        )
        setSendDeadline(earlier(later, deadline))
        return .pending(operation)
    }

    /// Receives one datagram.
    package func receive(
        before deadline: Instant?,
        then: @escaping (Result<Datagram, StreamError>) -> Void
    ) -> Attempt<Datagram> {
        loop.assertOnLoop()
        guard isOpen else { return .failure(.closed) }
        guard receiving == nil else { return .failure(.busy) }
        let mayTry = budget.spend(inTurn: loop.turnNumber)
        if mayTry, let result = receiveOnce() { return .done(result) }
        if mayTry, let deadline, deadline <= loop.now { return .failure(.timeout) }
        if let error = watch(again: mayTry ? [] : .readable) { return .failure(error) }
        let operation = Operation(owner: self)
        receiving = Receiving(operation: operation, then: then)
        setReceiveDeadline(deadline)
        return .pending(operation)
    }

    /// Closes the socket; operations under way are cancelled.
    package func close() {
        guard isOpen else { return }
        loop.assertOnLoop()
        let closing = network.gate.observer == nil ? nil : flow(remoteAddress)
        receiving?.operation.finish()
        receiving = nil
        sending?.operation.finish()
        sending = nil
        if let registration { loop.deregisterClosing(registration) }
        if let receiveDeadline { loop.cancel(receiveDeadline) }
        if let sendDeadline { loop.cancel(sendDeadline) }
        descriptor = nil
        network.gate.leave()
        if let closing { network.gate.observer?(.closed(closing)) }
    }
}

// MARK: - Progress

extension UDPSocket: ReadinessHandler, OperationOwner {
    /// Goes on with what waits; for the loop.
    package func ready(_ readiness: Readiness) {
        if readiness.allowsWriting, let now = sending, now.mayGo { goOnSending(now) }
        if readiness.allowsReading, let now = receiving, let result = receiveOnce() { finish(now, result) }
    }

    /// Closes the socket when the loop closes.
    package func abandon() { close() }

    func cancel(_ operation: Operation) {
        if receiving?.operation === operation {
            receiving = nil
            setReceiveDeadline(nil)
        } else if sending?.operation === operation {
            sending = nil
            setSendDeadline(nil)
        }
    }

    /// Sends one datagram: `nil` if the system has no room.
    private func sendOnce(_ bytes: [UInt8], _ target: SocketAddress?) -> Result<Void, StreamError>? {
        guard let number = descriptor?.number else { return .failure(.closed) }
        let syscalls = network.syscalls
        let result: Result<Int?, SystemError> = unsafe bytes.withUnsafeBytes { all in
            do throws(SystemError) {
                if let target { return .success(unsafe try syscalls.sendTo(number, from: all, to: target)) }
                return .success(unsafe try syscalls.send(number, from: all))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .failure(let error): return .failure(StreamError(error))
        case .success(nil): return nil
        case .success(let count?):
            network.gate.sent(count)
            if let observer = network.gate.observer { observer(.sent(flow(target ?? remoteAddress), bytes)) }
            return .success(())
        }
    }

    private func receiveOnce() -> Result<Datagram, StreamError>? {
        guard let number = descriptor?.number else { return .failure(.closed) }
        let space = unsafe loop.readBuffer.bytes
        do throws(SystemError) {
            guard let got = unsafe try network.syscalls.receiveFrom(number, into: space) else { return nil }
            let bytes = unsafe Array(space[..<min(got.count, space.count)])
            network.gate.received(bytes.count)
            if let observer = network.gate.observer { observer(.received(flow(got.source), bytes)) }
            return .success(Datagram(bytes: bytes, source: got.source))
        } catch {
            return .failure(StreamError(error))
        }
    }

    private func goOnSending(_ now: Sending) {
        guard let result = sendOnce(now.bytes, now.target) else { return }
        finish(now, result)
    }

    private func finish(_ now: Sending, _ result: Result<Void, StreamError>) {
        sending = nil
        setSendDeadline(nil)
        now.operation.finish()
        now.then(result)
    }

    private func finish(_ now: Receiving, _ result: Result<Datagram, StreamError>) {
        receiving = nil
        setReceiveDeadline(nil)
        now.operation.finish()
        now.then(result)
    }

    // MARK: Waiting

    private func receiveDeadlinePassed() {
        if let now = receiving { finish(now, .failure(.timeout)) }
    }

    /// Either the deadline has passed, or the moment has come to ask the gate again.
    private func sendDeadlinePassed() {
        guard var now = sending else { return }
        if let deadline = now.deadline, deadline <= loop.now, now.mayGo {
            finish(now, .failure(.timeout))
            return
        }
        if !now.mayGo, let later = network.gate.takeDatagram(to: remoteAddress?.address, for: client) {
            if let deadline = now.deadline, deadline <= loop.now {
                finish(now, .failure(.timeout))
            } else {
                setSendDeadline(earlier(later, now.deadline))
            }
            return
        }
        now.mayGo = true
        sending = now
        setSendDeadline(now.deadline)
        goOnSending(now)
    }

    private func earlier(_ one: Instant?, _ other: Instant?) -> Instant? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

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

    private func setReceiveDeadline(_ deadline: Instant?) {
        guard deadline != nil || receiveDeadline != nil else { return }
        let id = receiveDeadline ?? loop.makeDeadline { [unowned self] in receiveDeadlinePassed() }
        receiveDeadline = id
        loop.set(id, at: deadline)
    }

    private func setSendDeadline(_ deadline: Instant?) {
        guard deadline != nil || sendDeadline != nil else { return }
        let id = sendDeadline ?? loop.makeDeadline { [unowned self] in sendDeadlinePassed() }
        sendDeadline = id
        loop.set(id, at: deadline)
    }
}
