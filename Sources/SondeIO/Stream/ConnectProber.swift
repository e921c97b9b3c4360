// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeModel

/// What a connect probe has found out.
package enum ConnectOutcome: Hashable, Sendable {
    /// The connection was accepted; it has been reset.
    case accepted
    /// The system reports an error: the number (`errno`), such as `ECONNREFUSED`.
    case failed(Int32)
    /// Nothing came before the deadline.
    case timedOut
    /// The socket had connected to itself: nobody listens there.
    case selfConnect
    /// The gate does not let this pass.
    case denied
}

/// Finds out whether ports accept connections: the fast path of connect scans.
///
/// An answer that is there when the system call returns, as on loopback, costs neither a registration nor an allocation. A
/// socket whose connection was refused serves for the next probe. Towards loopback the call itself waits, a moment at most, for
/// the answer that the kernel gives within it; once a probe there has gone unanswered, no further call waits. There the kernel
/// does all work within the call, so a second thread takes half of the probes (``ConnectLane``).
package final class ConnectProber {
    private let network: Network
    private let options: ConnectOptions
    private var spare: OwnedDescriptor?
    private var spareFamily = AddressFamily.inet
    private var spareWaits = false
    /// Whether calls may wait for answers from loopback.
    private var waitsOnLoopback = true
    private var idleProbes: [ConnectProbe] = []
    private lazy var lane =
        options == ConnectOptions() ? network.calls.map { ConnectLane($0, network.loop) } : nil

    /// How long a call may wait, in microseconds; the kernel rounds it up to a tick of its clock.
    static let patience = 1000

    /// Makes a prober whose sockets all leave this machine the same way.
    package init(_ network: Network, options: ConnectOptions = ConnectOptions()) {
        self.network = network
        self.options = options
    }

    /// Tries one port.
    ///
    /// - Parameters:
    ///   - address: what to connect to.
    ///   - deadline: covers waiting at the gate and connecting; `nil` waits as long as the system does.
    ///   - then: called with the outcome, from the loop, if it is not there at once.
    /// - Returns: the outcome or the operation; the result is never a failure.
    package func probe(
        _ address: SocketAddress,
        before deadline: Instant?,
        then: @escaping (Result<ConnectOutcome, StreamError>) -> Void
    ) -> Attempt<ConnectOutcome> {
        network.loop.assertOnLoop()
        guard network.gate.permits(address) else { return .success(.denied) }
        if let operation = takeLane(address, before: deadline, then) { return .pending(operation) }
        var isRefused = false
        if network.gate.enterIfFree() {
            switch begin(address) {
            case .outcome(let outcome):
                network.gate.leave()
                return .success(outcome)
            case .connecting:
                break
            case .shortage:
                isRefused = true
            }
        }
        let probe = idleProbes.popLast() ?? ConnectProbe(self, network)
        let operation = probe.start(address, before: deadline, then)
        if let socket = begun.take() {
            if let outcome = probe.watch(socket) {
                probe.end()
                return .success(outcome)
            }
        } else if isRefused {
            network.gate.refused(probe)
        } else {
            network.gate.wait(probe)
        }
        return .pending(operation)
    }

    /// Has the other thread make the probe, if it has less to do than is good and there is a place at the gate.
    private func takeLane(
        _ address: SocketAddress,
        before deadline: Instant?,
        _ then: @escaping (Result<ConnectOutcome, StreamError>) -> Void
    ) -> Operation? {
        guard waitsOnLoopback, address.address.isLoopback, let lane, lane.hasRoom,
            !network.syscalls.isForcing, network.gate.enterIfFree()
        else { return nil }
        let probe = idleProbes.popLast() ?? ConnectProbe(self, network)
        let operation = probe.start(address, before: nil, then)
        probe.goAway(until: deadline)
        lane.add(probe, address)
        return operation
    }

    // MARK: For the probes

    /// Takes note that an answer did not come within a call.
    func stopWaiting() { waitsOnLoopback = false }

    /// What came of starting to connect.
    enum Beginning {
        case outcome(ConnectOutcome)
        /// It goes on, with the socket in `begun`.
        case connecting
        /// The system lacks something.
        case shortage(Int32)
    }

    /// A socket that is connecting, on its way to its probe.
    private(set) var begun: OwnedDescriptor?

    /// Takes the socket that is connecting.
    func takeBegun() -> OwnedDescriptor? { begun.take() }

    /// Puts a probe that has ended aside for later.
    func retire(_ probe: ConnectProbe) { idleProbes.append(probe) }

    /// Starts to connect, in a place that the gate has given.
    func begin(_ address: SocketAddress) -> Beginning {
        do throws(SystemError) {
            let waits = waitsOnLoopback && address.address.isLoopback
            let socket = try takeSocket(address.address.family, waits: waits)
            switch connect(socket.number, address, waits: waits) {
            case .success(true):
                return .outcome(judgeConnected(socket.number, address))
            case .success(false):
                begun = consume socket
                return .connecting
            case .failure(let error):
                if error.isShortage { throw error }
                if error.number == ECONNREFUSED, options.source == nil {
                    spareFamily = address.address.family
                    spareWaits = waits
                    spare = consume socket
                }
                return .outcome(.failed(error.number))
            }
        } catch {
            return error.isShortage ? .shortage(error.number) : .outcome(.failed(error.number))
        }
    }

    /// Starts to connect: whether the connection stands.
    private func connect(
        _ number: CInt,
        _ address: SocketAddress,
        waits: Bool
    ) -> Result<Bool, SystemError> {
        do throws(SystemError) {
            if try network.syscalls.connect(number, to: address) { return .success(true) }
            guard waits else { return .success(false) }
            waitsOnLoopback = false
            try network.syscalls.setConnectPatience(number, microseconds: 0)
            return .success(false)
        } catch {
            return .failure(error)
        }
    }

    private func takeSocket(
        _ family: AddressFamily,
        waits: Bool
    ) throws(SystemError) -> OwnedDescriptor {
        if spareFamily == family, spareWaits == waits, let socket = spare.take() { return socket }
        let socket = try network.syscalls.socket(family, isStream: true)
        try options.apply(to: socket.number, family, network.syscalls)
        if waits { try network.syscalls.setConnectPatience(socket.number, microseconds: Self.patience) }
        return socket
    }

    /// What a connection that stands says; prepares it to be closed with a reset.
    func judgeConnected(_ number: CInt, _ address: SocketAddress) -> ConnectOutcome {
        let local = try? network.syscalls.localAddress(number)
        try? network.syscalls.setResetOnClose(number)
        return local == address ? .selfConnect : .accepted
    }
}
