// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct ConnectProberTests {
    private let loop: EventLoop
    private let network: Network
    private let prober: ConnectProber

    init() throws {
        loop = try EventLoop(clock: ManualClock(advancesWhenIdle: true))
        network = try Network(loop: loop)
        prober = ConnectProber(network)
    }

    private func probe(_ address: SocketAddress) throws -> ConnectOutcome {
        try loop.value { then in prober.probe(address, before: loop.now + .seconds(1), then: then) }
    }

    @Test("open ports are accepted, closed ones refused, at once, and no place stays taken")
    func outcomes() throws {
        let listener = try network.listen(on: .loopback())
        let open = listener.localAddress
        for _ in 0..<5 {
            #expect(try probe(open) == .accepted)
            #expect(try probe(.loopback(1)) == .failed(ECONNREFUSED))
        }
        listener.close()
        #expect(try probe(open) == .failed(ECONNREFUSED))
        #expect(network.gate.budget.inUse == 0)
    }

    @Test("a refused socket serves for the next probe")
    func reuse() throws {
        #expect(try probe(.loopback(1)) == .failed(ECONNREFUSED))
        loop.syscalls.force(ForcedFailure(call: "socket", occurrence: 1, number: EIO))
        #expect(try probe(.loopback(1)) == .failed(ECONNREFUSED))
        #expect(loop.syscalls.forcedCount == 0)
        let ipv6 = SocketAddress(IPAddress(family: .inet6, value: 1), port: 1)
        #expect(try probe(ipv6) == .failed(EIO))
        #expect(try probe(ipv6) == .failed(ECONNREFUSED))
    }

    @Test("towards loopback one call gives the answer, until one goes unanswered")
    func waiting() throws {
        let listener = try network.listen(on: .loopback())
        for address in [.loopback(1), listener.localAddress] {
            guard case .done(.success(let outcome)) = prober.probe(address, before: nil, then: { _ in })
            else {
                Issue.record("the probe did not end within the call")
                return
            }
            #expect(outcome == (address.port == 1 ? .failed(ECONNREFUSED) : .accepted))
        }
        loop.syscalls.force(ForcedFailure(call: "connect", occurrence: 1, number: EINPROGRESS))
        guard case .pending(let operation) = prober.probe(.loopback(1), before: nil, then: { _ in }) else {
            Issue.record("the probe did not wait")
            return
        }
        operation.cancel()
        #expect(try probe(.loopback(1)) == .failed(ECONNREFUSED))
        #expect(network.gate.budget.inUse == 1)
    }

    @Test("a socket connected to itself is told apart")
    func selfConnect() throws {
        let own = try closedPort()
        let prober = ConnectProber(network, options: ConnectOptions(source: own))
        let outcome = try loop.value { then in prober.probe(own, before: nil, then: then) }
        #expect(outcome == .selfConnect)
    }

    private func closedPort() throws -> SocketAddress {
        let listener = try network.listen(on: .loopback())
        defer { listener.close() }
        return listener.localAddress
    }

    @Test("what is out of scope is denied; what nothing answers times out")
    func deniedAndTimeout() throws {
        network.gate.scope = Scope(excluded: [IPNetwork(SocketAddress.loopback().address)])
        #expect(try probe(.loopback(1)) == .denied)
        network.gate.scope = Scope()
        let listener = try network.listen(on: .loopback(), backlog: 0)
        var streams: [TCPStream] = []
        var outcome = ConnectOutcome.accepted
        for _ in 0..<10 where outcome == .accepted {
            outcome = try probe(listener.localAddress)
            guard outcome == .accepted else { break }
            let result = try loop.result { then in
                network.connect(to: listener.localAddress, before: loop.now + .seconds(1), then: then)
            }
            if let stream = try? result.get() { streams.append(stream) }
        }
        #expect(outcome == .timedOut)
        #expect(network.gate.budget.inUse == streams.count + 1)
    }

    @Test("a shortage makes a probe wait and try again", arguments: [EMFILE, EADDRNOTAVAIL])
    func shortage(number: Int32) throws {
        loop.syscalls.force(ForcedFailure(call: "socket", occurrence: 1, number: number))
        let outcome = try loop.value { then in prober.probe(.loopback(1), before: nil, then: then) }
        #expect(outcome == .failed(ECONNREFUSED))
        #expect(network.gate.budget.inUse == 0)
    }

    @Test("a cancelled probe is never told and frees its place")
    func cancel() throws {
        network.gate.rate = RateLimit(perSecond: 1)
        #expect(try probe(.loopback(1)) == .failed(ECONNREFUSED))
        var calls = 0
        guard
            case .pending(let operation) = prober.probe(.loopback(1), before: nil, then: { _ in calls += 1 })
        else {
            Issue.record("the rate did not hold it")
            return
        }
        operation.cancel()
        for _ in 0..<10 { try loop.turn(waitingUpTo: .seconds(1)) }
        #expect(calls == 0)
        #expect(network.gate.budget.inUse == 0)
    }

    @Test("with a second thread half of the probes go there, and the outcomes are the same")
    func secondThread() throws {
        let loop = try EventLoop()
        let network = try Network(loop: loop)
        network.usesCallThread = true
        defer { network.close() }
        let prober = ConnectProber(network)
        let listener = try network.listen(on: .loopback())
        let open = listener.localAddress
        let closed = try closedPort()
        var outcomes: [Int: ConnectOutcome] = [:]
        var waited = 0
        for number in 0..<300 {
            let address = number.isMultiple(of: 3) ? open : closed
            let attempt = prober.probe(address, before: loop.now + .seconds(9)) {
                outcomes[number] = try? $0.get()
            }
            if case .done(let result) = attempt { outcomes[number] = try? result.get() } else { waited += 1 }
            if case .pending(let operation) = attempt, number == 1 { operation.cancel() }
        }
        try loop.turn { outcomes.count == 299 && network.gate.budget.inUse == 1 }
        #expect(waited >= ConnectLane.batch)
        for (number, outcome) in outcomes {
            #expect(outcome == (number.isMultiple(of: 3) ? .accepted : .failed(ECONNREFUSED)))
        }
        #expect(outcomes[1] == nil)
    }
}
