// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct NetworkTests {
    private let loop: EventLoop
    private let clock = ManualClock(advancesWhenIdle: true)

    init() throws { loop = try EventLoop(clock: clock) }

    private func closedPort(_ network: Network) throws -> SocketAddress {
        let listener = try network.listen(on: .loopback())
        defer { listener.close() }
        return listener.localAddress
    }

    private func failure(
        _ network: Network,
        _ address: SocketAddress,
        before: Instant?
    ) throws -> StreamError? {
        let result = try loop.result { then in network.connect(to: address, before: before, then: then) }
        if case .failure(let error) = result { return error }
        return nil
    }

    @Test("a closed port refuses, and the error names the call and the reason")
    func refused() throws {
        let network = try Network(loop: loop)
        let error = try failure(network, closedPort(network), before: nil)
        #expect(error == StreamError(SystemError(number: ECONNREFUSED, call: "connect")))
        #expect(error?.description == "ERROR (connect: Connection refused)")
        #expect(network.gate.budget.inUse == 0)
    }

    @Test("a connection that nothing answers times out and frees its place")
    func timeout() throws {
        let network = try Network(loop: loop)
        let listener = try network.listen(on: .loopback(), backlog: 0)
        var streams: [TCPStream] = []
        var error: StreamError?
        // A listener whose queue is full does not answer.
        for _ in 0..<10 where error == nil {
            let result = try loop.result { then in
                network.connect(to: listener.localAddress, before: loop.now + .seconds(1), then: then)
            }
            switch result {
            case .success(let stream): streams.append(stream)
            case .failure(let caught): error = caught
            }
        }
        #expect(error == .timeout)
        #expect(network.gate.budget.inUse == streams.count + 1)
    }

    @Test("the source address and port are those asked for")
    func source() throws {
        let network = try Network(loop: loop)
        let listener = try network.listen(on: .loopback())
        let own = SocketAddress(IPAddress(family: .inet, value: 0x7F00_0009), port: 0)
        let stream = try loop.value { then in
            network.connect(
                to: listener.localAddress,
                options: ConnectOptions(source: own, ttl: 9),
                before: nil,
                then: then
            )
        }
        #expect(stream.localAddress?.address == own.address)
    }

    @Test("IPv6 loopback works as IPv4 does")
    func ipv6() throws {
        let network = try Network(loop: loop)
        let address = SocketAddress(IPAddress(family: .inet6, value: 1), port: 0)
        let listener = try network.listen(on: address)
        let stream = try loop.value { then in
            network.connect(to: listener.localAddress, before: nil, then: then)
        }
        #expect(stream.remoteAddress == listener.localAddress)
        #expect(stream.localAddress?.address == address.address)
    }

    @Test("what is out of scope is denied before any system call")
    func denied() throws {
        let network = try Network(loop: loop)
        network.gate.scope = Scope(allowed: [])
        loop.syscalls.force(ForcedFailure(occurrence: 1, number: EIO))
        guard case .done(.failure(.denied)) = network.connect(to: .loopback(9), before: nil, then: { _ in })
        else {
            Issue.record("not denied at once")
            return
        }
        #expect(loop.syscalls.forcedCount == 0)
        #expect(network.gate.counters.denied == 1)
    }

    @Test("connections beyond the budget wait in line and follow first come, first served")
    func budgetQueue() throws {
        let network = try Network(loop: loop, maximumSockets: 8)
        let listener = try network.listen(on: .loopback())
        var open: [TCPStream] = []
        for _ in 0..<7 {
            open.append(
                try loop.value { then in network.connect(to: listener.localAddress, before: nil, then: then) }
            )
        }
        var order: [Int] = []
        var operations: [Operation] = []
        for number in 0..<4 {
            let attempt = network.connect(to: listener.localAddress, before: nil) { result in
                order.append(number)
                if let stream = try? result.get() { open.append(stream) }
            }
            if case .pending(let operation) = attempt { operations.append(operation) }
        }
        #expect(network.gate.waitingCount == 4)
        try #require(operations.count == 4)
        operations[1].cancel()
        #expect(network.gate.waitingCount == 3)
        for _ in 0..<3 {
            open.removeFirst().close()
            for _ in 0..<5 { try loop.turn(waitingUpTo: .milliseconds(1)) }
        }
        #expect(order == [0, 2, 3])
        #expect(network.gate.waitingCount == 0)
    }

    @Test("waiting at the gate ends at the deadline")
    func gateDeadline() throws {
        let network = try Network(loop: loop, maximumSockets: 8)
        let sockets = try (0..<8).map { _ in try network.openUDP(.inet) }
        #expect(try failure(network, .loopback(9), before: loop.now + .seconds(1)) == .timeout)
        #expect(network.gate.budget.inUse == sockets.count)
        #expect(network.gate.waitingCount == 0)
    }

    @Test(
        "when the system has no more sockets or ports, a connection waits and tries again",
        arguments: [("socket", EMFILE), ("socket", ENOBUFS), ("connect", EADDRNOTAVAIL)]
    )
    func shortage(call: String, number: Int32) throws {
        let network = try Network(loop: loop)
        let listener = try network.listen(on: .loopback())
        loop.syscalls.force(ForcedFailure(call: call, occurrence: 1, number: number))
        let start = loop.now
        let stream = try loop.value { then in
            network.connect(to: listener.localAddress, before: nil, then: then)
        }
        #expect(stream.isOpen)
        #expect(loop.now - start >= SocketBudget.pause)
        #expect(network.gate.budget.limit < network.gate.budget.ceiling)
    }

    @Test("a lasting shortage is an error in the end")
    func lastingShortage() throws {
        let network = try Network(loop: loop)
        for occurrence in 1...20 {
            loop.syscalls.force(ForcedFailure(call: "connect", occurrence: occurrence, number: EADDRNOTAVAIL))
        }
        #expect(try failure(network, .loopback(9), before: nil)?.underlying?.number == EADDRNOTAVAIL)
        #expect(network.gate.budget.inUse == 0)
        loop.syscalls.stopForcing()
    }

    @Test("the rate spreads connections over time")
    func rate() throws {
        let network = try Network(loop: loop, rate: RateLimit(perSecond: 100))
        let address = try closedPort(network)
        let start = loop.now
        for _ in 0..<101 { #expect(try failure(network, address, before: nil) != nil) }
        #expect(loop.now - start >= .milliseconds(980))
        #expect(loop.now - start <= .milliseconds(1020))
    }

    @Test("the observer sees a connection's life")
    func observer() throws {
        let network = try Network(loop: loop)
        var seen: [String] = []
        let pair = try StreamPair(network)
        network.gate.observer = { event in
            switch event {
            case .connected: seen.append("connected")
            case .sent(_, let bytes): seen.append("sent \(bytes.count)")
            case .received(_, let bytes): seen.append("received \(bytes.count)")
            case .closed(let flow): seen.append("closed \(flow.isTCP)")
            case .denied: seen.append("denied")
            case .packetSent, .frameSent, .packetDenied: seen.append("packet")
            }
        }
        try pair.client.write("abc")
        #expect(try pair.server.read() == "abc")
        pair.server.close()
        #expect(seen == ["sent 3", "received 3", "closed true"])
    }
}
