// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import SondeDatabase
package import SondeIO
package import SondeModel

/// Finds out the services of many hosts' ports at once.
///
/// Ports of all hosts wait in one queue and are asked side by side, as many as the window allows. A host is reported when its
/// last port is known.
package final class ServiceDetection {
    /// What a detection needs to know besides the probes.
    package struct Settings {
        /// What fingerprints tell of us, and the intensity.
        package var head: ServiceFingerprint.Head
        /// Timing values; how many services are asked at once.
        package var timing: TimingTemplate
        /// How connections leave this machine.
        package var options = ConnectOptions()
        /// Whether a port is not to be asked.
        package var excludes: (Port) -> Bool = { _ in false }
        /// The name that a port number suggests.
        package var tableName: (Port) -> String? = { _ in nil }
        /// Takes what a person may want to know, at a level of `-v`.
        package var tell: (Int, String) -> Void = { _, _ in }
        /// Takes each step, for `--version-trace`; nothing if it is not traced.
        package var trace: ((String) -> Void)?
        /// How long a connection may take.
        package var connecting = TimeSpan.seconds(5)
        /// How long a connection with TLS may take.
        package var handshaking = TimeSpan.seconds(8)

        /// Makes settings.
        package init(head: ServiceFingerprint.Head, timing: TimingTemplate) {
            self.head = head
            self.timing = timing
        }
    }

    /// How far the detection is.
    package let progress = ScanProgress(.services)

    let matcher: ServiceMatcher
    let network: Network
    var loop: EventLoop { network.loop }
    /// Whether the pace allows that a service is asked several things at once.
    var asksAhead: Bool { settings.timing.level >= 3 }

    private let settings: Settings
    private let onHostDone: (ActiveHost) -> Void
    private var window: ServiceWindow
    private var queue: Deque<Waiting> = []
    private var running: [ObjectIdentifier: Running] = [:]
    private var entries: [Entry] = []
    private var isPumpComing = false

    /// A host whose services are being found out.
    private final class Entry {
        let host: ActiveHost
        var open = 0
        var alarm: DeadlineID?
        var isOver = false

        init(_ host: ActiveHost) { self.host = host }
    }

    private struct Waiting {
        let entry: Entry
        let port: Port
        let isSecondTry: Bool
    }

    private struct Running {
        let detection: PortDetection
        let entry: Entry
        let isSecondTry: Bool
    }

    /// Makes a detection without hosts.
    ///
    /// - Parameters:
    ///   - network: the network.
    ///   - matcher: the probes and their lines.
    ///   - settings: how to go about it.
    ///   - onHostDone: called from the loop, once for each host added.
    package init(
        _ network: Network,
        _ matcher: ServiceMatcher,
        _ settings: Settings,
        onHostDone: @escaping (ActiveHost) -> Void
    ) {
        self.network = network
        self.matcher = matcher
        self.settings = settings
        self.onHostDone = onHostDone
        window = ServiceWindow(settings.timing, sockets: network.gate.budget.limit)
    }

    /// Adds a host whose ports are scanned; may be called at any time.
    ///
    /// - Parameters:
    ///   - host: the host; what is found out is written into its ports.
    ///   - timeLimit: how much of its time it has left; nothing if that is not limited.
    package func add(_ host: ActiveHost, timeLimit: TimeSpan? = nil) {
        let entry = Entry(host)
        let candidates = Self.candidates(host.host.ports)
        let ports = candidates.filter { !settings.excludes($0) }
        for port in candidates where settings.excludes(port) {
            settings.trace?("EXCLUDING \(port)")
            var service = ServiceInfo(name: settings.tableName(port))
            if ports.isEmpty { service.product = "Excluded from version scan" }
            host.host.ports.setService(service, for: port)
        }
        entry.open = ports.count
        progress.total += ports.count
        progress.enter()
        entries.append(entry)
        guard !ports.isEmpty else {
            loop.soon { [weak self] in self?.finish(entry) }
            return
        }
        queue.append(contentsOf: ports.map { Waiting(entry: entry, port: $0, isSecondTry: false) })
        if let timeLimit {
            entry.alarm = loop.schedule(at: loop.now + timeLimit) { [weak self] in self?.timeIsUp(for: entry)
            }
        }
        pumpSoon()
    }

    /// Stops at once; no host is reported any more.
    package func cancel() {
        for one in running.values { one.detection.cancel() }
        running = [:]
        queue = []
        for entry in entries {
            entry.isOver = true
            if let alarm = entry.alarm { loop.cancel(alarm) }
        }
        entries = []
    }

    /// The ports that may have a service: open ones first, then those that may be open.
    static func candidates(_ ports: PortTable) -> [Port] {
        [PortState.open, .openOrFiltered].flatMap { state in
            ports.records { $0.state == state }.map(\.port).filter { $0.transport != .ip }
        }
    }

    // MARK: Turns

    private func pumpSoon() {
        guard !isPumpComing else { return }
        isPumpComing = true
        loop.soon { [weak self] in self?.pump() }
    }

    private func pump() {
        isPumpComing = false
        while running.count < window.limit, let next = queue.popFirst() {
            guard !next.entry.isOver else { continue }
            let sequence = ProbeSequence(next.port, settings.head)
            let detection = PortDetection(self, next.entry.host, next.port, sequence)
            running[ObjectIdentifier(detection)] = Running(
                detection: detection,
                entry: next.entry,
                isSecondTry: next.isSecondTry
            )
            detection.start()
        }
    }

    // MARK: For the ports

    /// Where and how a port is asked.
    func endpoint(_ host: ActiveHost, _ port: Port) -> ServiceExchange.Endpoint {
        ServiceExchange.Endpoint(
            network: network,
            address: SocketAddress(host.host.address, port: port.number),
            port: port,
            options: settings.options,
            serverName: host.host.targetName,
            connecting: settings.connecting,
            handshaking: settings.handshaking
        )
    }

    /// Whether there is room for a connection that a service is asked ahead on.
    var allowsAnother: Bool {
        window.allowsAskingAhead(running.values.reduce(0) { $0 + $1.detection.connections })
    }

    /// A port has accepted a connection, or answered.
    func connected(_ detection: PortDetection) {
        window.answered()
        let (host, port) = (detection.host, detection.port)
        guard host.host.ports.outcome(of: port)?.state == .openOrFiltered else { return }
        let reason: Reason = port.transport == .udp ? .udpResponse : .tcpResponse
        host.host.ports.set(PortOutcome(.open, reason), for: port)
        settings.tell(1, "Discovered open|filtered port \(port) on \(host.host.title) is actually open")
    }

    /// A port's service is known, as far as it can be.
    func ended(_ detection: PortDetection) {
        guard let one = running.removeValue(forKey: ObjectIdentifier(detection)) else { return }
        defer { pumpSoon() }
        let result = detection.result
        if result.ending == .incomplete, !detection.hasConnected, window.lost(), !one.isSecondTry {
            queue.prepend(Waiting(entry: one.entry, port: detection.port, isSecondTry: true))
            return
        }
        settle(detection.port, result, one.entry)
    }

    private func settle(_ port: Port, _ result: ProbeSequence.Result, _ entry: Entry) {
        traceResult(result, port, entry.host)
        entry.host.host.ports.setService(result.info(tableName: settings.tableName(port)), for: port)
        progress.done += 1
        entry.open -= 1
        if entry.open == 0 { finish(entry) }
    }

    // MARK: The end of a host

    private func timeIsUp(for entry: Entry) {
        entry.host.host.timedOut = true
        for (id, one) in running where one.entry === entry {
            one.detection.cancel()
            running[id] = nil
        }
        progress.done += entry.open
        finish(entry)
        pumpSoon()
    }

    private func finish(_ entry: Entry) {
        guard !entry.isOver else { return }
        entry.isOver = true
        if let alarm = entry.alarm { loop.cancel(alarm) }
        entries.removeAll { $0 === entry }
        progress.leave()
        onHostDone(entry.host)
    }

    // MARK: Trace

    func trace(_ question: ProbeSequence.Question, of detection: PortDetection) {
        guard let trace = settings.trace else { return }
        let name = matcher.file.probes[question.probe].name
        trace("Service scan sending probe \(name) to \(place(detection.host, detection.port))")
    }

    private func traceResult(_ result: ProbeSequence.Result, _ port: Port, _ host: ActiveHost) {
        guard let trace = settings.trace, let finding = result.finding else { return }
        let fields = [VersionField.product, .version, .info].map { finding.fields[$0] ?? "" }
        let line = "\(matcher.file.probes[finding.probe].name) line \(finding.line)"
        let name = (result.isTunnelled ? "SSL/" : "") + finding.name
        trace(
            "Service scan \(finding.isSoft ? "soft" : "hard") match (matched with \(line)): "
                + "\(place(host, port)) is \(name).  Version: |\(fields.joined(separator: "|"))|"
        )
    }

    private func place(_ host: ActiveHost, _ port: Port) -> String {
        "\(SocketAddress(host.host.address, port: port.number)) (\(port.transport.rawValue))"
    }
}
