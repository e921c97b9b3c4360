// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// Scans the ports of many hosts at once with one technique.
///
/// Hosts take turns, each within its own window and all within that of the group. Each is reported as soon as
/// its last port is decided and never waits for others. Deciding what to do next is the matter of values
/// (``HostScan``, ``CongestionWindow``, …); this owns them and acts.
package final class PortScan {
    /// How a host's scan ended.
    package enum Ending: Hashable, Sendable {
        /// All ports are decided.
        case complete
        /// One answer was all that was wanted, and it came.
        case decided(PortOutcome)
        /// The host's time ran out.
        case timedOut
    }

    /// What a scan needs to know besides its technique.
    package struct Settings {
        /// The ports in the order of probing.
        package var order: [UInt16]
        /// Timing values.
        package var timing: ScanTiming
        /// The most packets in flight that the sockets of this process allow.
        package var socketLimit = 1014
        /// Whether the first answer that passes this test ends a host's scan; nothing scans all ports.
        package var endsWith: ((PortOutcome) -> Bool)?
        /// Answers that do not make the scan slower when they come late, as rate limits are not to count.
        package var ignoresForPace: (PortOutcome) -> Bool = { $0.state == .filtered }
        /// Timing pings of hosts, from earlier phases and for later ones.
        package var pings: TimingPings?
        /// Called when a port turns out to be open, at once.
        package var onOpenPort: ((ActiveHost, UInt16) -> Void)?
        /// Called before a host is reported of which a port was given up although more tries might have helped.
        package var onRetransmissionCap: ((ActiveHost) -> Void)?

        /// Makes settings that scan all ports.
        ///
        /// - Parameters:
        ///   - order: the ports in the order of probing; ``PacketTechnique`` lists its probes in the same order.
        ///   - timing: timing values.
        package init(order: [UInt16], timing: ScanTiming) {
            self.order = order
            self.timing = timing
        }
    }

    /// How far the scan is.
    package let progress: ScanProgress

    /// What probes are sent by.
    enum Means {
        case sockets(any SocketTechnique)
        case packets(any PacketTechnique)
    }

    let loop: EventLoop
    let means: Means
    let settings: Settings
    private let technique: any ScanTechnique
    private let ascending: [UInt16]
    private let onHostDone: (ActiveHost, Ending) -> Void
    private var hosts: [HostEntry] = []
    /// Hosts by their addresses, for replies; only where packets are sent.
    var hostsByAddress: [IPAddress: HostEntry] = [:]
    private var cursor = 0
    var group: CongestionWindow
    var groupRoundTrip: RTTEstimator
    var rate: RateLimiter
    var active = 0
    /// The present as read at the start of a turn's sending.
    var sendingAt: Instant
    private var isPumpComing = false
    private var alarm: DeadlineID?

    /// Probes that may be started in one turn of the loop.
    ///
    /// On loopback they are answered at once; other work must get its turn every few milliseconds.
    static let turnBudget = 512
    /// The same for packets: more in one go would overrun the buffers on the way.
    static let packetTurnBudget = 50

    /// Makes a scan without hosts that are probed with sockets.
    ///
    /// - Parameters:
    ///   - loop: the loop on which all happens.
    ///   - technique: how ports are probed.
    ///   - settings: which ports, and how fast.
    ///   - progress: what to count in.
    ///   - onHostDone: called from the loop, once for each host added.
    package convenience init(
        _ loop: EventLoop,
        _ technique: any SocketTechnique,
        _ settings: Settings,
        progress: ScanProgress,
        onHostDone: @escaping (ActiveHost, Ending) -> Void
    ) {
        self.init(loop, .sockets(technique), technique, settings, progress, onHostDone)
    }

    /// Makes a scan without hosts that are probed with packets; see the other initializer.
    package convenience init(
        _ loop: EventLoop,
        _ technique: any PacketTechnique,
        _ settings: Settings,
        progress: ScanProgress,
        onHostDone: @escaping (ActiveHost, Ending) -> Void
    ) {
        self.init(loop, .packets(technique), technique, settings, progress, onHostDone)
        // The technique belongs to this scan alone and ends with it.
        technique.onReply = { [unowned self] in take($0, at: $1, link: $2) }
    }

    private init(
        _ loop: EventLoop,
        _ means: Means,
        _ technique: any ScanTechnique,
        _ settings: Settings,
        _ progress: ScanProgress,
        _ onHostDone: @escaping (ActiveHost, Ending) -> Void
    ) {
        self.loop = loop
        self.means = means
        self.technique = technique
        sendingAt = loop.now
        self.settings = settings
        self.progress = progress
        self.onHostDone = onHostDone
        ascending = PortSet(settings.order).numbers
        let template = settings.timing.template
        group = CongestionWindow(.group, settings.timing)
        groupRoundTrip = RTTEstimator(template)
        rate = RateLimiter(minimum: template.minimumRate, maximum: template.maximumRate)
    }

    deinit { if let alarm { loop.cancel(alarm) } }

    /// Adds a host; may be called at any time.
    ///
    /// - Parameters:
    ///   - host: the host.
    ///   - timeLimit: how much of its time it has left; nothing if that is not limited.
    package func add(_ host: ActiveHost, timeLimit: TimeSpan? = nil) {
        var scan = HostScan(
            portCount: settings.order.count,
            timing: settings.timing,
            transport: technique.transport,
            timeLimit: timeLimit
        )
        scan.roundTrip = RTTEstimator(settings.timing.template, from: host.host.times)
        scan.timeout.start(loop.now)
        let entry = HostEntry(host, scan)
        hosts.append(entry)
        if case .packets(let technique) = means { open(entry, technique) }
        progress.total += settings.order.count
        progress.enter()
        pumpSoon()
    }

    /// Stops at once: probes in flight are cancelled, and no host is reported any more.
    package func cancel() {
        for entry in hosts { entry.end() }
        hosts = []
        hostsByAddress = [:]
        active = 0
    }

    // MARK: Turns

    func pumpSoon() {
        guard !isPumpComing else { return }
        isPumpComing = true
        loop.soon { self.pump() }
    }

    /// Lets hosts send in turn until none can, or the turn's budget is spent.
    private func pump() {
        isPumpComing = false
        var budget = Self.turnBudget
        sendingAt = loop.now
        if case .packets = means {
            budget = Self.packetTurnBudget
            sendingAt = loop.clockNow
        }
        var idle = 0
        var wake: Instant?
        while budget > 0, !hosts.isEmpty, idle < hosts.count {
            if cursor >= hosts.count { cursor = 0 }
            let entry = hosts[cursor]
            if let instant = entry.scan.timeout.deadline {
                guard instant > loop.now else {
                    finish(entry, .timedOut)
                    continue
                }
                wake = min(wake ?? instant, instant)
            }
            if case .packets(let technique) = means {
                let before = active
                let instant = expire(entry)
                // What ran out makes room for hosts that were asked before this one.
                if active < before { idle = 0 }
                if let instant { wake = min(wake ?? instant, instant) }
                if sendPing(entry, technique) {
                    // Its own time must be watched, too: nothing else may be in flight.
                    budget -= 1
                    idle = 0
                    continue
                }
            }
            switch nextStep(entry) {
            case .send(let probe):
                idle = 0
                budget -= 1
                send(probe, entry)
                cursor += 1
            case .wait(let instant):
                wake = min(wake ?? instant, instant)
                idle += 1
                cursor += 1
            case .blocked:
                idle += 1
                cursor += 1
            case .finished: finish(entry, .complete)
            }
        }
        if budget == 0 { pumpSoon() } else { setAlarm(wake) }
    }

    private func nextStep(_ entry: HostEntry) -> HostStep {
        let now = loop.now
        if let later = rate.waits(now) {
            // A host whose ports are all decided need not wait to be told so.
            let step = entry.scan.step(now, windowIsOpen: false)
            return step == .blocked ? .wait(later) : step
        }
        let fitsSockets = active < settings.socketLimit
        let isOpen = fitsSockets && (rate.isDue(now) || windowsAllow(entry))
        let step = entry.scan.step(now, windowIsOpen: isOpen)
        // A time that has passed is no reason to wake up: then it is answers that are waited for.
        if step == .blocked, fitsSockets, let due = rate.nextDue, due > now { return .wait(due) }
        return step
    }

    func windowsAllow(_ entry: HostEntry) -> Bool {
        let isWellKnown = entry.ping == nil && entry.scan.sentCount >= 80 && group.updates > 1
        let window = isWellKnown && group.size > entry.scan.window.size ? group : entry.scan.window
        return window.allows(entry.scan.active) && (hosts.count == 1 || group.allows(active))
    }

    private func setAlarm(_ instant: Instant?) {
        guard instant != nil || alarm != nil else { return }
        let id = alarm ?? loop.makeDeadline { [unowned self] in pump() }
        alarm = id
        // Many hosts, each with its own times, must not make a turn for each.
        let least = hosts.count > 64 ? loop.now + .milliseconds(2) : loop.now
        loop.set(id, at: instant.map { max($0, least) })
    }

    // MARK: Probes

    private func send(_ probe: PortProbe, _ entry: HostEntry) {
        let now = loop.now
        let port = settings.order[Int(probe.index)]
        entry.scan.sent(probe, now)
        active += 1
        rate.sent(rateIsLimited ? technique.packetCount(port) : 0, now)
        switch means {
        case .packets(let technique): send(probe, entry, technique)
        case .sockets(let technique): send(probe, port, entry, technique, now)
        }
    }

    private func send(
        _ probe: PortProbe,
        _ port: UInt16,
        _ entry: HostEntry,
        _ technique: any SocketTechnique,
        _ now: Instant
    ) {
        let address = SocketAddress(entry.host.host.address, port: port)
        let start = technique.probe(address, before: now + timeout(entry)) { [weak self] reply in
            entry.inFlight[probe] = nil
            self?.take(reply, probe, entry, sent: now)
            self?.pumpSoon()
        }
        switch start {
        case .finished(let reply): take(reply, probe, entry, sent: now)
        case .inFlight(let flight): entry.inFlight[probe] = flight
        }
    }

    private var rateIsLimited: Bool {
        settings.timing.template.minimumRate != nil || settings.timing.template.maximumRate != nil
    }

    func timeout(_ entry: HostEntry) -> TimeSpan {
        var microseconds = entry.scan.roundTrip.timeout
        if entry.scan.roundTrip.smoothed <= 0, groupRoundTrip.smoothed > 0 {
            microseconds = groupRoundTrip.timeout
        }
        return max(.microseconds(microseconds), entry.scan.delay.span)
    }

    private func take(_ reply: ProbeReply, _ probe: PortProbe, _ entry: HostEntry, sent: Instant) {
        guard !entry.isOver else { return }
        active -= 1
        switch reply {
        case .answered(let outcome): takeAnswer(outcome, probe, entry, sent: sent)
        case .inconclusive where entry.repeats < HostEntry.mostRepeats:
            entry.repeats += 1
            entry.scan.repeatProbe(probe)
        case .silent, .inconclusive: takeSilence(probe, entry)
        case .denied:
            entry.scan.answered(probe, technique.silence)
            countDecided(entry)
        }
    }

    /// Takes note that a probe timed out.
    func takeSilence(_ probe: PortProbe, _ entry: HostEntry) {
        entry.scan.window.expect()
        group.expect()
        if !entry.scan.timedOut(probe) { countDecided(entry) }
    }

    private func takeAnswer(_ outcome: PortOutcome, _ probe: PortProbe, _ entry: HostEntry, sent: Instant) {
        // Answers that come within the system call took less than the clock of a turn can tell.
        record(max(loop.now - sent, .microseconds(1)), entry)
        decide(outcome, probe, entry, sent: sent)
    }

    /// Takes a measured round trip into account.
    func record(_ sample: TimeSpan, _ entry: HostEntry) {
        entry.scan.roundTrip.record(sample)
        groupRoundTrip.record(sample)
    }

    /// Takes an answer into account; one whose probe had timed out is not in flight any more.
    func decide(
        _ outcome: PortOutcome,
        _ probe: PortProbe,
        _ entry: HostEntry,
        sent: Instant,
        wasActive: Bool = true
    ) {
        if wasActive {
            entry.scan.window.expect()
            group.expect()
        }
        if !settings.ignoresForPace(outcome) { adjust(probe, entry, sent: sent) }
        entry.scan.answered(probe, outcome, wasActive: wasActive)
        countDecided(entry)
        if outcome.state == .open, let onOpenPort = settings.onOpenPort {
            onOpenPort(entry.host, settings.order[Int(probe.index)])
        }
        if let endsWith = settings.endsWith, endsWith(outcome) { finish(entry, .decided(outcome)) }
    }

    /// Lets windows grow for an answer, or shrink for one that came only to a repeated probe.
    private func adjust(_ probe: PortProbe, _ entry: HostEntry, sent: Instant) {
        guard probe.attempt > 0 else {
            entry.scan.window.answered()
            group.answered()
            entry.scan.delay.answered()
            return
        }
        let now = loop.now
        entry.scan.window.dropped(sent: sent, now: now, active: entry.scan.active)
        group.dropped(sent: sent, now: now, active: active)
        _ = entry.scan.delay.dropped(answeredAt: Int(probe.attempt))
    }

    private func countDecided(_ entry: HostEntry) {
        entry.decided += 1
        progress.done += 1
    }

    // MARK: The end of a host

    func finish(_ entry: HostEntry, _ ending: Ending) {
        guard !entry.isOver, let index = hosts.firstIndex(where: { $0 === entry }) else { return }
        active -= entry.scan.active
        entry.end()
        if let target = entry.target { hostsByAddress[target.plainAddress] = nil }
        if let ping = entry.ping { settings.pings?[entry.host.number] = ping }
        hosts.remove(at: index)
        if index < cursor { cursor -= 1 }
        entry.scan.timeout.stop(loop.now)
        // Ports that waited for another try in vain, or that nobody asked any more.
        progress.done += max(0, settings.order.count - entry.decided)
        progress.leave()
        if settings.endsWith == nil {
            entry.scan.write(
                to: &entry.host.host.ports,
                order: settings.order,
                ascending: ascending,
                technique.transport,
                silence: ending == .complete ? technique.silence : nil
            )
        }
        if let times = entry.scan.roundTrip.times { entry.host.host.times = times }
        if ending == .timedOut { entry.host.host.timedOut = true }
        if entry.scan.hitRetransmissionCap { settings.onRetransmissionCap?(entry.host) }
        onHostDone(entry.host, ending)
    }
}
