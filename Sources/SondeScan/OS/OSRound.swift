// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase
package import SondeModel

/// The answers of one host in one round of probes, and the fingerprint that they make.
package struct OSRound: Hashable, Sendable {
    /// What was sent.
    package let sent: ReplyTests.Sent
    /// Whether an open TCP port was there to probe.
    package var hasOpenPort = false
    /// Whether a TCP port was there to probe that is known to be closed.
    package var hasClosedPort = false
    /// Whether the host is this machine.
    package var isLocal = false
    /// Whether probes are so far apart that rates tell nothing.
    package var isTooSlow = false
    /// Whether the first open port answered as a closed one would.
    package private(set) var hasUnexpectedReset = false

    private var samples: [SequenceSample?] = Array(repeating: nil, count: 6)
    private var lastIdentifier: UInt16 = 0
    private var optionReplies: [OSTCPReply?] = Array(repeating: nil, count: 6)
    private var congestion: OSTCPReply?
    private var replies: [OSTCPReply?] = Array(repeating: nil, count: 8)
    private var unreachable: OSUnreachableReply?
    private var echoes: [OSEchoReply?] = [nil, nil]
    private var echoTimeToLive: UInt8 = 0
    private var hasRepeatedEcho = false

    /// Starts a round.
    package init(_ sent: ReplyTests.Sent) { self.sent = sent }

    // MARK: Answers

    /// Takes the answer to a TCP probe.
    ///
    /// - Parameters:
    ///   - reply: the answer.
    ///   - probe: the probe.
    ///   - time: when the probe was sent.
    /// - Returns: whether anything was learned; an answer to what was answered before teaches nothing.
    package mutating func record(_ reply: OSTCPReply, to probe: OSProbe, sentAt time: Instant) -> Bool {
        switch probe {
        case .sequence(let index):
            guard samples.indices.contains(index) else { return false }
            let isFirst = index == 0 && Self.fill(&replies[1], reply)
            return recordSample(reply, index, sentAt: time) || isFirst
        case .options(let index):
            return optionReplies.indices.contains(index) && Self.fill(&optionReplies[index], reply)
        case .congestion: return Self.fill(&congestion, reply)
        case .t(let index): return (1...7).contains(index) && Self.fill(&replies[index], reply)
        case .echo, .unreachable, .neighbor: return false
        }
    }

    private mutating func recordSample(_ reply: OSTCPReply, _ index: Int, sentAt time: Instant) -> Bool {
        if reply.has(OSTCPReply.rst) {
            if samples.allSatisfy({ $0 == nil }) { hasUnexpectedReset = true }
            return false
        }
        guard reply.has(OSTCPReply.syn | OSTCPReply.ack), reply.sequence != 0, samples[index] == nil else {
            return false
        }
        // The same packet twice, not a new one.
        if reply.identification != 0, reply.identification == lastIdentifier { return false }
        lastIdentifier = reply.identification
        samples[index] = SequenceSample(
            sent: time,
            number: reply.sequence,
            identification: reply.identification,
            timestamp: OptionText.timestamp(reply.options)
        )
        _ = Self.fill(&optionReplies[index], reply)
        return true
    }

    /// Takes the answer to the UDP probe.
    package mutating func record(_ reply: OSUnreachableReply) -> Bool { Self.fill(&unreachable, reply) }

    /// Takes the answer to one of the echo requests, 0 or 1.
    ///
    /// - Parameters:
    ///   - reply: the answer.
    ///   - index: which request.
    ///   - isRepeated: whether the request had been sent more than once.
    /// - Returns: whether anything was learned.
    package mutating func record(_ reply: OSEchoReply, to index: Int, isRepeated: Bool) -> Bool {
        guard echoes.indices.contains(index), Self.fill(&echoes[index], reply) else { return false }
        echoTimeToLive = reply.timeToLive
        if isRepeated { hasRepeatedEcho = true }
        return true
    }

    private static func fill<Reply>(_ place: inout Reply?, _ reply: Reply) -> Bool {
        guard place == nil else { return false }
        place = reply
        return true
    }

    // MARK: What is known

    /// Whether a probe has its answer.
    package func hasAnswer(to probe: OSProbe) -> Bool {
        switch probe {
        case .sequence(let index): samples.indices.contains(index) && samples[index] != nil
        case .options(let index): optionReplies.indices.contains(index) && optionReplies[index] != nil
        case .congestion: congestion != nil
        case .t(let index): replies.indices.contains(index) && replies[index] != nil
        case .echo(let index): echoes.indices.contains(index) && echoes[index] != nil
        case .unreachable: unreachable != nil
        // It is not sent, so nothing is to be waited for.
        case .neighbor: true
        }
    }

    /// How many hops away the host is, if it quoted the UDP probe.
    package var distance: Int? { unreachable.map { ReplyTests.distance($0, sent) } }

    /// How sequence numbers, identifications and time stamps go on.
    package var sequence: SequenceTest {
        var test = SequenceTest()
        test.samples = samples.compactMap(\.self)
        test.closedIdentifiers = replies[5...7].compactMap { $0?.identification }
        let identifiers = echoes.compactMap { $0?.identification }
        test.echoIdentifiers = identifiers.count == 2 && !hasRepeatedEcho ? identifiers : []
        test.isLocal = isLocal
        test.isTooSlow = isTooSlow
        return test
    }

    /// The fingerprint of the round.
    ///
    /// - Parameter distance: how many hops away the host is, as far as this round or an earlier one told.
    /// - Returns: the lines of all tests that could be made.
    package func fingerprint(distance: Int?) -> OSFingerprint {
        var fingerprint = OSFingerprint()
        fingerprint[.sequence] = sequence.line
        fingerprint[.options] = listed(.options) { OptionText.text($0.options) }
        fingerprint[.windows] = listed(.windows) { hex($0.window) }
        fingerprint[.congestion] = line(.congestion, congestion, isDue: hasOpenPort, distance)
        let tests: [OSTest] = [.t1, .t2, .t3, .t4, .t5, .t6, .t7]
        for (index, test) in tests.enumerated() {
            let isDue = index < 4 ? hasOpenPort : hasClosedPort
            fingerprint[test] = line(test, replies[index + 1], isDue: isDue, distance)
        }
        fingerprint[.unreachable] =
            unreachable.map { ReplyTests.line($0, sent, distance: distance) } ?? .silent(.unreachable)
        if let first = echoes[0], let second = echoes[1] {
            fingerprint[.echo] = ReplyTests.line(
                first,
                second,
                timeToLive: echoTimeToLive,
                distance: distance
            )
        } else {
            fingerprint[.echo] = .silent(.echo)
        }
        return fingerprint
    }

    private func line(_ test: OSTest, _ reply: OSTCPReply?, isDue: Bool, _ distance: Int?) -> OSTestLine? {
        guard let reply else { return isDue ? .silent(test) : nil }
        return ReplyTests.line(test, reply, sent, distance: distance)
    }

    /// A line with a value of each of the six answers; nothing unless all came.
    private func listed(_ test: OSTest, _ value: (OSTCPReply) -> String) -> OSTestLine? {
        let replies = optionReplies.compactMap(\.self)
        guard replies.count == optionReplies.count else { return nil }
        var line = OSTestLine(test)
        for (attribute, reply) in zip(test.attributes, replies) { line[attribute] = value(reply) }
        return line
    }
}
