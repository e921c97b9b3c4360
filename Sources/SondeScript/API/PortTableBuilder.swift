// SPDX-License-Identifier: Apache-2.0

internal import SondeLua
internal import SondeModel

/// The `port` table of scripts (spec `nse-api`, section 4.1).
extension ScriptEngine {
    /// Pushes a fresh table with what is known of a port, or nil if it was not scanned.
    ///
    /// - Parameters:
    ///   - frame: where to.
    ///   - host: the host.
    ///   - port: the port.
    ///   - generation: which scripts the table is for; nothing for the running one.
    func pushPort(
        _ frame: borrowing CallFrame,
        _ host: ActiveHost,
        _ port: Port,
        for generation: ScriptGeneration? = nil
    ) {
        guard let record = host.host.ports[port] else {
            frame.pushNil()
            return
        }
        push(frame, record, for: generation)
    }

    /// Pushes a fresh table with what is known of a port.
    func push(
        _ frame: borrowing CallFrame,
        _ record: PortRecord,
        for generation: ScriptGeneration? = nil
    ) {
        let generation = generation ?? current?.script.generation ?? .present
        let service = record.service ?? ServiceInfo(name: facts.serviceName(of: record.port))
        frame.pushTable(fields: 8)
        frame.setField("number", Int(record.port.number))
        frame.setField("protocol", record.port.transport.rawValue)
        frame.setField("state", record.outcome.state.rawValue)
        frame.setField("reason", record.outcome.reason.rawValue)
        frame.setField("reason_ttl", Int(record.outcome.ttl))
        frame.setField("service", service.name)
        pushVersion(frame, service)
        if generation == .lua51 { pushProgram(frame, service) }
        frame.setField("version")
    }

    private func pushVersion(_ frame: borrowing CallFrame, _ service: ServiceInfo) {
        frame.pushTable(fields: 12)
        frame.setField("name", service.name)
        frame.setField("name_confidence", Double(service.confidence))
        frame.setField("product", service.product)
        frame.setField("version", service.version)
        frame.setField("extrainfo", service.extraInfo)
        frame.setField("hostname", service.hostname)
        frame.setField("ostype", service.osType)
        frame.setField("devicetype", service.deviceType)
        frame.setField("service_tunnel", service.tunnel.rawValue)
        frame.setField("service_fp", service.fingerprint)
        frame.setField("service_dtype", service.method.rawValue)
        frame.pushTable(elements: service.cpes.count)
        for (index, cpe) in service.cpes.enumerated() {
            frame.push(cpe)
            frame.setElement(index + 1)
        }
        frame.setField("cpe")
    }

    /// Tells scripts of old which RPC program was found; detection tells by version and further words of the service now.
    private func pushProgram(_ frame: borrowing CallFrame, _ service: ServiceInfo) {
        let mark = "RPC #"
        let words = service.extraInfo ?? ""
        guard words.hasPrefix(mark), let program = Int(words.dropFirst(mark.count)) else {
            frame.setField("rpc_status", "untested")
            return
        }
        frame.setField("rpc_status", "good_prog")
        frame.setField("rpc_program", program)
        let versions = (service.version ?? "").split(separator: "-").compactMap { Int($0) }
        guard let lowest = versions.first, let highest = versions.last else { return }
        frame.setField("rpc_lowver", lowest)
        frame.setField("rpc_highver", highest)
    }

    /// The port that an argument names: a table with an integer `number` and a string `protocol`.
    func portArgument(_ frame: borrowing CallFrame, at index: Int) throws(HostError) -> Port {
        try frame.requireTable(at: index)
        guard case .integer(let number) = frame.field("number", of: index) else {
            throw .message("port 'number' field must be an integer")
        }
        guard let word = frame.textField("protocol", of: index) else {
            throw .message("port 'protocol' field must be a string")
        }
        guard let transport = TransportProtocol(rawValue: word), transport != .ip else {
            throw .message("port 'protocol' field must be \"udp\", \"sctp\" or \"tcp\"")
        }
        return Port(UInt16(truncatingIfNeeded: number), transport)
    }

    // MARK: What a script tells of a service

    /// How sure a script is of a service (third argument of `set_port_version`).
    enum ProbeState: String {
        case hardmatched, softmatched, nomatch, tcpwrapped, incomplete
    }

    /// The service that the `version` table of a port argument tells of.
    func serviceArgument(
        _ frame: borrowing CallFrame,
        at index: Int,
        _ port: Port,
        _ state: ProbeState
    ) throws(HostError) -> ServiceInfo {
        frame.pushField("version", of: index)
        defer { frame.pop() }
        guard frame.type(at: -1) == .table else { throw .message("port 'version' field must be a table") }
        let table = frame.count
        var service = ServiceInfo(name: frame.textField("name", of: table))
        service.product = Self.printable(frame.octetsField("product", of: table), 80)
        service.version = Self.printable(frame.octetsField("version", of: table), 80)
        service.extraInfo = Self.printable(frame.octetsField("extrainfo", of: table), 256)
        service.hostname = Self.printable(frame.octetsField("hostname", of: table), 80)
        service.osType = Self.printable(frame.octetsField("ostype", of: table), 32)
        service.deviceType = Self.printable(frame.octetsField("devicetype", of: table), 32)
        if state != .hardmatched { service.fingerprint = frame.textField("service_fp", of: table) }
        switch frame.field("service_tunnel", of: table) {
        case .nil: break
        case .string(let word):
            guard let tunnel = ServiceInfo.Tunnel(rawValue: String(decoding: word, as: UTF8.self)) else {
                throw .argument(index, "invalid value for port.version.service_tunnel")
            }
            service.tunnel = tunnel
        default: throw .argument(index, "invalid value for port.version.service_tunnel")
        }
        service.cpes = try cpes(frame, of: table)
        apply(state, to: &service, port)
        return service
    }

    private func cpes(_ frame: borrowing CallFrame, of table: Int) throws(HostError) -> [String] {
        frame.pushField("cpe", of: table)
        defer { frame.pop() }
        if frame.isNil(at: -1) { return [] }
        guard frame.type(at: -1) == .table else { throw .message("port.version 'cpe' field must be a table") }
        var names: [String] = []
        frame.forEachEntry(of: frame.count) { entry in
            if let name = Self.printable(entry.octets(at: -1), 80) { names.append(name) }
            return true
        }
        return names
    }

    private func apply(_ state: ProbeState, to service: inout ServiceInfo, _ port: Port) {
        switch state {
        case .hardmatched, .softmatched:
            service.method = .probed
            service.confidence = 10
        case .tcpwrapped:
            service.method = .probed
            service.confidence = 8
            service.name = service.name ?? "tcpwrapped"
        case .nomatch, .incomplete:
            service.method = .table
            service.confidence = 3
            service.name = service.name ?? facts.serviceName(of: port)
        }
    }

    /// The first octets of a text, with a full stop for each that is not printable ASCII.
    private static func printable(_ octets: [UInt8]?, _ count: Int) -> String? {
        octets.map { octets in
            String(
                decoding: octets.prefix(count).map { (32...126).contains($0) ? $0 : UInt8(ascii: ".") },
                as: UTF8.self
            )
        }
    }
}
