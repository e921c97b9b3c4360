// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeModel
internal import SondeWire

/// The fingerprint of one IPv6 host.
///
/// It is taken and shown, but not judged: nothing that could tell systems apart by it is at hand, and a guess
/// without ground would be worse than none.
final class OSV6Job: OSHostJob {
    /// How far the probes after the first six are apart.
    private static let testGap = TimeSpan.milliseconds(50)

    private struct Answer {
        let packet: [UInt8]
        let time: Instant
    }

    let active: ActiveHost
    let completion: () -> Void
    private unowned let owner: OSDetection
    let path: NetworkPath
    private let deadline: Instant?
    private var ports: OSPortChoice
    private var writer: OSV6ProbeWriter
    private var schedule: OSProbeSchedule
    private var sendTimes: [OSProbe: Instant] = [:]
    private var answers: [OSProbe: Answer] = [:]
    private var begin: Instant?
    private var hasFailedProbe = false
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
        writer = OSV6ProbeWriter(
            from: path.source,
            to: active.host.address,
            ports: ports.probed,
            basePort: owner.basePort(ofRound: 0),
            using: &owner.random
        )
        writer.hopLimit = owner.settings.timeToLive
        let times = active.host.times
        schedule = OSProbeSchedule(
            hasOpenPort: ports.probed.open != nil,
            timeout: times.map { .microseconds($0.timeout) } ?? owner.settings.timing.initialRTTTimeout,
            testGap: Self.testGap,
            delay: owner.settings.timing.scanDelay
        )
    }

    func start() {
        alarm = owner.network.loop.makeDeadline { [unowned self] in proceed() }
        wait(until: owner.startTime(after: owner.network.loop.now))
    }

    func cancel() {
        if let alarm { owner.network.loop.cancel(alarm) }
        alarm = nil
    }

    private func wait(until instant: Instant) {
        guard let alarm else { return }
        owner.network.loop.set(alarm, at: deadline.map { min($0, instant) } ?? instant)
    }

    private func proceed() {
        while true {
            let now = owner.network.loop.clockNow
            if let deadline, now >= deadline {
                active.host.timedOut = true
                return end()
            }
            if begin == nil { begin = now }
            switch schedule.step(now: now, hasAnswer: isSettled) {
            case .send(let probe): send(probe)
            case .wait(let instant): return wait(until: instant)
            case .done: return conclude()
            }
        }
    }

    /// Whether nothing is to be sent for a probe any more.
    private func isSettled(_ probe: OSProbe) -> Bool {
        if OSV6ProbeWriter.name(probe) == nil { return true }
        // Only hosts on the link answer the question for their link-layer address.
        if probe == .neighbor, path.isLocal || !path.isDirect { return true }
        return answers[probe] != nil
    }

    private func send(_ probe: OSProbe) {
        let packet = writer.packet(probe, using: &owner.random)
        let now = owner.network.loop.clockNow
        sendTimes[probe] = now
        schedule.sent(probe, at: now)
        if let packet, !owner.send(packet, to: active.host.address) { hasFailedProbe = true }
    }

    func received(_ octets: Span<UInt8>, at start: Int, _ time: Instant) {
        guard let probe = writer.probe(answeredBy: octets, at: start), sendTimes[probe] != nil,
            answers[probe] == nil,
            let header = try? IPv6Header(parsing: octets, at: start),
            let packet = try? octets.copy(start..<header.payload.upperBound)
        else { return }
        answers[probe] = Answer(packet: packet, time: time)
        if probe == .unreachable { ports.confirmClosedUDP() }
        proceed()
    }

    private func conclude() {
        var conditions = OSSuitability()
        conditions.scanDelay = owner.settings.timing.scanDelay.microseconds / 1000
        conditions.timingLevel = owner.settings.timing.level
        conditions.hasOpenPort = ports.known.openTCP != nil
        conditions.hasClosedPort = ports.known.closedTCP != nil
        conditions.hasUDPAnswer = ports.known.closedUDP != nil || owner.settings.hasScannedUDP
        conditions.hasFailedProbe = hasFailedProbe
        var result = OSResult()
        result.ports = ports.known
        result.isUnreliable = !ports.isGood
        result.unsuitability = conditions.problem
        result.lines = lines
        result.version = owner.settings.version
        result.time = OSDetection.timeOfDay
        active.host.os = result
        if path.isDirect {
            active.host.distance = HostDistance(path.isLocal ? 0 : 1, path.isLocal ? .local : .direct)
        }
        end()
    }

    private var lines: [String] {
        guard let begin else { return [] }
        let told = OSV6ProbeWriter.all.compactMap { probe -> String? in
            guard let name = OSV6ProbeWriter.name(probe), let answer = answers[probe],
                let sent = sendTimes[probe]
            else { return nil }
            return OSV6Text.line(
                name,
                answer.packet,
                hiding: [writer.source, writer.destination],
                sent: (sent - begin).seconds,
                received: (answer.time - begin).seconds
            )
        }
        return told + ["EXTRA(FL=\(String(OSV6ProbeWriter.flowLabel, radix: 16)))"]
    }

    private func end() {
        cancel()
        owner.finished(self)
    }
}
