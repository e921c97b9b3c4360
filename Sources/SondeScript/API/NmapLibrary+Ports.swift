// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// Ports as scripts read and change them (spec `nse-api`, section 3).
extension ScriptEngine {
    func installPortFunctions(_ frame: borrowing CallFrame) {
        add(frame, "get_port_state") { [self] (frame) throws(HostError) in
            let host = try hostArgument(frame, at: 1)
            pushPort(frame, host, try portArgument(frame, at: 2))
            return .results(1)
        }
        add(frame, "get_ports") { [self] (frame) throws(HostError) in try nextPort(frame) }
        add(frame, "set_port_state") { [self] (frame) throws(HostError) in
            enum Choice: String { case open, closed }
            let host = try hostArgument(frame, at: 1)
            let port = try portArgument(frame, at: 2)
            let choice: Choice = try frame.option(at: 3)
            let state: PortState = choice == .open ? .open : .closed
            guard let outcome = host.host.ports.outcome(of: port), outcome.state != state else {
                return .nothing
            }
            host.host.ports.set(PortOutcome(state, .scriptSet), for: port)
            return .nothing
        }
        add(frame, "set_port_version") { [self] (frame) throws(HostError) in
            let host = try hostArgument(frame, at: 1)
            let port = try portArgument(frame, at: 2)
            let state: ProbeState = try frame.option(at: 3, default: .hardmatched)
            let service = try serviceArgument(frame, at: 2, port, state)
            host.host.ports.setService(service, for: port)
            return .nothing
        }
        add(frame, "port_is_excluded") { [self] (frame) throws(HostError) in
            enum Choice: String { case tcp, udp, sctp }
            let number = try frame.integer(at: 1)
            let choice: Choice = try frame.option(at: 2)
            let transport = TransportProtocol(rawValue: choice.rawValue) ?? .tcp
            frame.push(facts.isExcluded(Port(UInt16(truncatingIfNeeded: number), transport)))
            return .results(1)
        }
        add(frame, "add_targets") { [self] (frame) throws(HostError) in try addTargets(frame) }
        add(frame, "new_targets_num") { [self] frame in
            frame.push(addedTargets.count)
            return .results(1)
        }
    }

    /// `nmap.get_ports(host, previous, protocol, state)`.
    private func nextPort(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        enum Choice: String { case tcp, udp, sctp }
        let host = try hostArgument(frame, at: 1)
        guard frame.count >= 2 else { throw .type(2, "table") }
        var previous: UInt16?
        if !frame.isNil(at: 2) { previous = try portArgument(frame, at: 2).number }
        let choice: Choice = try frame.option(at: 3)
        let state: PortState = try frame.option(at: 4)
        let transport = TransportProtocol(rawValue: choice.rawValue) ?? .tcp
        guard let record = host.host.ports.next(after: previous, transport, in: [state]) else {
            frame.pushNil()
            return .results(1)
        }
        push(frame, record)
        return .results(1)
    }

    /// `nmap.add_targets(...)`.
    private func addTargets(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        guard frame.count > 0 else {
            frame.push(addedTargets.count)
            return .results(1)
        }
        var accepted = 0
        for index in 1...frame.count {
            let target = try frame.text(at: index)
            guard accept(target) else { break }
            accepted += 1
        }
        frame.push(accepted)
        guard accepted == 0 else { return .results(1) }
        frame.push("failed to add new targets.")
        return .results(2)
    }

    private func accept(_ target: String) -> Bool {
        guard acceptsTargets, target.utf8.count < 1024 else {
            emit(
                .diagnostic(
                    Diagnostic(.standardError, "NSE: cannot add the target \"\(target.prefix(60))\" now")
                )
            )
            return false
        }
        if target.isEmpty { return addedTargets.count > 0 }
        if let scope = settings.scope, !scope.isOpen, !scope.takesNewTargets {
            current?.account.deny("DENIED new target \(target)", remedy: "--script-args newtargets")
            return false
        }
        if addedTargets.contains(target) { return true }
        guard addedTargets.count < AddedTargets.most, facts.add(target: target) else { return false }
        addedTargets.insert(target)
        return true
    }
}
