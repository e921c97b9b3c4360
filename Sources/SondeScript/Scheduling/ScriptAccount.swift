// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// What one script instance has used so far, its workers included, and what became of it.
final class ScriptAccount {
    /// How it ended, once that is known.
    var state: ScriptRecord.State?
    /// Why, where the state alone does not tell.
    var reason: String?
    /// When it began, seconds since 1970.
    let started: Double
    /// What its memory is charged to.
    let memory: MemoryAccount
    /// Workers that live, and sockets that are open.
    var workers = 0, sockets = 0
    /// Tells it from others of the same engine.
    let number: Int
    /// Processor time.
    private(set) var processorTime = TimeSpan.zero
    private var turn = 0
    private var turnTime = TimeSpan.zero
    /// Octets that it sent and received.
    var bytesOut = 0, bytesIn = 0
    /// What was refused to it.
    private(set) var denials: [ScriptRecord.Denial] = []
    /// What it said.
    var result: ScriptResult?

    /// Different things that one script is told about; more count with the last.
    private static let mostDenials = 100

    /// Where it may go; nothing for everywhere.
    private let scope: ScriptScope?
    private let grants: ScriptScope.Grants
    private let pace: HostPace?

    init(
        number: Int,
        started: Double,
        memory: MemoryAccount,
        scope: ScriptScope?,
        grants: ScriptScope.Grants,
        pace: HostPace?
    ) {
        self.number = number
        self.started = started
        self.memory = memory
        self.scope = scope
        self.grants = grants
        self.pace = pace
    }

    /// Adds the time of a step, which follows a look at ``time(inTurn:)``.
    func add(_ used: TimeSpan) {
        processorTime = processorTime + used
        turnTime = turnTime + used
    }

    /// The time of all its steps in a turn of the engine.
    func time(inTurn number: Int) -> TimeSpan {
        if turn != number {
            turn = number
            turnTime = .zero
        }
        return turnTime
    }

    /// Notes a refusal.
    func deny(_ subject: String, remedy: String) {
        if let index = denials.firstIndex(where: { $0.subject == subject }) {
            denials[index].count += 1
        } else if denials.count < Self.mostDenials {
            denials.append(ScriptRecord.Denial(subject: subject, remedy: remedy))
        } else {
            denials[denials.count - 1].count += 1
        }
    }

    /// Notes how it ended, unless that was known before.
    func end(_ state: ScriptRecord.State, _ reason: @autoclosure () -> String? = nil) {
        guard self.state == nil else { return }
        self.state = state
        self.reason = reason()
    }
}

extension ScriptAccount: GateClient {
    func mayReach(_ address: SocketAddress) -> Bool { scope?.permits(address, grants) ?? true }

    var isUnlimited: Bool { scope?.isOpen ?? true || grants.contains(.thirdParties) }

    var mayUseLinks: Bool { grants.contains(.links) }

    func wasDeniedPacket() { deny("DENIED a packet without an address", remedy: "--scope any") }

    func takeTurn(with host: IPAddress, now: Instant) -> Instant? { pace?.take(host, now) }

    func wasDenied(_ address: SocketAddress, isExcluded: Bool) {
        let reached = address.address.withoutZone
        let place = reached.family == .inet ? "\(reached)" : "[\(reached)]"
        let subject = address.port == 0 ? "\(reached)" : "\(place):\(address.port)"
        let remedy = isExcluded ? "leave \(reached) out of --exclude" : "--scope \(reached)"
        deny("DENIED \(subject)", remedy: remedy)
    }
}

/// Measures the processor time of one step of a script.
///
/// A short step costs two looks at the monotonic clock, which need no system call. Once a step is long enough for the
/// count hook to fire, the thread's own clock takes over, so that a busy machine is not charged to the script.
struct StepClock {
    private var began = Instant(nanoseconds: 0)
    private var before = TimeSpan.zero
    private var threadTime: TimeSpan?

    /// Begins a step.
    mutating func start(_ now: Instant) {
        began = now
        before = .zero
        threadTime = nil
    }

    /// Looks in the middle of a step: the time used in it so far.
    mutating func look(_ now: Instant) -> TimeSpan {
        guard let threadTime else {
            before = now - began
            self.threadTime = ProcessorClock.ofThread
            return before
        }
        return before + TimeSpan(nanoseconds: ProcessorClock.ofThread.nanoseconds - threadTime.nanoseconds)
    }

    /// Ends a step: the time used in it.
    mutating func stop(_ now: Instant) -> TimeSpan { threadTime == nil ? now - began : look(now) }
}
