// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@testable import SondeScan

@Suite struct ReplyMatcherTests {
    private func matcher(_ probes: [RawProbe], _ stamp: ProbeStamp = RawFixture.stamp) -> ReplyMatcher {
        ReplyMatcher(probes, stamp, .inet)
    }

    @Test func aSegmentFindsItsPortAndTry() throws {
        let matcher = matcher([.tcp(.syn, port: 80), .tcp(.syn, port: 22)])
        let octet = ProbeStamp.octet(attempt: 2, isPing: false)
        let match = matcher.match(
            try RawFixture.segment([.syn, .ack], port: 22, to: RawFixture.stamp.sourcePort(octet))
        )
        #expect(match?.item == 1 && match?.octet == octet)
        #expect(matcher.match(try RawFixture.segment(.rst, port: 23, to: 40000)) == nil)
        #expect(matcher.match(try RawFixture.segment(.rst, port: 22, to: 39999)) == nil)
    }

    @Test func anAcceptanceMatchesNoProbeWithoutSYN() throws {
        let matcher = matcher([.tcp(.ack, port: 80)])
        #expect(matcher.match(try RawFixture.segment([.syn, .ack], port: 80, to: 40000)) == nil)
        #expect(matcher.match(try RawFixture.segment(.rst, port: 80, to: 40000))?.item == 0)
    }

    @Test func timingPingsAreNoAnswersToPorts() throws {
        let probe = RawProbe.tcp(.syn, port: 80)
        let matcher = matcher([probe])
        let octet = ProbeStamp.octet(attempt: 3, isPing: true)
        let reply = try RawFixture.segment(.rst, port: 80, to: RawFixture.stamp.sourcePort(octet))
        #expect(matcher.match(reply) == nil)
        #expect(matcher.pingOctet(reply, probe) == octet)
    }

    @Test func errorsAreFoundByWhatTheyQuote() throws {
        let probes: [RawProbe] = [
            .tcp(.syn, port: 22), .udp(port: 53), .sctpInit(port: 80), .icmpEcho, .icmpTimestamp,
        ]
        let matcher = matcher(probes)
        for (index, probe) in probes.enumerated() {
            let reply = try RawFixture.error(.unreachable, code: 1, about: probe, attempt: 4)
            let match = try #require(matcher.match(reply))
            #expect(match.item == UInt16(index) && match.probe == probe)
            #expect(match.octet == ProbeStamp.octet(attempt: 4, isPing: false))
        }
    }

    @Test func aGivenSourcePortLeavesTheTryToTheNumbers() throws {
        let stamp = ProbeStamp(basePort: 40000, fixedPort: 53, mask: 99, baseIdentifier: 0)
        let octet = ProbeStamp.octet(attempt: 5, isPing: false)
        let reply = try RawFixture.reply(
            RawFixture.packet(.tcp) {
                var header = TCPHeader(from: 22, to: 53, [.rst, .ack])
                header.acknowledgement = stamp.sequence(octet) &+ 1
                header.write(to: &$0, source: RawFixture.host, destination: RawFixture.own)
            }
        )
        #expect(matcher([.tcp(.syn, port: 22)], stamp).match(reply)?.octet == octet)
    }

    @Test func stampsAreReversible() {
        let stamp = RawFixture.stamp
        for attempt in 0..<32 {
            for isPing in [false, true] {
                let octet = ProbeStamp.octet(attempt: attempt, isPing: isPing)
                #expect(stamp.octet(sourcePort: stamp.sourcePort(octet)) == octet)
                #expect(stamp.octet(sequence: stamp.sequence(octet)) == octet)
                for kind in 0..<4 {
                    let request = stamp.request(identifier: stamp.identifier(octet, kind: kind))
                    #expect(request?.kind == kind && request?.octet == octet)
                }
            }
        }
    }

    @Test func octetsOfChanceNeverTrap() throws {
        var random = SplitMix(state: 7)
        let matcher = matcher([.tcp(.syn, port: 80), .ipProtocol(6), .icmpEcho])
        for _ in 0..<3000 {
            var packet = RawFixture.packet(.icmp) { writer in
                ICMPv4Message(.unreachable, code: 3).write(
                    to: &writer,
                    data: RawFixture.packet(.tcp) { $0.write(UInt64(random.next())) }
                )
            }
            for _ in 0..<4 {
                let place = Int(random.next() % UInt64(packet.count))
                packet[place] = UInt8(truncatingIfNeeded: random.next())
            }
            packet.removeLast(Int(random.next() % UInt64(packet.count)))
            guard let reply = try? RawFixture.reply(packet) else { continue }
            _ = matcher.match(reply)
            _ = matcher.pingOctet(reply, .icmpEcho)
            _ = ReplyRules.syn.outcome(of: reply, to: .icmpEcho)
        }
    }
}
