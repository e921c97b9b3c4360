// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel

/// The detection of one host's operating system: round after round until a system fits or enough was tried.
final class OSDetectionJob: OSHostJob {
    /// The pause before every round but the first.
    private static let roundPause = TimeSpan.milliseconds(1000)
    /// A longer pause, so that what disturbed three rounds may pass.
    private static let longPause = TimeSpan.milliseconds(2500)

    let active: ActiveHost
    let completion: () -> Void
    private unowned let owner: OSDetection
    let path: NetworkPath
    private let deadline: Instant?
    private var ports: OSPortChoice
    private var evidence = OSEvidence()
    private var round: OSRound
    private var writer: OSProbeWriter
    private var schedule: OSProbeSchedule
    private var sendTimes: [OSProbe: Instant] = [:]
    private var timingRatio = 0.0
    private var hasFailedProbe = false
    private var hasWarned = false
    private var isRunning = false
    private var alarm: DeadlineID?

    init(
        _ owner: OSDetection,
        _ active: ActiveHost,
        _ path: NetworkPath,
        _ ports: OSPortChoice,
        deadline: Instant?,
        completion: @escaping () -> Void
    ) {
        self.owner = owner
        self.active = active
        self.path = path
        self.ports = ports
        self.deadline = deadline
        self.completion = completion
        writer = OSProbeWriter(
            from: path.source,
            to: active.host.address,
            ports: ports.probed,
            basePort: owner.basePort(ofRound: 0),
            using: &owner.random
        )
        round = OSRound(writer.sent)
        schedule = OSProbeSchedule(hasOpenPort: false, timeout: .zero)
    }

    /// Begins the first round.
    func start() {
        alarm = owner.network.loop.makeDeadline { [unowned self] in goOn() }
        wait(until: owner.startTime(after: owner.network.loop.now))
    }

    /// Ends it without a result.
    func cancel() {
        if let alarm { owner.network.loop.cancel(alarm) }
        alarm = nil
    }

    private func wait(until instant: Instant) {
        guard let alarm else { return }
        owner.network.loop.set(alarm, at: deadline.map { min($0, instant) } ?? instant)
    }

    // MARK: Rounds

    private func goOn() {
        let now = owner.network.loop.clockNow
        if let deadline, now >= deadline {
            active.host.timedOut = true
            end()
            return
        }
        if isRunning { proceed() } else { beginRound() }
    }

    private func beginRound() {
        let number = evidence.fingerprints.count
        let verb = number == 0 ? "Initiating" : "Retrying"
        owner.tell("\(verb) OS detection (try #\(number + 1)) against \(active.host.title)")
        writer = OSProbeWriter(
            from: path.source.withoutZone,
            to: active.host.address.withoutZone,
            ports: ports.probed,
            basePort: owner.basePort(ofRound: number),
            using: &owner.random
        )
        writer.timeToLive = owner.settings.timeToLive
        writer.spoilsChecksums = owner.settings.spoilsChecksums
        round = OSRound(writer.sent)
        round.hasOpenPort = ports.probed.open != nil
        round.hasClosedPort = ports.known.closedTCP != nil
        round.isLocal = path.isLocal
        round.isTooSlow = owner.settings.timing.scanDelay > .milliseconds(1000)
        schedule = OSProbeSchedule(
            hasOpenPort: round.hasOpenPort,
            timeout: timeout,
            delay: owner.settings.timing.scanDelay
        )
        sendTimes = [:]
        isRunning = true
        proceed()
    }

    /// How long an answer may take.
    private var timeout: TimeSpan {
        if let times = active.host.times, times.smoothed > 0 { return .microseconds(times.timeout) }
        return owner.settings.timing.initialRTTTimeout
    }

    /// Does what the schedule says until there is something to wait for.
    private func proceed() {
        while true {
            switch schedule.step(now: owner.network.loop.clockNow, hasAnswer: { round.hasAnswer(to: $0) }) {
            case .send(let probe): send(probe)
            case .wait(let instant): return wait(until: instant)
            case .done: return endRound()
            }
        }
    }

