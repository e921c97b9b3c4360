// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// One connection on its way: at the gate, connecting, shaking hands.
final class Connector {
    private let network: Network
    private let target: SocketAddress
    private let options: ConnectOptions
    private let tls: TLSSettings?
    private let deadline: Instant?
    private let then: (Result<TCPStream, StreamError>) -> Void
    /// On whose behalf it connects.
    var client: (any GateClient)?

    private var state = State.new
    private var operation: Operation?
    private var descriptor: OwnedDescriptor?
    private var registration: Registration?
    private var alarm: DeadlineID?
    private var refusals = 0

    /// How often the system may refuse a socket while no other of ours is open, or a port, before that is final.
    private static let refusalLimit = 3

    private enum State {
        case new, atGate, connecting, ended
        case handshaking(TCPStream)
    }

    private typealias Outcome = Result<TCPStream, StreamError>

    init(
        _ network: Network,
        to target: SocketAddress,
        options: ConnectOptions,
        tls: TLSSettings?,
        before deadline: Instant?,
        then: @escaping (Result<TCPStream, StreamError>) -> Void
    ) {
        self.network = network
        self.target = target
        self.options = options
        self.tls = tls
        self.deadline = deadline
        self.then = then
    }

    func start() -> Attempt<TCPStream> {
        switch network.gate.enter(self, to: target, for: client) {
        case .denied:
            return .failure(.denied)
        case .wait:
            state = .atGate
        case .open:
            if let outcome = open() {
                state = .ended
                return .done(outcome)
            }
        }
        let operation = Operation(owner: self)
        self.operation = operation
        if let deadline {
            alarm = network.loop.schedule(at: deadline) { [unowned self] in end(.failure(.timeout)) }
        }
        return .pending(operation)
    }

    // MARK: Steps; each gives an outcome, or nil if it must wait

    private func open() -> Outcome? {
        do throws(SystemError) {
            let socket = try network.syscalls.socket(target.address.family, isStream: true)
            let number = socket.number
            descriptor = consume socket
            try options.apply(to: number, target.address.family, network.syscalls)
            if try network.syscalls.connect(number, to: target) { return stand() }
            registration = try network.loop.register(number, self)
            state = .connecting
            return nil
        } catch {
            return failed(error)
        }
    }

    private func failed(_ error: SystemError) -> Outcome? {
        closeSocket()
        guard error.isShortage, mayTryAgain(error) else {
            network.gate.leave()
            return .failure(StreamError(error))
        }
        state = .atGate
        network.gate.refused(self)
        return nil
    }

    private func mayTryAgain(_ error: SystemError) -> Bool {
        guard error.call == "socket" || error.call == "connect" else { return false }
        let othersAreOpen = network.gate.budget.inUse > 1
        if error.call == "socket", othersAreOpen { return true }
        refusals += 1
        return refusals <= Self.refusalLimit
    }

    /// The connection stands.
    private func stand() -> Outcome? {
        guard let socket = descriptor.take() else { return .failure(.closed) }
        let stream = TCPStream(network, socket, registration: registration, remote: target)
        registration = nil
        guard let tls else { return .success(stream) }
        stream.onAbandon = { [unowned self] in abandon() }
        // The connector's own alarm covers the handshake too.
        let attempt = stream.startTLS(tls, before: nil) { [self] result in end(result.map { stream }) }
        switch attempt {
        case .done(let result):
            stream.onAbandon = nil
            if case .failure = result { stream.close() }
            return result.map { stream }
        case .pending:
            state = .handshaking(stream)
            return nil
        }
    }

    private func closeSocket() {
        if let registration { network.loop.deregisterClosing(registration) }
        registration = nil
        descriptor = nil
    }

    // MARK: Ending

    private func end(_ outcome: Outcome) {
        guard let operation else { return }
        operation.finish()
        release()
        if case .failure = outcome { dropConnection() }
        state = .ended
        then(outcome)
    }

    private func release() {
        if case .handshaking(let stream) = state { stream.onAbandon = nil }
        operation = nil
        if let alarm { network.loop.cancel(alarm) }
        alarm = nil
    }

    /// Gives up whatever there is of a connection.
    private func dropConnection() {
        switch state {
        case .connecting:
            closeSocket()
            network.gate.leave()
        case .handshaking(let stream):
            stream.close()
        case .new, .atGate, .ended:
            break
        }
    }
}

extension Connector: GateWaiter, ReadinessHandler, OperationOwner {
    var isWaitingAtGate: Bool {
        if case .atGate = state { true } else { false }
    }

    func passGate() {
        // What open() and its successors have counted or closed must not be given back twice.
        state = .new
        if let outcome = open() { end(outcome) }
    }

    func ready(_ readiness: Readiness) {
        guard case .connecting = state, let number = descriptor?.number else { return }
        do throws(SystemError) {
            let error = try network.syscalls.pendingError(number)
            guard error == 0 else { throw SystemError(number: error, call: "connect") }
            guard readiness.contains(.writable) else { return }
            state = .new
            if let outcome = stand() { end(outcome) }
        } catch {
            state = .new
            if let outcome = failed(error) { end(outcome) }
        }
    }

    func cancel(_ operation: Operation) {
        release()
        dropConnection()
        state = .ended
    }

    /// Ends the attempt when the loop or the gate closes.
    package func abandon() {
        guard let operation else { return }
        operation.finish()
        cancel(operation)
    }
}
