// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeWire
import Testing

@testable import SondeScan

/// A technique that sends no packets: the test says which tries of which probes are answered.
private final class FakePackets: PacketTechnique {
    let transport = TransportProtocol.tcp
    let silence = PortOutcome(.filtered, .noResponse)
    var onReply: RawChannel.Listener = { _, _, _ in }
    private(set) var sent: [(item: UInt16, octet: UInt8)] = []
    private(set) var pings = 0
    private let loop: EventLoop
    private let answers: (UInt16, Int) -> Bool

    init(_ loop: EventLoop, answers: @escaping (_ item: UInt16, _ attempt: Int) -> Bool) {
        self.loop = loop
        self.answers = answers
    }

    func packetCount(_ port: UInt16) -> Int { 1 }

    func open(_ address: IPAddress, link: MACAddress?) -> RawTarget? {
        let interface = Interface(name: "test0", index: 1, linkKind: .ethernet)
        let path = NetworkPath(interface: interface, source: RawFixture.own, gateway: nil, isLocal: false)
        return RawTarget(address, path, PacketSettings())
    }

    func send(_ item: UInt16, _ octet: UInt8, to target: RawTarget) {
        sent.append((item, octet))
        guard answers(item, Int(octet >> 1)) else { return }
        loop.schedule(at: loop.now + .milliseconds(5)) { [self] in
            var reply = RawReply(neighbor: RawFixture.host, of: RawFixture.own)
            reply.content = .sctp(from: item, to: UInt16(octet), nil)
            onReply(reply, loop.now, nil)
        }
    }

    func send(ping: RawProbe, _ octet: UInt8, to target: RawTarget) { pings += 1 }

    func read(_ reply: RawReply) -> PacketAnswer? {
        guard case .sctp(let item, let octet, _) = reply.content else { return nil }
        let probe = RawProbe.tcp(.syn, port: item)
        return PacketAnswer(
            item: item,
            octet: UInt8(truncatingIfNeeded: octet),
            probe: probe,
            outcome: PortOutcome(.closed, .reset)
        )
    }

    func pingOctet(_ reply: RawReply, _ ping: RawProbe) -> UInt8? { nil }

    func pingScore(_ probe: RawProbe, _ outcome: PortOutcome) -> Int { 60 }
}

@Suite("PortScan with packets")
struct PacketScanTests {
    @Test("a timing ping that gets lost while nothing else is in flight does not stop the scan")
    func lostPing() throws {
        let loop = try EventLoop(clock: ManualClock())
        let technique = FakePackets(loop) { item, attempt in item == 0 && attempt == 1 }
        let order = (0..<24).map { UInt16($0) }
        let timing = ScanTiming(TimingTemplate(level: 3), transport: .tcp)
        var ending: PortScan.Ending?
        let scan = PortScan(
            loop,
            technique,
            PortScan.Settings(order: order, timing: timing),
            progress: ScanProgress(.synScan)
        ) { _, how in ending = how }
        scan.add(ActiveHost(Host(address: RawFixture.host), number: 0))
        for _ in 0..<20_000 where ending == nil { try loop.turn(waitingUpTo: nil) }
        #expect(ending == .complete)
        #expect(technique.pings > 0)
        #expect(technique.sent.count { $0.item == 1 } == 4)
    }

    @Test("silent hosts that wait for their second question do not keep others from their first")
    func silentHosts() throws {
        let loop = try EventLoop(clock: ManualClock())
        let technique = FakePackets(loop) { _, _ in false }
        let timing = ScanTiming(TimingTemplate(level: 3), transport: .tcp).onLink
        var ended = 0
        let scan = PortScan(
            loop,
            technique,
            PortScan.Settings(order: [0], timing: timing),
            progress: ScanProgress(.discovery)
        ) { _, _ in ended += 1 }
        let start = loop.now
        for number in 0..<100 {
            let address = IPAddress(family: .inet, value: 0x0A4D_0100 + UInt128(number))
            scan.add(ActiveHost(Host(address: address), number: number))
        }
        for _ in 0..<20_000 where ended < 100 { try loop.turn(waitingUpTo: nil) }
        #expect(ended == 100)
        // Most at once, all others after a fifth of a second, and the second between the tries.
        #expect(loop.now - start < .milliseconds(2500))
    }
}
