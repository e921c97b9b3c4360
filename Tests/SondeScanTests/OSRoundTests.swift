// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@testable import SondeScan

@Suite("OSRound")
struct OSRoundTests {
    private let sent = ReplyTests.Sent(sequence: 100, acknowledgement: 200, timeToLive: 54)
    private let time = Instant(nanoseconds: 5)

    private func answer(_ number: UInt32 = 7, identification: UInt16 = 0, flags: UInt8 = 0x12) -> OSTCPReply {
        var reply = OSTCPReply()
        reply.sequence = number
        reply.flags = flags
        reply.identification = identification
        reply.window = 16
        reply.options = [2, 4, 5, 0xB4]
        return reply
    }

    private func expect(_ isTrue: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isTrue, sourceLocation: location)
    }

    private func lines(_ round: OSRound) -> [String] {
        round.fingerprint(distance: round.distance).allLines.map(\.description)
    }

    @Test("silence is told only of ports that were there")
    func silence() {
        var round = OSRound(sent)
        #expect(lines(round) == ["SEQ()", "U1(R=N)", "IE(R=N)"])
        round.hasClosedPort = true
        #expect(lines(round) == ["SEQ()", "T5(R=N)", "T6(R=N)", "T7(R=N)", "U1(R=N)", "IE(R=N)"])
        round.hasOpenPort = true
        #expect(lines(round).contains("ECN(R=N)"))
        #expect(lines(round).count == 11)
    }

    @Test("options and windows need all six answers, from whichever probe")
    func options() {
        var round = OSRound(sent)
        for index in 0..<5 {
            expect(round.record(answer(UInt32(index + 1)), to: .sequence(index), sentAt: time))
        }
        #expect(round.fingerprint(distance: nil)[.options] == nil)
        #expect(!round.hasAnswer(to: .options(5)))
        expect(round.record(answer(9), to: .options(5), sentAt: time))
        #expect(
            round.fingerprint(distance: nil)[.windows]?.description
                == "WIN(W1=10%W2=10%W3=10%W4=10%W5=10%W6=10)"
        )
        #expect(round.fingerprint(distance: nil)[.options]?[.options6] == "M5B4")
        #expect(round.sequence.samples.count == 5)
    }

    @Test("the first answer counts, and the first of the six is the first test too")
    func first() {
        var round = OSRound(sent)
        expect(round.record(answer(), to: .sequence(0), sentAt: time))
        expect(!round.record(answer(8), to: .sequence(0), sentAt: time))
        expect(!round.record(answer(8), to: .t(1), sentAt: time))
        #expect(round.hasAnswer(to: .t(1)))
        #expect(round.fingerprint(distance: 1)[.t1]?[.sequence] == "O")
        #expect(round.sequence.samples.map(\.number) == [7])
    }

    @Test("a reset is no sample, but an answer to the first test; only the first is worth a warning")
    func reset() {
        var round = OSRound(sent)
        expect(round.record(answer(0, flags: 0x14), to: .sequence(0), sentAt: time))
        #expect(round.hasUnexpectedReset)
        expect(!round.record(answer(0, flags: 0x14), to: .sequence(1), sentAt: time))
        #expect(round.sequence.samples.isEmpty)
        #expect(!round.hasAnswer(to: .options(0)))
        #expect(round.fingerprint(distance: 1)[.t1]?[.flags] == "AR")
        var other = OSRound(sent)
        _ = other.record(answer(), to: .sequence(0), sentAt: time)
        _ = other.record(answer(0, flags: 0x14), to: .sequence(1), sentAt: time)
        #expect(!other.hasUnexpectedReset)
    }

    @Test("the same packet again, and a sequence number of zero, are no samples")
    func duplicates() {
        var round = OSRound(sent)
        _ = round.record(answer(1, identification: 5), to: .sequence(0), sentAt: time)
        expect(!round.record(answer(2, identification: 5), to: .sequence(1), sentAt: time))
        expect(round.record(answer(2, identification: 6), to: .sequence(1), sentAt: time))
        expect(!round.record(answer(0, identification: 7), to: .sequence(2), sentAt: time))
        #expect(round.sequence.samples.map(\.identification) == [5, 6])
    }

    @Test("identifications of closed ports and echo replies go into the first line")
    func identifiers() {
        var round = OSRound(sent)
        for index in 5...7 {
            _ = round.record(answer(identification: UInt16(index)), to: .t(index), sentAt: time)
        }
        var echo = OSEchoReply()
        echo.identification = 3
        expect(round.record(echo, to: 0, isRepeated: false))
        expect(!round.record(echo, to: 0, isRepeated: false))
        echo.identification = 4
        echo.timeToLive = 100
        var repeated = round
        expect(round.record(echo, to: 1, isRepeated: false))
        #expect(round.fingerprint(distance: nil)[.sequence]?.description == "SEQ(CI=I%II=I)")
        #expect(round.fingerprint(distance: nil)[.echo]?[.ttlGuess] == "80")
        _ = repeated.record(echo, to: 1, isRepeated: true)
        #expect(repeated.fingerprint(distance: nil)[.sequence]?.description == "SEQ(CI=I)")
    }

    @Test("places that do not exist take nothing")
    func outside() {
        var round = OSRound(sent)
        for probe in [OSProbe.sequence(6), .sequence(-1), .options(9), .t(0), .t(8), .echo(0), .unreachable] {
            expect(!round.record(answer(), to: probe, sentAt: time))
        }
        expect(!round.record(OSEchoReply(), to: 2, isRepeated: false))
        #expect(!round.hasAnswer(to: .echo(7)))
    }

    @Test("source ports tell probes apart", arguments: 0..<UInt16(20))
    func ports(offset: UInt16) {
        #expect(OSProbe(portOffset: offset)?.portOffset == offset)
        #expect(OSProbe(portOffset: offset + 20) == nil)
    }
}
