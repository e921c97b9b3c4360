// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@testable import SondeScan

@Suite("OSEvidence")
struct OSEvidenceTests {
    private static let database = OSDatabaseFile(
        parsing: Array(
            """
            MatchPoints
            U1(R=10)
            IE(R=10%DFI=80)

            Fingerprint Lab One
            Class Lab | Linux | 9.X | router
            CPE cpe:/o:lab:linux:9
            U1(R=N)
            IE(R=Y%DFI=N)

            Fingerprint Lab Two
            Class Lab | Linux | 8.X | router
            U1(R=Y)
            IE(R=Y%DFI=N)

            """.utf8
        )
    )

    private func round(echo: Bool, quoting: UInt8? = nil, echoIsWhole: Bool = false) -> OSRound {
        var round = OSRound(ReplyTests.Sent(sequence: 1, acknowledgement: 2, timeToLive: 54))
        if echo {
            for index in 0...1 {
                var reply = OSEchoReply()
                reply.mustNotFragment = echoIsWhole
                _ = round.record(reply, to: index, isRepeated: false)
            }
        }
        if let quoting {
            var reply = OSUnreachableReply()
            reply.quotedHeader = Array(repeating: quoting, count: 20)
            _ = round.record(reply)
        }
        return round
    }

    private func result(_ evidence: OSEvidence) -> OSResult {
        var result = OSResult()
        evidence.fill(&result, Self.database) { $0.nanoseconds == 0 ? 0 : 1000 }
        return result
    }

    @Test("a round that fits in every point ends the matter")
    func settled() {
        var evidence = OSEvidence()
        evidence.add(round(echo: false), Self.database)
        #expect(!evidence.isSettled)
        evidence.add(round(echo: true), Self.database)
        #expect(evidence.isSettled)
        let result = result(evidence)
        #expect(result.verdict == .matches)
        #expect(result.matches.map(\.name) == ["Lab One", "Lab Two"])
        #expect(result.perfectMatches.map(\.line) == [5])
        #expect(result.matches[1].percent == 90)
        #expect(result.matches[0].classes.first?.cpes == ["cpe:/o:lab:linux:9"])
    }

    @Test("the round with the best match decides, the first among equals")
    func best() {
        var evidence = OSEvidence()
        evidence.add(round(echo: false), Self.database)
        evidence.add(round(echo: true, echoIsWhole: true), Self.database)
        #expect(result(evidence).verdict == .none)
        #expect(result(evidence).matches.isEmpty)
    }

    @Test("lines that tell of the same attributes are merged, and the first stays")
    func merged() {
        var evidence = OSEvidence()
        evidence.add(round(echo: false), Self.database)
        evidence.add(round(echo: true), Self.database)
        evidence.add(round(echo: true, echoIsWhole: true), Self.database)
        #expect(
            result(evidence).lines == [
                "SEQ()", "SEQ(II=Z)", "U1(R=N)", "IE(R=N)", "IE(R=Y%DFI=N%TG=40%CD=Z)",
            ]
        )
    }

    @Test("a distance that was told once serves later rounds")
    func distance() {
        var evidence = OSEvidence()
        evidence.add(round(echo: false, quoting: 52), Self.database)
        #expect(evidence.distance == 3)
        evidence.add(round(echo: true), Self.database)
        #expect(evidence.fingerprints[1][.echo]?[.ttl] == "42")
    }

    @Test("a fingerprint that is not good enough is not worth more than two rounds")
    func rounds() {
        #expect(OSEvidence.roundLimit(5, isSuitable: true) == 5)
        #expect(OSEvidence.roundLimit(5, isSuitable: false) == 2)
        #expect(OSEvidence.roundLimit(1, isSuitable: false) == 1)
    }

    @Test("sequences are told when there are enough answers")
    func sequences() {
        for count in 1...6 {
            var round = round(echo: false)
            for index in 0..<count {
                var reply = OSTCPReply()
                reply.flags = 0x12
                reply.sequence = UInt32(index + 1) * 64
                reply.options = [8, 10, 0, 0, 1, UInt8(index * 10), 0, 0, 0, 0]
                _ = round.record(
                    reply,
                    to: .sequence(index),
                    sentAt: Instant(nanoseconds: 1) + .milliseconds(100 * index)
                )
            }
            var evidence = OSEvidence()
            evidence.add(round, Self.database)
            let sequence = result(evidence).sequence
            #expect((sequence.difficulty != nil) == (count > 3))
            #expect(sequence.identifierClass == (count > 2 ? "All zeros" : nil))
            #expect(sequence.timestampClass == (count > 2 ? "100HZ" : nil))
            #expect(sequence.timestamps.count == (count > 2 ? count : 0))
            #expect(sequence.lastBoot == (count > 1 ? 998 : nil))
        }
    }
}

@Suite("OSSuitability")
struct OSSuitabilityTests {
    private func problem(_ change: (inout OSSuitability) -> Void) -> String? {
        var conditions = OSSuitability()
        conditions.hasOpenPort = true
        conditions.hasClosedPort = true
        conditions.hasUDPAnswer = true
        change(&conditions)
        return conditions.problem
    }

    @Test("each condition has its words, and the first counts")
    func conditions() {
        #expect(problem { _ in } == nil)
        #expect(problem { $0.scanDelay = 501 } == "Scan delay (501) is greater than 500")
        #expect(problem { $0.timingLevel = 5 } == "Timing level 5 (Insane) used")
        #expect(problem { $0.hasOpenPort = false } == "Missing an open TCP port so results incomplete")
        #expect(problem { $0.hasClosedPort = false } == "Missing a closed TCP port so results incomplete")
        #expect(problem { $0.distance = -1 } == nil)
        #expect(problem { $0.distance = -2 } == "Host distance (-2 network hops) appears to be negative")
        #expect(problem { $0.distance = 6 } == "Host distance (6 network hops) is greater than five")
        #expect(problem { $0.timingRatio = 1.6 } == "maxTimingRatio (1.600000e+00) is greater than 1.4")
        #expect(
            problem { $0.hasUDPAnswer = false } == "Didn't receive UDP response. Please try again with -sSU"
        )
        #expect(problem { $0.hasFailedProbe = true } == "Some probes failed to send so results incomplete")
        #expect(
            problem { conditions in
                conditions.hasFailedProbe = true
                conditions.hasClosedPort = false
            } == "Missing a closed TCP port so results incomplete"
        )
    }

    @Test(
        "numbers are written as C writes them",
        arguments: [
            (1.5, "1.500000e+00"), (12.25, "1.225000e+01"), (0.5, "5.000000e-01"),
            (9.9999999, "1.000000e+01"),
            (1e120, "1.000000e+120"), (.infinity, "0.000000e+00"), (0, "0.000000e+00"),
        ] as [(Double, String)]
    )
    func scientific(number: Double, text: String) { #expect(OSSuitability.scientific(number) == text) }
}
