// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@testable import SondeScan

@Suite("ReplyTests")
struct ReplyTestsTests {
    private let sent = ReplyTests.Sent(
        sequence: 2_544_131_116,
        acknowledgement: 2_596_371_051,
        timeToLive: 54,
        udpChecksum: 0xABCD
    )

    private func reply(_ change: (inout OSTCPReply) -> Void) -> OSTCPReply {
        var reply = OSTCPReply()
        reply.mustNotFragment = true
        change(&reply)
        return reply
    }

    private func line(_ test: OSTest, distance: Int? = 1, _ change: (inout OSTCPReply) -> Void) -> String {
        ReplyTests.line(test, reply(change), sent, distance: distance).description
    }

    @Test("the answers of a captured exchange give their lines")
    func captured() {
        #expect(
            line(.t1) { reply in
                reply.sequence = 2_600_193_849
                reply.acknowledgement = 2_544_131_117
                reply.flags = 0x12
                reply.window = 65160
            } == "T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)"
        )
        #expect(
            line(.t4) { reply in
                reply.sequence = 2_596_371_051
                reply.flags = 4
            } == "T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)"
        )
        #expect(
            line(.t5) { reply in
                reply.acknowledgement = 2_544_131_117
                reply.flags = 0x14
            } == "T5(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)"
        )
        #expect(
            line(.congestion) { reply in
                reply.flags = 0x52
                reply.window = 64240
                reply.options = [2, 4, 5, 0xB4, 1, 1, 4, 2, 1, 3, 3, 10]
            } == "ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)"
        )
    }

    @Test(
        "sequence and acknowledgement numbers are compared with ours",
        arguments: [
            (0, 0, "Z", "Z"), (2_596_371_051, 2_544_131_116, "A", "S"),
            (2_596_371_052, 2_544_131_117, "A+", "S+"),
            (5, 6, "O", "O"), (2_544_131_116, 2_596_371_051, "O", "O"),
        ] as [(UInt32, UInt32, String, String)]
    )
    func numbers(sequence: UInt32, acknowledgement: UInt32, s: String, a: String) {
        let line = ReplyTests.line(
            .t5,
            reply { reply in
                reply.sequence = sequence
                reply.acknowledgement = acknowledgement
            },
            sent,
            distance: nil
        )
        #expect(line[.sequence] == s)
        #expect(line[.acknowledgement] == a)
    }

    @Test(
        "without a distance the initial time to live is guessed, with one it is computed",
        arguments: [
            (30, nil, nil, "20"), (33, nil, nil, "40"), (64, nil, nil, "40"), (128, nil, nil, "80"),
            (129, nil, nil, "FF"), (62, 3, "40", nil), (64, 1, "40", nil), (0, 0, "0", nil),
            (255, .max, "1FD", nil),
        ] as [(UInt8, Int?, String?, String?)]
    )
    func timeToLive(received: UInt8, distance: Int?, exact: String?, guess: String?) {
        let line = ReplyTests.line(.t5, reply { $0.timeToLive = received }, sent, distance: distance)
        #expect(line[.ttl] == exact)
        #expect(line[.ttlGuess] == guess)
    }

    @Test(
        "flags, congestion and quirks have their letters",
        arguments: [
            (0xFF, 0, 0, "EUAPRSF", "S", ""), (0x40, 0, 0, "E", "Y", ""), (0x80, 0, 0, "", "O", ""),
            (0, 8, 0, "", "N", "R"), (0, 0, 1, "", "N", "U"), (0x20, 1, 1, "U", "N", "R"),
            (0, 1, 9, "", "N", "RU"),
        ] as [(UInt8, UInt8, UInt16, String, String, String)]
    )
    func letters(flags: UInt8, reserved: UInt8, urgent: UInt16, f: String, cc: String, q: String) {
        let reply = reply { reply in
            reply.flags = flags
            reply.reserved = reserved
            reply.urgentPointer = urgent
        }
        #expect(ReplyTests.line(.t5, reply, sent, distance: 1)[.flags] == f)
        let line = ReplyTests.line(.congestion, reply, sent, distance: 1)
        #expect(line[.congestion] == cc)
        #expect(line[.quirks] == q)
    }

    @Test("the data of a reset is summed")
    func resetData() {
        let data = Array("123456789".utf8)
        let change: (inout OSTCPReply) -> Void = { reply in
            reply.flags = 4
            reply.payload = data
        }
        #expect(ReplyTests.line(.t4, reply(change), sent, distance: 1)[.resetData] == "CBF43926")
        #expect(ReplyTests.line(.t4, reply { $0.payload = data }, sent, distance: 1)[.resetData] == "0")
    }

    // MARK: UDP and ICMP

    private func unreachable(_ change: (inout OSUnreachableReply) -> Void = { _ in }) -> OSUnreachableReply {
        var reply = OSUnreachableReply()
        reply.totalLength = 356
        reply.quotedHeader = [
            0x45, 0, 0x01, 0x48, 0x10, 0x42, 0, 0, 54, 17, 0x1D, 0xC4, 10, 77, 0, 1, 10, 78, 0, 2,
        ]
        reply.quotedUDPChecksum = 0xABCD
        reply.quotedData = Array(repeating: 0x43, count: 300)
        change(&reply)
        return reply
    }

    @Test("a port unreachable message that quotes everything is all good")
    func quoted() {
        var reply = unreachable()
        var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) {
            $0 + ($1 == 10 ? 0 : UInt32(reply.quoted($1)))
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        reply.quotedHeader[10] = UInt8(~sum >> 8 & 255)
        reply.quotedHeader[11] = UInt8(~sum & 255)
        #expect(
            ReplyTests.line(reply, sent, distance: 1).description
                == "U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)"
        )
        #expect(ReplyTests.distance(reply, sent) == 1)
        reply.quotedHeader[8] = 50
        #expect(ReplyTests.distance(reply, sent) == 5)
    }

    @Test("what was changed on the way is told")
    func changed() {
        let line = ReplyTests.line(
            unreachable { reply in
                reply.unused = 0xA0B
                reply.quotedHeader[3] = 0x40
                reply.quotedHeader[4] = 0
                reply.quotedHeader[5] = 0
                reply.quotedUDPChecksum = 0
                reply.quotedData[7] = 0
            },
            sent,
            distance: nil
        )
        #expect(
            line.description == "U1(R=Y%DF=N%TG=40%IPL=164%UN=A0B%RIPL=140%RID=0%RIPCK=I%RUCK=0%RUD=I)"
        )
        let zero = ReplyTests.line(
            unreachable { reply in
                reply.quotedHeader[10] = 0
                reply.quotedHeader[11] = 0
                reply.quotedData = []
            },
            sent,
            distance: nil
        )
        #expect(zero[.quotedChecksum] == "Z")
        #expect(zero[.quotedData] == "G")
    }

    @Test(
        "two echo replies are compared with their requests",
        arguments: [
            (true, 9, true, 0, "Y", "S"), (true, 0, false, 0, "S", "Z"), (false, 9, false, 9, "N", "9"),
            (false, 0, true, 9, "O", "O"), (false, 3, false, 4, "N", "O"),
        ] as [(Bool, UInt8, Bool, UInt8, String, String)]
    )
    func echoes(first: Bool, firstCode: UInt8, second: Bool, secondCode: UInt8, dfi: String, cd: String) {
        var one = OSEchoReply()
        one.mustNotFragment = first
        one.code = firstCode
        var other = OSEchoReply()
        other.mustNotFragment = second
        other.code = secondCode
        #expect(
            ReplyTests.line(one, other, timeToLive: 60, distance: nil).description
                == "IE(R=Y%DFI=\(dfi)%TG=40%CD=\(cd))"
        )
    }
}
