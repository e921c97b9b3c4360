// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeWire

/// Scanning ports.
extension HostPipeline {
    func makeScans() {
        guard let selection else { return }
        var random = SeededRandom(seed: session.plan.seed ?? UInt64.random(in: .min ... .max))
        for technique in session.plan.techniques {
            let ports = selection.ports(technique.transport)
            guard !ports.isEmpty else { continue }
            let order =
                session.plan.ports.isSequential
                ? ports : ProbeOrder.shuffled(ports, technique.transport, using: &random)
            let progress = ScanProgress(technique.phase)
            guard let scan = makeScan(technique, order, progress, place: scans.count) else { continue }
            phases.watch(progress)
            scans.append(scan)
            scanProgress.append(progress)
        }
    }

    private func makeScan(
        _ technique: Sonde.ScanTechnique,
        _ order: [UInt16],
        _ progress: ScanProgress,
        place: Int
    ) -> PortScan? {
        var settings = PortScan.Settings(order: order, timing: timing(technique.transport))
        settings.socketLimit = max(16, session.network.gate.budget.limit)
        settings.onRetransmissionCap = { [unowned self] active in
            session.warnAboutCap(active.host.address, session.plan.timing.template.maximumRetries)
        }
        let done: (ActiveHost, PortScan.Ending) -> Void = { [unowned self] active, ending in
            if case .timedOut = ending { active.host.timedOut = true }
            nameVendor(of: active)
            scanPorts(of: active, from: place + 1)
        }
        if session.plan.verbosity > 0, technique != .ipProtocol {
            settings.onOpenPort = { [unowned self] active, number in
                let port = "\(number)/\(technique.transport.rawValue)"
                session.tell(1, "Discovered open port \(port) on \(active.host.address)")
            }
        }
        let loop = session.network.loop
        if let raw, technique != .connect {
            settings.pings = pings
            settings.ignoresForPace = paceRule(technique)
            let packets = rawTechnique(technique, order, raw)
            return PortScan(loop, packets, settings, progress: progress, onHostDone: done)
        }
        guard let sockets = socketTechnique(technique) else { return nil }
        return PortScan(loop, sockets, settings, progress: progress, onHostDone: done)
    }

    private func socketTechnique(_ technique: Sonde.ScanTechnique) -> (any SocketTechnique)? {
        switch technique {
        case .connect:
            let scan = ConnectScan(session.network, options: connectOptions)
            guard session.plan.tracesPackets else { return scan }
            scan.onTrace = { [unowned session] in session.tell("CONN", "TCP localhost > \($0) => \($1)") }
            return scan
        case .udp:
            return UDPScan(session.network, payloads: session.files.payloads, options: connectOptions)
        default: return nil
        }
    }

    private func rawTechnique(
        _ technique: Sonde.ScanTechnique,
        _ order: [UInt16],
        _ channel: RawChannel
    ) -> RawScan {
        let flags = session.plan.packets.scanFlags.map { TCPFlags(rawValue: UInt16($0)) }
        let silence: PortState? =
            technique == .udp && session.plan.timing.ignoresErrorLimits ? .closedOrFiltered : nil
        return RawScan(
            channel,
            technique.rules,
            probes: order.map { technique.probe($0, flags) },
            transport: technique.transport,
            family: session.plan.targets.family,
            silence: silence,
            payloads: payloads
        )
    }

    /// Which late answers do not slow a scan down.
    private func paceRule(_ technique: Sonde.ScanTechnique) -> (PortOutcome) -> Bool {
        let ignoresResets = session.plan.timing.ignoresResetLimits
        let ignoresErrors = session.plan.timing.ignoresErrorLimits && technique == .udp
        return { outcome in
            outcome.state == .filtered || ignoresResets && outcome.reason == .reset
                || ignoresErrors && outcome.state == .closed
        }
    }

    /// What UDP probes of a port carry.
    var payloads: (UInt16) -> [[UInt8]] {
        let files = session.files
        return { files.payloads.payloads(for: $0) }
    }

    func scanPorts(of active: ActiveHost, from index: Int) {
        guard index < scans.count, !active.host.timedOut else {
            advance(active, after: .ports)
            return
        }
        scans[index].add(active, timeLimit: timeLeft(of: active))
    }

    func timing(_ transport: TransportProtocol) -> ScanTiming {
        ScanTiming(
            session.plan.timing.template,
            transport: transport,
            maximumScanDelay: session.plan.timing.maximumScanDelay
        )
    }

    var connectOptions: ConnectOptions {
        let packets = session.plan.packets
        var options = ConnectOptions()
        options.source = packets.sourceAddress.map { SocketAddress($0, port: 0) }
        options.interface = packets.interface
        options.ttl = packets.timeToLive
        return options
    }
}

extension ScanTechnique {
    /// What the status line calls it.
    var phase: Phase {
        switch self {
        case .syn: .synScan
        case .connect: .connectScan
        case .ack: .ackScan
        case .window: .windowScan
        case .fin: .finScan
        case .xmas: .xmasScan
        case .null: .nullScan
        case .maimon: .maimonScan
        case .udp: .udpScan
        case .sctpInit: .sctpInitScan
        case .sctpCookieEcho: .sctpCookieScan
        case .ipProtocol: .protocolScan
        }
    }

    /// What replies mean.
    var rules: ReplyRules {
        switch self {
        case .syn, .connect: .syn
        case .ack: .ack
        case .window: .window
        case .fin, .xmas, .null, .maimon: .silentWhenOpen
        case .udp: .udp
        case .sctpInit: .sctpInit
        case .sctpCookieEcho: .sctpCookie
        case .ipProtocol: .ipProtocol
        }
    }

    /// The probe of a port, with other TCP flags if some are given.
    func probe(_ port: UInt16, _ flags: TCPFlags?) -> RawProbe {
        switch self {
        case .syn, .connect: .tcp(flags ?? .syn, port: port)
        case .ack, .window: .tcp(flags ?? .ack, port: port)
        case .fin: .tcp(flags ?? .fin, port: port)
        case .xmas: .tcp(flags ?? [.fin, .psh, .urg], port: port)
        case .null: .tcp(flags ?? [], port: port)
        case .maimon: .tcp(flags ?? [.fin, .ack], port: port)
        case .udp: .udp(port: port)
        case .sctpInit: .sctpInit(port: port)
        case .sctpCookieEcho: .sctpCookie(port: port)
        case .ipProtocol: .ipProtocol(UInt8(truncatingIfNeeded: port))
        }
    }
}
