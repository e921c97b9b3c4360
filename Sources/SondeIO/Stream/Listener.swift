// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// A TCP socket that waits for connections: for tests and for services that Sonde itself offers on loopback.
package final class Listener {
    /// The loop whose thread this belongs to.
    package var loop: EventLoop { network.loop }
    /// Where it listens, with the port the system chose.
    package let localAddress: SocketAddress

    private let network: Network
    private var descriptor: OwnedDescriptor?
    private var registration: Registration?
    private var accepting: Accepting?
    private var alarm: DeadlineID?

    private struct Accepting {
        let operation: Operation
        let then: (Result<TCPStream, StreamError>) -> Void
    }

    init(_ network: Network, on address: SocketAddress, backlog: Int32) throws(StreamError) {
        network.loop.assertOnLoop()
        let syscalls = network.syscalls
        do throws(SystemError) {
            let socket = try syscalls.socket(address.address.family, isStream: true)
            try syscalls.setReuseAddress(socket.number)
            try syscalls.bind(socket.number, to: address)
            try syscalls.listen(socket.number, backlog: backlog)
            localAddress = try syscalls.localAddress(socket.number) ?? address
            descriptor = consume socket
        } catch {
            throw StreamError(error)
        }
        self.network = network
        network.gate.enterWithoutWaiting()
    }

    deinit { close() }

    /// Takes the next connection.
    package func accept(
        before deadline: Instant?,
        then: @escaping (Result<TCPStream, StreamError>) -> Void
    ) -> Attempt<TCPStream> {
        let loop = network.loop
        loop.assertOnLoop()
        guard let number = descriptor?.number else { return .failure(.closed) }
        guard accepting == nil else { return .failure(.busy) }
        if let result = acceptOnce() { return .done(result) }
        if let deadline, deadline <= loop.now { return .failure(.timeout) }
        do throws(SystemError) {
            if registration == nil { registration = try loop.register(number, self) }
        } catch {
            return .failure(StreamError(error))
        }
        let operation = Operation(owner: self)
        accepting = Accepting(operation: operation, then: then)
        if let deadline {
            alarm = loop.schedule(at: deadline) { [unowned self] in end(.failure(.timeout)) }
        }
        return .pending(operation)
    }

    /// Stops listening; what is under way is cancelled.
    package func close() {
        guard descriptor != nil else { return }
        network.loop.assertOnLoop()
        release()
        if let registration { network.loop.deregisterClosing(registration) }
        descriptor = nil
        network.gate.leave()
    }

    private func acceptOnce() -> Result<TCPStream, StreamError>? {
        guard let number = descriptor?.number else { return .failure(.closed) }
        do throws(SystemError) {
            guard let socket = try network.syscalls.accept(number) else { return nil }
            network.gate.enterWithoutWaiting()
            return .success(TCPStream(network, socket, registration: nil, remote: nil))
        } catch {
            return .failure(StreamError(error))
        }
    }

    private func release() {
        accepting?.operation.finish()
        accepting = nil
        if let alarm { network.loop.cancel(alarm) }
        alarm = nil
    }

    private func end(_ result: Result<TCPStream, StreamError>) {
        guard let now = accepting else { return }
        release()
        now.then(result)
    }
}

extension Listener: ReadinessHandler, OperationOwner {
    /// Goes on with what waits; for the loop.
    package func ready(_ readiness: Readiness) {
        if accepting != nil, let result = acceptOnce() { end(result) }
    }

    /// Stops listening when the loop closes.
    package func abandon() { close() }

    func cancel(_ operation: Operation) { release() }
}
