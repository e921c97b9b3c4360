// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// A probe of one port: which, and the how-manieth.
struct PortProbe: Hashable {
    /// The port's place in the order of probing.
    let index: UInt16
    /// The try, from 0.
    let attempt: UInt8
}

/// What a host wants to do next.
enum HostStep: Hashable {
    /// Send a probe.
    case send(PortProbe)
    /// Nothing before an instant.
    case wait(Instant)
    /// Nothing before an answer comes or a probe times out.
    case blocked
    /// All ports are decided.
    case finished
}

/// The scan of one host's ports as a value: what is known, what is outstanding, and what to do next.
///
/// Holds one octet per port. Ports that were tried as often as is allowed now sit on a bench: an answer to a
/// late try raises the number of tries allowed, and they get another one.
struct HostScan {
    /// The round-trip estimate.
    var roundTrip: RTTEstimator
    /// How many probes may be in flight.
    var window: CongestionWindow
    /// The pause between probes.
    var delay: ScanDelay
    /// The host's time.
    var timeout: HostTimeout
    /// Probes in flight.
    private(set) var active = 0
    /// Probes sent.
    private(set) var sentCount = 0
    /// Whether a port was given up although more tries might have helped.
    private(set) var hitRetransmissionCap = false

    private let portCount: Int
    private let maximumRetries: Int
    private let holdsBackSingleProbes: Bool
    /// The next port that was never tried.
    private var fresh = 0
    private var retries: [PortProbe] = []
    private var bench: [PortProbe] = []
    private(set) var highestAttempt = 0
    private var decidedCount = 0
    private var highestAnswered = 0
    private var waitUntil: Instant?
    private var lastSent: Instant?
    /// For each place in the order an index into the palette; 0 is undecided.
    private var codes: [UInt8]
    private var palette: [PortOutcome] = []

    /// Starts with nothing known.
    init(portCount: Int, timing: ScanTiming, transport: TransportProtocol, timeLimit: TimeSpan?) {
        self.portCount = portCount
        maximumRetries = min(max(timing.template.maximumRetries, 0), 254)
        holdsBackSingleProbes = timing.holdsBackSingleProbes
        roundTrip = RTTEstimator(timing.template)
        window = CongestionWindow(.host, timing)
        delay = ScanDelay(timing, transport: transport)
        timeout = HostTimeout(limit: timeLimit)
        codes = [UInt8](repeating: 0, count: portCount)
    }

    /// How many tries after the first a port may have now.
    ///
    /// One more than the highest that had an answer; where packets are known to get lost and few ports are left, yet another
    /// one, which costs little and tells lost answers from silence.
    private var allowedRetries: Int {
        let isCheap = highestAnswered > 0 && portCount - decidedCount <= Self.fewPorts
        return min(max(1, highestAnswered + 1) + (isCheap ? 1 : 0), maximumRetries)
    }

    /// Undecided ports that may have another try at little cost.
    private static let fewPorts = 32

    // MARK: What to do

    /// What to do now.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - isOpen: whether windows let a probe pass; pauses count all the same.
    /// - Returns: the step; a probe counts as sent only after ``sent(_:_:)``.
    mutating func step(_ now: Instant, windowIsOpen isOpen: Bool) -> HostStep {
        guard let probe = candidate() else { return active == 0 ? .finished : .blocked }
        if let waitUntil, waitUntil > now { return .wait(waitUntil) }
        if delay.span > .zero, let lastSent, lastSent + delay.span > now {
            return .wait(lastSent + delay.span)
        }
        guard isOpen else { return .blocked }
        // The first probe of a new round of tries is held back, for the host may limit its answers.
        if Int(probe.attempt) > highestAttempt {
            highestAttempt = Int(probe.attempt)
            if portCount > 1 || holdsBackSingleProbes {
                waitUntil = now + .milliseconds(1000)
                return .wait(now + .milliseconds(1000))
            }
        }
        return .send(probe)
    }

    /// The probe to send next: repeated ones go first.
    private mutating func candidate() -> PortProbe? {
        if retries.isEmpty, !bench.isEmpty, let first = bench.first, Int(first.attempt) <= allowedRetries {
            let allowed = allowedRetries
            retries = bench.filter { Int($0.attempt) <= allowed && codes[Int($0.index)] == 0 }
            bench.removeAll { Int($0.attempt) <= allowed }
        }
        // A late answer may have decided a port that waits for another try.
        while let last = retries.last, isDecided(last.index) { retries.removeLast() }
        if let retry = retries.last { return retry }
        return fresh < portCount ? PortProbe(index: UInt16(fresh), attempt: 0) : nil
    }

