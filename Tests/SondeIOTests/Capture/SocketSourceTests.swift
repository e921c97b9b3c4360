// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite(.enabled(if: RawAccess.isAvailable(), "raw sockets are not permitted here"))
struct SocketSourceTests {
    let loop: EventLoop
    let network: Network

    init() throws {
        loop = try EventLoop()
        network = try Network(loop: loop)
    }

    /// Sends datagrams with one octet each, 0, 1, … to a port of loopback.
    private func send(_ count: Int, to port: UInt16) throws {
        let client = try network.openUDP(.inet)
        for number in 0..<count {
            try loop.value { then in
                client.send([UInt8(truncatingIfNeeded: number)], to: .loopback(port), before: nil, then: then)
            }
        }
    }

    /// Everything that waits in a source, in turns as the loop takes it.
    private func drain(_ source: SocketSource) throws -> [[UInt8]] {
        var seen: [[UInt8]] = []
        while try source.next({ _, _, octets in
            seen.append(unsafe octets.withUnsafeBytes { unsafe Array($0) })
        }) {}
        return seen
    }

    @Test("packets come once and in order, more than one reading holds")
    func order() throws {
        let server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        let port = try #require(server.localAddress?.port)
        let source = try #require(
            SocketSource(CaptureRequest(device: "lo", filter: "udp dst port \(port)"), network.syscalls)
        )
        try send(150, to: port)
        var last: [UInt8] = []
        while last.count < 150 { last += try drain(source).compactMap(\.last) }
        #expect(last == (0..<150).map { UInt8($0) })
        #expect(source.counts.received == 150 && source.counts.dropped == 0)
        // Asked twice, it still knows what it was told the first time.
        #expect(source.counts.received == 150)
    }

    @Test("what came before the filter is not seen, and what it keeps out neither")
    func filter() throws {
        let server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        let port = try #require(server.localAddress?.port)
        try send(3, to: port)
        let source = try #require(
            SocketSource(CaptureRequest(device: "lo", filter: "udp dst port \(port)"), network.syscalls)
        )
        try send(1, to: port == 9 ? 10 : 9)
        try send(1, to: port)
        var seen: [[UInt8]] = []
        while seen.isEmpty { seen = try drain(source) }
        #expect(seen.count == 1)
    }

    @Test(
        "what needs libpcap is left to it",
        arguments: [
            CaptureRequest(device: "any"), CaptureRequest(device: "nosuch0"),
            CaptureRequest(device: "an interface with a long name"),
            CaptureRequest(device: "lo", filter: "no filter"),
            CaptureRequest(device: "lo", filter: "vlan 7 and tcp"),
        ]
    )
    func others(request: CaptureRequest) {
        #expect(SocketSource(request, network.syscalls) == nil)
    }

    @Test(
        "each call that fails leaves the capture to libpcap",
        arguments: ["packet socket", "ioctl", "setsockopt", "bind"]
    )
    func failures(call: String) throws {
        network.syscalls.force(ForcedFailure(call: call, occurrence: 1, number: ENOMEM))
        #expect(SocketSource(CaptureRequest(device: "lo", filter: "udp"), network.syscalls) == nil)
        #expect(network.syscalls.forcedCount == 1)
        // The capture as a whole works then.
        network.syscalls.force(ForcedFailure(call: call, occurrence: 1, number: ENOMEM))
        let capture = try network.capture(CaptureRequest(device: "lo", filter: "udp"), onPacket: { _, _ in })
        #expect(capture.isOpen)
    }

    @Test(
        "a reading that fails ends the capture, and says when the link is down",
        arguments: [ENETDOWN, ENOBUFS]
    )
    func lost(number: Int32) throws {
        let source = try #require(SocketSource(CaptureRequest(device: "lo"), network.syscalls))
        network.syscalls.force(ForcedFailure(call: "recvmmsg", occurrence: 1, number: number))
        do throws(CaptureError) {
            _ = try source.next { _, _, _ in }
            Issue.record("the call was made to fail")
        } catch {
            #expect(error.code == (number == ENETDOWN ? .isDown : .failed) && error.device == "lo")
        }
        source.close()
        #expect(try !source.next { _, _, _ in })
    }
}