    private func send(_ probe: OSProbe) {
        let packet = writer.packet(probe, using: &owner.random)
        let now = owner.network.loop.clockNow
        sendTimes[probe] = now
        schedule.sent(probe, at: now)
        if let packet, !owner.send(packet, to: active.host.address) { hasFailedProbe = true }
    }

    private func endRound() {
        isRunning = false
        if let span = schedule.sequenceSpan {
            let ratio = span.seconds / 0.5
            timingRatio = max(timingRatio, ratio)
            if owner.settings.debugging > 0 { owner.tell("OS detection timing ratio: \(ratio)") }
        }
        evidence.add(round, owner.database)
        let limit = OSEvidence.roundLimit(
            owner.settings.mostRounds,
            isSuitable: suitability.problem == nil
        )
        let count = evidence.fingerprints.count
        if evidence.isSettled || count >= limit { return conclude() }
        let pause = count == 3 ? Self.longPause : Self.roundPause
        wait(until: owner.startTime(after: owner.network.loop.clockNow + pause))
    }

    // MARK: Answers

    func received(_ octets: Span<UInt8>, at start: Int, _ time: Instant) {
        guard isRunning, let reply = OSReply(octets, at: start), reply.destination == writer.source,
            record(reply)
        else { return }
        if round.hasUnexpectedReset, !hasWarned, let port = ports.probed.open {
            hasWarned = true
            owner.warn("WARNING: RST from \(active.host.address) port \(port) -- is this port really open?")
        }
        proceed()
    }

    private func record(_ reply: OSReply) -> Bool {
        switch reply.content {
        case .tcp(let source, let destination, let segment):
            guard destination >= writer.basePort,
                let probe = OSProbe(portOffset: destination - writer.basePort),
                let time = sendTimes[probe],
                source == (probe.wantsClosedPort ? writer.ports.closed : writer.ports.open)
            else { return false }
            return round.record(segment, to: probe, sentAt: time)
        case .echo(let identifier, let message):
            let index = Int(identifier) - Int(writer.echoIdentifier)
            guard (0...1).contains(index), sendTimes[.echo(index)] != nil else { return false }
            return round.record(message, to: index, isRepeated: schedule.tries(of: .echo(index)) > 1)
        case .unreachable(let source, let destination, let message):
            guard sendTimes[.unreachable] != nil, source == writer.basePort + OSProbeWriter.udpPortOffset,
                destination == writer.ports.closedUDP, round.record(message)
            else { return false }
            ports.confirmClosedUDP()
            return true
        }
    }

    // MARK: Result

    private var distance: HostDistance? {
        if path.isLocal { return HostDistance(0, .local) }
        if path.isDirect { return HostDistance(1, .direct) }
        return evidence.distance.map { HostDistance($0, .quoted) }
    }

    private var suitability: OSSuitability {
        var conditions = OSSuitability()
        conditions.scanDelay = owner.settings.timing.scanDelay.microseconds / 1000
        conditions.timingLevel = owner.settings.timing.level
        conditions.hasOpenPort = ports.known.openTCP != nil
        conditions.hasClosedPort = ports.known.closedTCP != nil
        conditions.hasUDPAnswer = ports.known.closedUDP != nil || owner.settings.hasScannedUDP
        conditions.distance = distance?.hops
        conditions.timingRatio = timingRatio
        conditions.hasFailedProbe = hasFailedProbe
        return conditions
    }

    private func conclude() {
        let loop = owner.network.loop
        let now = OSDetection.timeOfDay
        let clock = loop.clockNow
        var result = OSResult()
        evidence.fill(&result, owner.database) { now - (clock - $0).seconds }
        result.ports = ports.known
        result.isUnreliable = !ports.isGood
        result.unsuitability = suitability.problem
        result.isGuessing = owner.settings.isGuessing
        result.version = owner.settings.version
        result.time = now
        active.host.os = result
        active.host.distance = distance
        end()
    }

    private func end() {
        cancel()
        owner.finished(self)
    }

}
