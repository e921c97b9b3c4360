// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct UDPSocketTests {
    private let loop: EventLoop
    private let network: Network
    private let server: UDPSocket
    private let address: SocketAddress

    init() throws {
        loop = try EventLoop(clock: ManualClock(advancesWhenIdle: true))
        network = try Network(loop: loop)
        server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        address = try #require(server.localAddress)
    }

    @Test("datagrams keep their borders and tell who sent them, empty ones too")
    func datagrams() throws {
        let client = try network.openUDP(.inet)
        for bytes in [[1, 2, 3], [], [4]] as [[UInt8]] {
            try loop.value { then in client.send(bytes, to: address, before: nil, then: then) }
        }
        #expect(client.remoteAddress == address)
        for bytes in [[1, 2, 3], [], [4]] as [[UInt8]] {
            let datagram = try loop.value { then in server.receive(before: nil, then: then) }
            #expect(datagram.bytes == bytes)
            #expect(datagram.source?.port == client.localAddress?.port)
        }
    }

    @Test("a connected socket exchanges datagrams with its peer")
    func connected() throws {
        let client = try network.openUDP(.inet)
        try client.connect(to: address)
        try loop.value { then in client.send([9], before: nil, then: then) }
        let datagram = try loop.value { then in server.receive(before: nil, then: then) }
        let source = try #require(datagram.source)
        try loop.value { then in server.send([8], to: source, before: nil, then: then) }
        #expect(try loop.value { then in client.receive(before: nil, then: then) }.bytes == [8])
        #expect(client.remoteAddress == address)
    }

    @Test("a closed port shows as an error of the next operation")
    func refused() throws {
        server.close()
        let client = try network.openUDP(.inet)
        try client.connect(to: address)
        try loop.value { then in client.send([9], before: nil, then: then) }
        let result = try loop.result { then in client.receive(before: loop.now + .seconds(1), then: then) }
        #expect(throws: StreamError(SystemError(number: ECONNREFUSED, call: "recvfrom"))) { try result.get() }
    }

    @Test("sending without a peer is an error; receiving nothing times out")
    func failures() throws {
        let client = try network.openUDP(.inet)
        let sent = try loop.result { then in client.send([1], before: nil, then: then) }
        #expect(throws: StreamError(SystemError(number: EDESTADDRREQ, call: "send"))) { try sent.get() }
        let got = try loop.result { then in client.receive(before: loop.now + .seconds(1), then: then) }
        #expect(throws: StreamError.timeout) { try got.get() }
    }

    @Test("what is out of scope gets no datagram")
    func denied() throws {
        network.gate.scope = Scope(excluded: [IPNetwork(address.address)])
        let client = try network.openUDP(.inet)
        let sent = try loop.result { then in client.send([1], to: address, before: nil, then: then) }
        #expect(throws: StreamError.denied) { try sent.get() }
        #expect(throws: StreamError.denied) { try client.connect(to: address) }
        #expect(network.gate.counters.denied == 2)
    }

    @Test("the rate spreads datagrams over time")
    func rate() throws {
        network.gate.rate = RateLimit(perSecond: 10)
        let client = try network.openUDP(.inet)
        let start = loop.now
        for _ in 0..<11 { try loop.value { then in client.send([1], to: address, before: nil, then: then) } }
        #expect(loop.now - start >= .milliseconds(980))
        #expect(loop.now - start <= .milliseconds(1020))
        let late = try loop.result { then in client.send([1], to: address, before: loop.now, then: then) }
        #expect(throws: StreamError.timeout) { try late.get() }
    }
}
