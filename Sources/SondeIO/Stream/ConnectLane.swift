// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import Glibc
internal import SondeModel

/// Connects to loopback on another thread, for a ``ConnectProber``.
///
/// Probes go there in batches, so that waking the thread costs little, and never more than it gets done soon: what is too
/// much the prober does itself meanwhile.
final class ConnectLane {
    /// What the other thread found out; descriptors belong to who gets them.
    enum Answer: Hashable, Sendable {
        /// The system reports an error.
        case failed(Int32)
        /// The connection stands.
        case standing(CInt)
        /// No answer yet.
        case connecting(CInt)
        /// The system lacks something.
        case shortage
    }

    /// Probes that go together.
    static let batch = 32
    /// Probes that may be there at once.
    static let most = 64

    private let thread: CallThread
    private let loop: EventLoop
    private let caller = LaneCaller()
    private var waiting: [(probe: ConnectProbe, address: SocketAddress)] = []
    private var away: Deque<[ConnectProbe]> = []
    private var count = 0
    private var isFlushComing = false

    init(_ thread: CallThread, _ loop: EventLoop) {
        self.thread = thread
        self.loop = loop
    }

    /// Whether it can take another probe.
    var hasRoom: Bool { count < Self.most }

    /// Takes a probe that has its place at the gate.
    func add(_ probe: ConnectProbe, _ address: SocketAddress) {
        waiting.append((probe, address))
        count += 1
        if waiting.count >= Self.batch { return flush() }
        guard !isFlushComing else { return }
        isFlushComing = true
        loop.soon { [weak self] in
            self?.isFlushComing = false
            self?.flush()
        }
    }

    private func flush() {
        guard !waiting.isEmpty else { return }
        let addresses = waiting.map(\.address)
        away.append(waiting.map(\.probe))
        waiting.removeAll(keepingCapacity: true)
        let way = LaneReturn(lane: self)
        let (loop, caller) = (loop, caller)
        thread.submit {
            let answers = addresses.map { caller.connect(to: $0) }
            loop.submit { way.give(back: answers) }
        }
    }

    fileprivate func takeBack(_ answers: [Answer]) {
        guard let probes = away.popFirst() else { return }
        count -= probes.count
        for (probe, answer) in zip(probes, answers) { probe.comeBack(answer) }
    }
}

/// How answers come back to a lane.
// Safe because the lane is looked at only by what its own loop runs.
private struct LaneReturn: @unchecked Sendable {
    weak var lane: ConnectLane?

    func give(back answers: [ConnectLane.Answer]) { lane?.takeBack(answers) }
}

/// What makes the calls.
// Safe because only the other thread touches the state, but for the end, when nobody else has it any more.
private final class LaneCaller: @unchecked Sendable {
    /// A socket whose connection was refused, for the next call.
    private var spare: (number: CInt, family: AddressFamily)?

    deinit { if let spare { Syscalls.close(spare.number) } }

    func connect(to address: SocketAddress) -> ConnectLane.Answer {
        let family = address.address.family
        let number = takeSocket(family)
        guard number >= 0 else { return Self.failure(-number) }
        let error = Syscalls.connectPatiently(number, address)
        switch error {
        case 0: return .standing(number)
        case EINPROGRESS, EALREADY, EAGAIN:
            Syscalls.endPatience(number)
            return .connecting(number)
        case ECONNREFUSED where spare == nil: spare = (number, family)
        default: Syscalls.close(number)
        }
        return Self.failure(error)
    }

    private func takeSocket(_ family: AddressFamily) -> CInt {
        if let spare, spare.family == family {
            self.spare = nil
            return spare.number
        }
        return Syscalls.makePatientSocket(family, microseconds: ConnectProber.patience)
    }

    private static func failure(_ number: Int32) -> ConnectLane.Answer {
        SystemError(number: number, call: "connect").isShortage ? .shortage : .failed(number)
    }
}
