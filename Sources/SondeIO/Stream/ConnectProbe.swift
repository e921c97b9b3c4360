// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// One probe of a ``ConnectProber`` that has to wait; used again for later probes.
final class ConnectProbe {
    // Not owned: the prober owns the probes that are idle, and a probe under way keeps the prober.
    private unowned let prober: ConnectProber
    private let network: Network
    private var keptProber: ConnectProber?
    private var address = SocketAddress(IPAddress(family: .inet, value: 0), port: 0)
    private var descriptor: OwnedDescriptor?
    private var registration: Registration?
    private var alarm: DeadlineID?
    private var operation: Operation?
    private var then: ((Result<ConnectOutcome, StreamError>) -> Void)?
    private var refusals = 0
    /// Whether another thread has it.
    private var isAway = false
    private var deadline: Instant?

    /// How often a shortage may stop a probe.
    private static let refusalLimit = 3

    init(_ prober: ConnectProber, _ network: Network) {
        self.prober = prober
        self.network = network
    }

    deinit {
        if let alarm { network.loop.cancel(alarm) }
    }

    /// Begins a probe; it waits for the gate, or for the socket that ``watch(_:)`` gives it.
    func start(
        _ address: SocketAddress,
        before deadline: Instant?,
        _ then: @escaping (Result<ConnectOutcome, StreamError>) -> Void
    ) -> Operation {
        let operation = Operation(owner: self)
        self.operation = operation
        self.address = address
        self.then = then
        keptProber = prober
        refusals = 0
        setAlarm(deadline)
        return operation
    }

    private func setAlarm(_ deadline: Instant?) {
        guard let deadline else { return }
        let alarm = self.alarm ?? network.loop.makeDeadline { [unowned self] in end(.timedOut) }
        self.alarm = alarm
        network.loop.set(alarm, at: deadline)
    }

    // MARK: Another thread

    /// Notes that another thread makes the call, which takes a moment at most; the probe has its place at the gate.
    func goAway(until deadline: Instant?) {
        isAway = true
        self.deadline = deadline
    }

    /// Takes what the other thread has found out.
    func comeBack(_ answer: ConnectLane.Answer) {
        isAway = false
        guard then != nil, let prober = keptProber else { return dropAnswer(answer) }
        switch answer {
        case .failed(let number):
            network.gate.leave()
            end(.failed(number))
        case .standing(let number):
            let socket = OwnedDescriptor(number)
            let outcome = prober.judgeConnected(socket.number, address)
            network.gate.leave()
            end(outcome)
        case .connecting(let number):
            prober.stopWaiting()
            setAlarm(deadline)
            if let outcome = watch(OwnedDescriptor(number)) { end(outcome) }
        case .shortage:
            setAlarm(deadline)
            network.gate.refused(self)
        }
    }

    /// Nobody waits for the answer any more.
    private func dropAnswer(_ answer: ConnectLane.Answer) {
        switch answer {
        case .failed, .shortage: break
        case .standing(let number), .connecting(let number): _ = OwnedDescriptor(number)
        }
        network.gate.leave()
        retire()
    }

    private func retire() {
        let prober = keptProber
        keptProber = nil
        prober?.retire(self)
    }

    /// Waits for a socket that is connecting; an outcome if that cannot be done.
    func watch(_ socket: consuming OwnedDescriptor) -> ConnectOutcome? {
        do throws(SystemError) {
            registration = try network.loop.register(socket.number, self)
            descriptor = consume socket
            return nil
        } catch {
            network.gate.leave()
            return .failed(error.number)
        }
    }

    /// Ends the probe without telling; its place at the gate is given back if it has one.
    func end() {
        operation?.finish()
        operation = nil
        then = nil
        if let alarm { network.loop.set(alarm, at: nil) }
        if let registration { network.loop.deregisterClosing(registration) }
        registration = nil
        if descriptor != nil {
            descriptor = nil
            network.gate.leave()
        }
        // What another thread still has comes back to it first.
        if !isAway { retire() }
    }

    private func end(_ outcome: ConnectOutcome) {
        guard let then else { return }
        end()
        then(.success(outcome))
    }
}

extension ConnectProbe: GateWaiter, ReadinessHandler, OperationOwner {
    var isWaitingAtGate: Bool { then != nil && descriptor == nil && !isAway }

    func passGate() {
        guard let prober = keptProber else {
            network.gate.leave()
            return
        }
        switch prober.begin(address) {
        case .outcome(let outcome):
            network.gate.leave()
            end(outcome)
        case .connecting:
            guard let socket = prober.takeBegun() else { return }
            if let outcome = watch(socket) { end(outcome) }
        case .shortage(let number):
            refusals += 1
            if number == EADDRNOTAVAIL || network.gate.budget.inUse <= 1, refusals > Self.refusalLimit {
                network.gate.leave()
                end(.failed(number))
            } else {
                network.gate.refused(self)
            }
        }
    }

    func ready(_ readiness: Readiness) {
        guard let number = descriptor?.number else { return }
        do throws(SystemError) {
            let error = try network.syscalls.pendingError(number)
            if error != 0 { return end(.failed(error)) }
            guard readiness.contains(.writable), let prober = keptProber else { return }
            end(prober.judgeConnected(number, address))
        } catch {
            end(.failed(error.number))
        }
    }

    func cancel(_ operation: Operation) { end() }

    func abandon() { end() }
}
