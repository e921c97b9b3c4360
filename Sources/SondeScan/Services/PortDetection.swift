// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel

/// Finds out the service of one port: asks what its sequence says, and now and then a little ahead.
///
/// A service that waits for the client to speak costs the whole time of each probe before the right one. While the present
/// question goes unanswered, the next ones are therefore asked on connections of their own; the sequence still hears the
/// answers in its order, so that the result is the same. What such a connection tells is believed if it is an answer. Its
/// silence is believed only of services that were seen to serve several connections at once.
final class PortDetection {
    /// How long a question must be unanswered before the next ones are asked too.
    private static let patience = TimeSpan.milliseconds(700)
    /// How many questions are asked ahead.
    private static let mostAhead = 3

    let host: ActiveHost
    let port: Port
    /// Whether a connection ever stood, or something came over UDP.
    private(set) var hasConnected = false
    /// Connections that are in use.
    var connections: Int { (current == nil ? 0 : 1) + ahead.count }

    private let endpoint: ServiceExchange.Endpoint
    private let matcher: ServiceMatcher
    private unowned let owner: ServiceDetection
    private var sequence: ProbeSequence
    private var current: ServiceExchange?
    private var ahead: [ServiceExchange] = []
    private var alarm: DeadlineID?
    private var mayAskAhead = true
    private var servesSeveral: Bool
    private var isOver = false
    /// Steps that wait for the one that is being taken.
    private var pending: [ProbeSequence.Step] = []
    private var isStepping = false

    init(_ owner: ServiceDetection, _ host: ActiveHost, _ port: Port, _ sequence: ProbeSequence) {
        self.owner = owner
        self.host = host
        self.port = port
        self.sequence = sequence
        matcher = owner.matcher
        endpoint = owner.endpoint(host, port)
        // Datagrams need no connection that another could hold up.
        servesSeveral = port.transport == .udp
    }

    func start() { take(sequence.start(matcher)) }

    /// Ends it at once, without a result.
    func cancel() {
        isOver = true
        release()
    }

    /// What is known when it is over.
    var result: ProbeSequence.Result { sequence.result }

    // MARK: Steps

    /// Takes a step; those that follow from it at once are taken after it, not inside it.
    private func take(_ step: ProbeSequence.Step) {
        pending.append(step)
        guard !isStepping else { return }
        isStepping = true
        while !pending.isEmpty, !isOver { carryOut(pending.removeFirst()) }
        isStepping = false
    }

    private func carryOut(_ step: ProbeSequence.Step) {
        switch step {
        case .keepReading: return
        case .finish:
            isOver = true
            release()
            owner.ended(self)
        case .ask(let question): ask(question)
        }
    }

    private func ask(_ question: ProbeSequence.Question) {
        let earlier = current
        earlier?.stopListening()
        owner.trace(question, of: self)
        if question.reusesConnection, earlier?.hasData == true { dropAhead() }
        if let asked = takeAhead(question) {
            earlier?.cancel()
            current = asked
        } else {
            let exchange = ServiceExchange(endpoint, question, matcher.file.probes[question.probe])
            exchange.onSign = { [weak self] in self?.sawSign() }
            current = exchange
            if question.reusesConnection, let earlier {
                exchange.start(on: earlier)
            } else {
                earlier?.cancel()
                exchange.start()
            }
        }
        setAlarm()
        guard let current, !isOver else { return }
        current.listen { [weak self, weak current] event in
            guard let self, let current, current === self.current else { return }
            take(handle(event))
        }
    }

    private func handle(_ event: ProbeSequence.Event) -> ProbeSequence.Step {
        noteAnswer()
        return sequence.handle(event, matcher)
    }

    private func sawSign() {
        guard !hasConnected else { return }
        hasConnected = true
        owner.connected(self)
    }

    private func release() {
        if let alarm { owner.loop.cancel(alarm) }
        alarm = nil
        current?.cancel()
        current = nil
        dropAhead()
    }

    // MARK: Asking ahead

    /// An exchange of this question that was started ahead, if what it says can be believed.
    private func takeAhead(_ question: ProbeSequence.Question) -> ServiceExchange? {
        let index = ahead.firstIndex {
            $0.question.probe == question.probe && $0.question.isTunnelled == question.isTunnelled
        }
        guard let index else {
            dropAhead()
            return nil
        }
        let exchange = ahead[index]
        noteAnswer()
        guard exchange.hasData || (servesSeveral && exchange.isSilent) else {
            // Perhaps the service takes one connection at a time: from here on it gets one at a time.
            dropAhead()
            mayAskAhead = false
            return nil
        }
        ahead.remove(at: index)
        return exchange
    }

    /// Notes whether an answer came on one of several connections.
    private func noteAnswer() {
        if ahead.contains(where: \.hasData) { servesSeveral = true }
    }

    private func dropAhead() {
        for exchange in ahead { exchange.cancel() }
        ahead = []
    }

    private func setAlarm() {
        guard mayAskAhead, owner.asksAhead else { return }
        let id = alarm ?? owner.loop.makeDeadline { [weak self] in self?.askAhead() }
        alarm = id
        owner.loop.set(id, at: owner.loop.now + Self.patience)
    }

    private func askAhead() {
        guard mayAskAhead, !isOver, let current, !current.hasData, current.asked != nil else { return }
        for question in sequence.upcoming(Self.mostAhead, matcher) {
            let isKnown = ahead.contains { $0.question.probe == question.probe }
            guard !isKnown else { continue }
            guard ahead.count < Self.mostAhead, owner.allowsAnother else { return }
            let exchange = ServiceExchange(endpoint, question, matcher.file.probes[question.probe])
            exchange.onSign = { [weak self] in self?.sawSign() }
            ahead.append(exchange)
            exchange.start()
        }
    }
}