    /// Counts the probe that ``step(_:windowIsOpen:)`` gave as sent.
    mutating func sent(_ probe: PortProbe, _ now: Instant) {
        if probe.attempt == 0, retries.isEmpty { fresh += 1 } else { _ = retries.popLast() }
        active += 1
        sentCount += 1
        lastSent = now
    }

    // MARK: What came of it

    /// Whether a port's state is known.
    func isDecided(_ index: UInt16) -> Bool { Int(index) < portCount && codes[Int(index)] != 0 }

    /// Counts a probe that is in flight beside those that ``step(_:windowIsOpen:)`` gives: a timing ping.
    mutating func enter() { active += 1 }

    /// Counts a probe as no longer in flight that needs no answer any more.
    mutating func leave() { active -= 1 }

    /// Takes an answer into account.
    ///
    /// - Parameters:
    ///   - probe: the port and try.
    ///   - outcome: what the answer means.
    ///   - wasActive: whether the probe had not timed out before.
    mutating func answered(_ probe: PortProbe, _ outcome: PortOutcome, wasActive: Bool = true) {
        if wasActive { active -= 1 }
        highestAnswered = max(highestAnswered, Int(probe.attempt))
        decide(probe, outcome)
    }

    /// Takes a time-out into account.
    ///
    /// - Returns: whether the port may be tried again, now or once the number of tries allowed rises.
    mutating func timedOut(_ probe: PortProbe) -> Bool {
        active -= 1
        guard Int(probe.attempt) < maximumRetries else {
            if max(1, highestAnswered + 1) > maximumRetries { hitRetransmissionCap = true }
            return false
        }
        let next = PortProbe(index: probe.index, attempt: probe.attempt + 1)
        if Int(next.attempt) <= allowedRetries { retries.append(next) } else { bench.append(next) }
        return true
    }

    /// Puts a probe back that told nothing, to be sent again as the same try.
    mutating func repeatProbe(_ probe: PortProbe) {
        active -= 1
        retries.append(probe)
    }

    /// Sets a port's state.
    mutating func decide(_ probe: PortProbe, _ outcome: PortOutcome) {
        if codes[Int(probe.index)] == 0 { decidedCount += 1 }
        codes[Int(probe.index)] = code(of: outcome)
    }

    private mutating func code(of outcome: PortOutcome) -> UInt8 {
        // Outcomes repeat: the last ones are looked at first.
        if let index = palette.lastIndex(of: outcome) { return UInt8(index + 1) }
        guard palette.count < 250 else { return 1 }
        palette.append(outcome)
        return UInt8(palette.count)
    }

    // MARK: The end

    /// Writes what was found into a table of ports.
    ///
    /// - Parameters:
    ///   - ports: the table.
    ///   - order: the ports in the order of probing.
    ///   - ascending: the same ports, ascending.
    ///   - transport: their protocol.
    ///   - silence: what ports are that never answered; those of a host that ran out of time and were never decided are left
    ///     out if this is nothing.
    func write(
        to ports: inout PortTable,
        order: [UInt16],
        ascending: [UInt16],
        _ transport: TransportProtocol,
        silence: PortOutcome?
    ) {
        var counts = [Int](repeating: 0, count: palette.count + 1)
        for code in codes { counts[Int(code)] += 1 }
        if silence == nil {
            let decided = zip(order, codes).filter { $1 != 0 }.map(\.0).sorted()
            declare(decided, counts, to: &ports, order, transport, silence: nil)
        } else {
            declare(ascending, counts, to: &ports, order, transport, silence: silence)
        }
    }

    /// Declares all ports to be what most of them are, then sets the others: setting costs a search each.
    private func declare(
        _ numbers: [UInt16],
        _ counts: [Int],
        to ports: inout PortTable,
        _ order: [UInt16],
        _ transport: TransportProtocol,
        silence: PortOutcome?
    ) {
        let first = silence == nil ? 1 : 0
        guard let common = (first..<counts.count).max(by: { counts[$0] < counts[$1] }) else {
            ports.declare([], transport, as: PortOutcome(.filtered, .noResponse))
            return
        }
        let outcomes = [silence ?? PortOutcome(.unknown, .noResponse)] + palette
        ports.declare(numbers, transport, as: outcomes[common])
        for (number, code) in zip(order, codes) where Int(code) != common && Int(code) >= first {
            ports.set(outcomes[Int(code)], for: Port(number, transport))
        }
    }
}
