// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeWire
import Testing

@testable import SondeScan

@Suite struct ReplyRulesTests {
    private let probe = RawProbe.tcp(.syn, port: 22)

    private func state(_ rules: ReplyRules, _ reply: RawReply, _ probe: RawProbe? = nil) -> PortState? {
        rules.outcome(of: reply, to: probe ?? self.probe)?.state
    }

    @Test func segmentsMeanWhatTheTechniqueMakesOfThem() throws {
        let accepted = try RawFixture.segment([.syn, .ack], port: 22, to: 40000)
        let refused = try RawFixture.segment([.rst, .ack], port: 22, to: 40000)
        let refusedWithWindow = try RawFixture.segment(.rst, port: 22, to: 40000, window: 4096)
        #expect(state(.syn, accepted) == .open)
        #expect(state(.syn, refused) == .closed)
        #expect(state(.syn, try RawFixture.segment(.syn, port: 22, to: 40000)) == .open)
        #expect(state(.ack, refused) == .unfiltered)
        #expect(state(.ack, accepted) == nil)
        #expect(state(.window, refused) == .closed)
        #expect(state(.window, refusedWithWindow) == .open)
        #expect(state(.silentWhenOpen, refused) == .closed)
        #expect(state(.silentWhenOpen, accepted) == nil)
    }

    @Test("a probe of ours to ourselves, as captures show it, is no answer")
    func ownProbes() throws {
        func own(_ proto: IPProtocol, _ body: (inout OctetWriter) -> Void) throws -> RawReply {
            try RawFixture.reply(RawFixture.packet(proto, from: RawFixture.own, body))
        }
        func segment(_ flags: TCPFlags, from: UInt16 = 40000, to: UInt16 = 40000) throws -> RawReply {
            try own(.tcp) {
                TCPHeader(from: from, to: to, flags)
                    .write(to: &$0, source: RawFixture.own, destination: RawFixture.own)
            }
        }
        #expect(state(.syn, try segment(.syn)) == nil)
        #expect(state(.syn, try segment([.syn, .ack])) == .open)
        #expect(state(.syn, try segment([.rst, .ack])) == .closed)
        #expect(state(.syn, try segment(.syn, from: 22)) == .open)
        let rare = try own(IPProtocol(rawValue: 200)) { _ in }
        #expect(state(.ipProtocol, rare, .ipProtocol(200)) == nil)
        let answer = try RawFixture.reply(RawFixture.packet(IPProtocol(rawValue: 200)) { _ in })
        #expect(state(.ipProtocol, answer, .ipProtocol(200)) == .open)
    }

    @Test(arguments: [
        (0, true), (1, true), (2, true), (3, true), (9, true), (10, true), (13, true), (4, false),
    ])
    func unreachableFiltersWhereTheCodeSaysSo(code: Int, filters: Bool) throws {
        let reply = try RawFixture.error(.unreachable, code: UInt8(code), about: probe)
        #expect(state(.syn, reply) == (filters ? .filtered : nil))
    }

    @Test func aUDPPortIsClosedOnlyByItsHost() throws {
        let probe = RawProbe.udp(port: 53)
        let own = try RawFixture.error(.unreachable, code: 3, about: probe)
        let other = try RawFixture.error(.unreachable, code: 3, about: probe, from: RawFixture.router)
        #expect(state(.udp, own, probe) == .closed)
        let outcome = try #require(ReplyRules.udp.outcome(of: other, to: probe))
        #expect(outcome.state == .filtered && outcome.source == RawFixture.router)
        #expect(outcome.reason == .portUnreachable && outcome.ttl == 63)
    }

    @Test func protocolsAreOpenOrClosedByTheHost() throws {
        let probe = RawProbe.ipProtocol(17)
        #expect(
            state(.ipProtocol, try RawFixture.error(.unreachable, code: 2, about: probe), probe) == .closed
        )
        #expect(state(.ipProtocol, try RawFixture.error(.unreachable, code: 3, about: probe), probe) == .open)
        let far = try RawFixture.error(.unreachable, code: 2, about: probe, from: RawFixture.router)
        #expect(state(.ipProtocol, far, probe) == .filtered)
    }

    @Test func onlyProofsOfLifeCountInDiscovery() throws {
        let reset = try RawFixture.segment(.rst, port: 22, to: 40000)
        #expect(state(.discovery(ignoresResets: false), reset) == .open)
        #expect(state(.discovery(ignoresResets: true), reset) == nil)
        let own = try RawFixture.error(.unreachable, code: 3, about: .udp(port: 1))
        let far = try RawFixture.error(.unreachable, code: 1, about: .udp(port: 1), from: RawFixture.router)
        #expect(state(.discovery(ignoresResets: false), own) == .open)
        #expect(state(.discovery(ignoresResets: false), far) == nil)
    }

    @Test func aClosedPortIsTheBestTimingPing() {
        let closed = PortOutcome(.closed, .reset)
        let open = PortOutcome(.open, .synAck)
        #expect(ReplyRules.syn.pingScore(probe, closed) > ReplyRules.syn.pingScore(probe, open))
        #expect(ReplyRules.syn.pingScore(.tcp(.syn, port: 25), closed) == 50)
        #expect(ReplyRules.syn.pingScore(.icmpEcho, open) == 50)
    }
}
