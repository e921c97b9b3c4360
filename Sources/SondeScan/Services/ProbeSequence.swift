// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
package import SondeModel

/// Decides, for one port, which probe comes next and when the service is known.
///
/// Spec page `service-detection`, section 3. Nothing here waits or sends: the owner asks what it is told to ask, and says what
/// came of it.
package struct ProbeSequence {
    /// A probe to be asked.
    package struct Question: Hashable, Sendable {
        /// The probe's index in the file.
        package var probe: Int
        /// Whether the service is asked inside TLS.
        package var isTunnelled: Bool
        /// Whether the connection of the question before is used again.
        package var reusesConnection: Bool
    }

    /// What came of a question.
    package enum Event: Hashable, Sendable {
        /// No connection could be made.
        case notConnected
        /// Octets have come.
        case received([UInt8])
        /// The probe's time is over.
        case timedOut
        /// The peer ended the connection, so long after the question.
        case ended(after: TimeSpan)
        /// The peer, or something before it, broke the connection, so long after the question.
        case reset(after: TimeSpan)
        /// The connection failed in a way that another may not.
        case broken
        /// The host cannot be reached any more, or nothing could be sent.
        case lost
    }

    /// What to do next.
    package enum Step: Hashable, Sendable {
        /// Ask this.
        case ask(Question)
        /// Go on reading until the probe's time is over.
        case keepReading
        /// Nothing more: ``ProbeSequence/result`` is final.
        case finish
    }

    /// How the detection ended.
    package enum Ending: Hashable, Sendable {
        /// A line settled the service.
        case hardMatched
        /// A line settled its name.
        case softMatched
        /// Nothing recognised it.
        case noMatch
        /// It takes connections and ends them without a word.
        case wrapped
        /// It could not be asked to the end.
        case incomplete
    }

    /// What is known in the end.
    package struct Result: Hashable, Sendable {
        /// How it ended.
        package var ending: Ending
        /// What the matching line told, if one matched.
        package var finding: ServiceFinding?
        /// Whether the service speaks inside TLS.
        package var isTunnelled: Bool
        /// What it said, if that is worth telling.
        package var fingerprint: String?
    }

    /// Octets of an answer after which no more are waited for.
    private static let enough = 4096
    /// From this intensity on, a soft match does not narrow the probes.
    private static let everything = 9
    /// From this intensity on, the fingerprint of a service with a known name is told.
    private static let talkative = 7

    private enum Stage { case null, meant, others }

    private let port: Port
    private let head: ServiceFingerprint.Head
    private var stage = Stage.null
    private var question: Question
    private var cursor = 0
    private var answer: [UInt8] = []
    private var soft: ServiceFinding?
    private var hard: ServiceFinding?
    private var isTunnelled = false
    private var mayBeWrapped = true
    private var hasReceived = false
    private var fingerprint: ServiceFingerprint
    private var ending = Ending.noMatch

    /// Starts before the first probe.
    ///
    /// - Parameters:
    ///   - port: the port; TCP or UDP.
    ///   - head: what a fingerprint tells of us; its intensity holds for the sequence too.
    package init(_ port: Port, _ head: ServiceFingerprint.Head) {
        self.port = port
        self.head = head
        question = Question(probe: 0, isTunnelled: false, reusesConnection: false)
        fingerprint = ServiceFingerprint(head, port: port, isTunnelled: false)
    }

    /// The first step.
    package mutating func start(_ matcher: ServiceMatcher) -> Step {
        cursor = 0
        if port.transport == .tcp, let null = matcher.file.probes.firstIndex(where: \.isNull) {
            stage = .null
            return ask(null, reusing: false)
        }
        stage = .meant
        return next(matcher, reusing: false)
    }

    /// The next step.
    package mutating func handle(_ event: Event, _ matcher: ServiceMatcher) -> Step {
        switch event {
        case .received(let octets): return receive(octets, matcher)
        case .timedOut:
            mayBeWrapped = false
            return next(matcher, reusing: stage == .null)
        case .ended(let span):
            if isWrapped(after: span, matcher) { return finish(.wrapped) }
            return next(matcher, reusing: false)
        case .reset(let span):
            if isWrapped(after: span, matcher) { return finish(.wrapped) }
            answer = []
            return next(matcher, reusing: false)
        case .broken: return next(matcher, reusing: false)
        case .notConnected, .lost:
            mayBeWrapped = false
            return finish(.incomplete)
        }
    }

    /// What is known, after ``Step/finish``.
    package var result: Result {
        let tellsFingerprint =
            switch ending {
            case .hardMatched: false
            case .noMatch: true
            case .softMatched, .wrapped, .incomplete: head.intensity >= Self.talkative
            }
        return Result(
            ending: ending,
            finding: hard ?? soft,
            isTunnelled: isTunnelled,
            fingerprint: tellsFingerprint ? fingerprint.text : nil
        )
    }

    /// The questions that follow if none is answered, for an owner that likes to ask ahead; the next one first.
    package func upcoming(_ count: Int, _ matcher: ServiceMatcher) -> [Question] {
        var copy = self
        var questions: [Question] = []
        while questions.count < count, case .ask(let question) = copy.next(matcher, reusing: false) {
            questions.append(question)
        }
        return questions
    }

    // MARK: Answers

    private mutating func receive(_ octets: [UInt8], _ matcher: ServiceMatcher) -> Step {
        mayBeWrapped = false
        hasReceived = true
        answer += octets.prefix(max(0, ServiceMatcher.mostOctets - answer.count))
        if let finding = matcher.match(answer, to: question.probe) {
            if !finding.isSoft { return settle(finding, matcher) }
            if soft == nil { soft = finding }
        }
        guard answer.count >= Self.enough else { return .keepReading }
        return next(matcher, reusing: stage == .null)
    }

    private mutating func settle(_ finding: ServiceFinding, _ matcher: ServiceMatcher) -> Step {
        var finding = finding
        if !isTunnelled {
            if finding.name == "ssl", port.transport == .tcp {
                isTunnelled = true
                soft = nil
                answer = []
                fingerprint = ServiceFingerprint(head, port: port, isTunnelled: true)
                return start(matcher)
            }
            if finding.name.hasPrefix("ssl/") {
                finding.name = String(finding.name.dropFirst(4))
                isTunnelled = true
            }
        }
        if let soft { finding.complete(with: soft) }
        hard = finding
        return finish(.hardMatched)
    }

    /// Whether a connection that ended looks as if something before the service had taken it.
    private func isWrapped(after span: TimeSpan, _ matcher: ServiceMatcher) -> Bool {
        !hasReceived && stage == .null && mayBeWrapped && port.transport == .tcp
            && span < matcher.file.probes[question.probe].wrappedWait
    }

    private mutating func finish(_ ending: Ending) -> Step {
        self.ending = ending
        // Nothing was heard on any connection, and none was left open.
        if ending == .noMatch, mayBeWrapped, port.transport == .tcp { self.ending = .wrapped }
        return .finish
    }

    // MARK: Questions

    private mutating func ask(_ probe: Int, reusing: Bool) -> Step {
        // On one connection, what came before the question belongs to its answer too (observed).
        if !reusing { answer = [] }
        question = Question(probe: probe, isTunnelled: isTunnelled, reusesConnection: reusing)
        return .ask(question)
    }

    /// Records what was answered, and goes on with the next probe that is worth asking.
    private mutating func next(_ matcher: ServiceMatcher, reusing: Bool) -> Step {
        let probes = matcher.file.probes
        if !answer.isEmpty { fingerprint.add(answer, to: probes[question.probe].name) }
        if stage == .null {
            stage = .meant
            cursor = 0
        }
        while true {
            while cursor < probes.count {
                let index = cursor
                cursor += 1
                if isWorthAsking(index, matcher) { return ask(index, reusing: reusing) }
            }
            guard stage == .meant else { break }
            stage = .others
            cursor = 0
        }
        answer = []
        return finish(soft == nil ? .noMatch : .softMatched)
    }

    private func isWorthAsking(_ index: Int, _ matcher: ServiceMatcher) -> Bool {
        let probe = matcher.file.probes[index]
        guard probe.transport == port.transport, !probe.isNull else { return false }
        let isMeant = probe.isMeant(for: port.number, isTunnelled: isTunnelled)
        guard isMeant == (stage == .meant) else { return false }
        if let soft, head.intensity < Self.everything { return matcher.probe(index, knows: soft.name) }
        return isMeant || probe.rarity <= head.intensity
    }
}
