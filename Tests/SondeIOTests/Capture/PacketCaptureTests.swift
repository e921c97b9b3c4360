// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct PacketCaptureTests {
    private let loop: EventLoop
    private let network: Network
    private let request = CaptureRequest(device: "eth0", filter: "arp")

    init() throws {
        loop = try EventLoop()
        network = try Network(loop: loop)
    }

    /// Makes the pool hand out sources of the test, and gives them in order of opening.
    private final class Sources {
        var opened: [FakePacketSource] = []
    }

    private func fakeSources() -> Sources {
        let sources = Sources()
        network.captures.open = { _, _ in
            let source = FakePacketSource()
            sources.opened.append(source)
            return source
        }
        return sources
    }

    private final class Heard {
        var lengths: [Int] = []
        var failures: [CaptureError] = []
    }

    private func listen(_ request: CaptureRequest, _ heard: Heard) throws -> PacketCapture {
        try network.capture(
            request,
            onPacket: { packet, _ in heard.lengths.append(packet.wireLength) },
            onFailure: { heard.failures.append($0) }
        )
    }

    @Test("equal requests share one capture, which ends with the last of them")
    func sharing() throws {
        let sources = fakeSources()
        let (one, other) = (Heard(), Heard())
        let first = try listen(request, one)
        let second = try listen(request, other)
        var different = request
        different.filter = "udp"
        let third = try listen(different, Heard())
        #expect(sources.opened.count == 2)
        #expect(network.captures.count == 2)
        sources.opened[0].add([1, 2, 3])
        try loop.turn { other.lengths == [3] }
        #expect(one.lengths == [3])
        first.close()
        sources.opened[0].add([1])
        try loop.turn { other.lengths == [3, 1] }
        #expect(one.lengths == [3])
        second.close()
        #expect(sources.opened[0].isClosed && !sources.opened[1].isClosed)
        third.close()
        #expect(network.captures.count == 0)
        #expect(network.gate.budget.inUse == 0)
    }

    @Test("one who comes later gets nothing that was captured before")
    func latecomer() throws {
        let sources = fakeSources()
        let (early, late) = (Heard(), Heard())
        let first = try listen(request, early)
        sources.opened[0].add([1], time: 1000)
        let second = try listen(request, late)
        sources.opened[0].add([1, 2])
        try loop.turn { early.lengths == [1, 2] }
        #expect(late.lengths == [2])
        _ = (first, second)
    }

    @Test("a handler may close every capture, also its own")
    func closingInside() throws {
        let sources = fakeSources()
        var held: [PacketCapture] = []
        var calls = 0
        for _ in 0..<3 {
            held.append(
                try network.capture(request) { _, octets in
                    calls += 1
                    for capture in held { capture.close() }
                    #expect(octets.byteCount == 2)
                }
            )
        }
        sources.opened[0].add([1, 2])
        sources.opened[0].add([3, 4])
        try loop.turn { sources.opened[0].isClosed }
        #expect(calls == 1)
        let again = try listen(request, Heard())
        #expect(sources.opened.count == 2)
        _ = again
    }

    @Test("a capture that ends by itself is told once, and a new one is opened afresh")
    func failure() throws {
        let sources = fakeSources()
        let heard = Heard()
        let capture = try listen(request, heard)
        sources.opened[0].add([1])
        let error = CaptureError(.isDown, device: "eth0", detail: "gone")
        sources.opened[0].fail(error)
        try loop.turn { !heard.failures.isEmpty }
        #expect(heard.lengths == [1] && heard.failures == [error] && !capture.isOpen)
        let again = try listen(request, heard)
        #expect(sources.opened.count == 2 && again.isOpen)
    }

    @Test("a flood leaves the loop its turns")
    func budget() throws {
        let sources = fakeSources()
        let heard = Heard()
        let capture = try listen(request, heard)
        for _ in 0..<SharedCapture.turnBudget + 10 { sources.opened[0].add([7]) }
        try loop.turn(waitingUpTo: .milliseconds(100))
        #expect(heard.lengths.count == SharedCapture.turnBudget)
        try loop.turn { heard.lengths.count == SharedCapture.turnBudget + 10 }
        _ = capture
    }

    private func headerLength(_ type: Int32, _ octets: [UInt8]) -> Int {
        unsafe LinkHeader.length(linkType: type, octets: octets.span.bytes)
    }

    @Test(
        "the link header's length depends on the kind of link",
        arguments: [(1, 14), (0, 4), (12, 0), (113, 16), (9, 24), (10, 21), (6, 22), (226, 24), (109, 12)]
    )
    func linkHeaders(type: Int32, length: Int) {
        let octets = [UInt8](repeating: 0, count: 40)
        #expect(headerLength(type, octets) == length)
        #expect(headerLength(type, []) == 0)
    }

    @Test("a tagged frame has a longer header")
    func tag() {
        let octets: [UInt8] = [UInt8](repeating: 0, count: 12) + [0x81, 0, 0, 1, 8, 0]
        #expect(headerLength(1, octets) == 18)
    }

    @Test("a capture of loopback sees a datagram, cut where asked", .enabled(if: RawAccess.isAvailable()))
    func live() throws {
        let server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        let port = try #require(server.localAddress?.port)
        var seen: [(CapturedPacket, [UInt8])] = []
        let capture = try network.capture(
            CaptureRequest(device: "lo", snapLength: 64, filter: "udp and dst port \(port)")
        ) { packet, octets in
            seen.append((packet, unsafe octets.withUnsafeBytes { unsafe Array($0) }))
        }
        #expect(capture.linkType == 1)
        let before = loop.clockNow
        let client = try network.openUDP(.inet)
        let payload = [UInt8](repeating: 9, count: 100)
        try loop.value { then in client.send(payload, to: .loopback(port), before: nil, then: then) }
        try loop.turn { !seen.isEmpty }
        let (packet, octets) = try #require(seen.first)
        #expect(packet.wireLength == 142 && packet.linkHeaderLength == 14)
        #expect(octets.count == 64)
        #expect(octets[14] == 0x45)
        #expect(packet.instant - before < .seconds(5) && before - packet.instant < .milliseconds(50))
    }

    @Test("what libpcap refuses is told by kind", .enabled(if: RawAccess.isAvailable()))
    func refusals() throws {
        #expect(throws: CaptureError.self) {
            try network.capture(CaptureRequest(device: "nosuch0"), onPacket: { _, _ in })
        }
        do throws(CaptureError) {
            _ = try network.capture(CaptureRequest(device: "lo", filter: "no filter"), onPacket: { _, _ in })
            Issue.record("the filter is nonsense")
        } catch {
            #expect(error.code == .badFilter && error.device == "lo" && !error.detail.isEmpty)
        }
        for call in ["pcap_create", "pcap_activate", "pcap_setfilter", "epoll_ctl"] {
            network.syscalls.force(ForcedFailure(call: call, occurrence: 1, number: ENOMEM))
            #expect(throws: CaptureError.self) {
                try network.capture(CaptureRequest(device: "any"), onPacket: { _, _ in })
            }
        }
        #expect(network.captures.count == 0 && network.gate.budget.inUse == 0)
    }
}
