// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct TCPStreamTests {
    private let loop: EventLoop
    private let network: Network
    private let clock = ManualClock(advancesWhenIdle: true)
    private let pair: StreamPair

    init() throws {
        loop = try EventLoop(clock: clock)
        network = try Network(loop: loop)
        pair = try StreamPair(network)
    }

    private var soon: Instant { loop.now + .milliseconds(10) }

    @Test("a receive of some bytes gives what one pass finds, over buffer borders")
    func some() throws {
        let text = String(repeating: "x", count: 100_000)
        try pair.server.write(text)
        #expect(try pair.client.read() == text)
    }

    @Test("one pass stops soon after 589823 bytes")
    func passLimit() {
        var buffer = ReceiveBuffer(.some)
        let bytes = [UInt8](repeating: 1, count: 589_823)
        unsafe bytes.withUnsafeBytes { unsafe buffer.append($0) }
        #expect(!buffer.endsPass(startedAt: 0))
        unsafe [UInt8(1)].withUnsafeBytes { unsafe buffer.append($0) }
        #expect(buffer.endsPass(startedAt: 0))
    }

    @Test("a receive waits, and data that comes ends the wait")
    func waits() throws {
        var got: [UInt8]?
        let attempt = pair.client.receive(.some, before: nil) { got = try? $0.get() }
        guard case .pending = attempt else {
            Issue.record("nothing was there, yet it did not wait")
            return
        }
        #expect(got == nil)
        try pair.server.write("hello")
        #expect(got == nil)
        try loop.turn { got != nil }
        #expect(got == Array("hello".utf8))
    }

    @Test("a receive of n bytes collects until it has them, and gives all it has")
    func bytes() throws {
        try pair.server.write("abc")
        var got: [UInt8]?
        _ = pair.client.receive(.bytes(5), before: nil) { got = try? $0.get() }
        try loop.turn(waitingUpTo: .zero)
        #expect(got == nil)
        try pair.server.write("defg")
        try loop.turn { got != nil }
        #expect(got == Array("abcdefg".utf8))
    }

    @Test("a receive of n lines counts line feeds and keeps what follows them")
    func lines() throws {
        try pair.server.write("one\ntwo\nthr")
        #expect(try pair.client.read(.lines(2)) == "one\ntwo\nthr")
    }

    @Test(
        "what was collected at the deadline or at the end is a success",
        arguments: [ReceiveAmount.bytes(10), .lines(2)]
    )
    func partial(amount: ReceiveAmount) throws {
        try pair.server.write("ab\n")
        #expect(try pair.client.read(amount, before: soon) == "ab\n")
        #expect(try pair.client.readFailure(amount, before: soon) == .timeout)
        try pair.server.write("cd\n")
        pair.server.close()
        #expect(try pair.client.read(amount) == "cd\n")
        #expect(try pair.client.readFailure(amount) == .endOfStream)
    }

    @Test(
        "no bytes, and fewer, mean at least one",
        arguments: [ReceiveAmount.bytes(0), .bytes(-1), .lines(0)]
    )
    func atLeastOne(amount: ReceiveAmount) throws {
        #expect(try pair.client.readFailure(amount, before: soon) == .timeout)
        try pair.server.write("a")
        #expect(try pair.client.read(amount) == "a")
    }

    @Test("a deadline that has passed allows one try")
    func passedDeadline() throws {
        #expect(try pair.client.readFailure(before: loop.now) == .timeout)
        try pair.server.write("a")
        guard case .done(.success(let bytes)) = pair.client.receive(.some, before: loop.now, then: { _ in })
        else {
            Issue.record("the byte that was there was not received")
            return
        }
        #expect(bytes == [97])
    }

    @Test("data and the end in one pass are told one after the other, and the end for ever")
    func endOfStream() throws {
        try pair.server.write("bye")
        pair.server.close()
        #expect(try pair.client.read() == "bye")
        for _ in 0..<3 {
            guard case .done(.failure(.endOfStream)) = pair.client.receive(.some, before: nil, then: { _ in })
            else {
                Issue.record("the end was not told at once")
                return
            }
        }
    }

    @Test("a reset is an error that names the system's reason")
    func reset() throws {
        let descriptor = pair.server.descriptor?.number
        let number = try #require(descriptor)
        try loop.syscalls.setResetOnClose(number)
        pair.server.close()
        let failure = try pair.client.readFailure()
        let error = try #require(failure)
        #expect(error.code == .error)
        #expect(error.underlying == SystemError(number: ECONNRESET, call: "recv"))
    }

    @Test("sending more than the system takes goes on until all is gone")
    func largeSend() throws {
        let bytes = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0) }
        var isSent = false
        guard case .pending = pair.client.send(bytes, before: nil, then: { _ in isSent = true }) else {
            Issue.record("the system took 8 MB at once")
            return
        }
        var got: [UInt8] = []
        while got.count < bytes.count {
            got += try loop.value { then in pair.server.receive(.some, before: nil, then: then) }
        }
        #expect(got == bytes)
        try loop.turn { isSent }
    }

    @Test("an empty send succeeds at once; a send that cannot go on times out")
    func sendTimeout() throws {
        guard case .done(.success) = pair.client.send([], before: nil, then: { _ in }) else {
            Issue.record("sending nothing waited")
            return
        }
        let bytes = [UInt8](repeating: 0, count: 50_000_000)
        let result = try loop.result { then in pair.client.send(bytes, before: soon, then: then) }
        #expect(throws: StreamError.timeout) { try result.get() }
    }

    @Test("sending after the peer is gone fails with an error, not with a signal")
    func brokenPipe() throws {
        pair.server.close()
        var failure: StreamError?
        for _ in 0..<3 where failure == nil {
            let result = try loop.result { then in pair.client.send([1], before: nil, then: then) }
            if case .failure(let error) = result { failure = error }
        }
        #expect(failure?.code == .error)
    }

    @Test("a cancelled receive is never called and leaves the bytes to the next one")
    func cancel() throws {
        var calls = 0
        guard
            case .pending(let operation) = pair.client.receive(.some, before: soon, then: { _ in calls += 1 })
        else { return }
        try pair.server.write("x")
        operation.cancel()
        operation.cancel()
        for _ in 0..<5 { try loop.turn(waitingUpTo: .milliseconds(20)) }
        #expect(calls == 0)
        #expect(try pair.client.read() == "x")
    }

    @Test("closing cancels what is under way; later calls fail; closing twice is fine")
    func close() throws {
        var calls = 0
        _ = pair.client.receive(.some, before: soon, then: { _ in calls += 1 })
        pair.client.close()
        pair.client.close()
        for _ in 0..<5 { try loop.turn(waitingUpTo: .milliseconds(20)) }
        #expect(calls == 0)
        #expect(try pair.client.readFailure() == .closed)
        #expect(!pair.client.isOpen)
    }

    @Test("a completion may close the stream, and may start the next operation")
    func reentrancy() throws {
        var second: Result<[UInt8], StreamError>?
        let (client, server) = (pair.client, pair.server)
        _ = client.receive(.some, before: nil) { _ in
            _ = client.receive(.some, before: nil) {
                second = $0
                client.close()
            }
        }
        try server.write("a")
        try loop.turn(waitingUpTo: .milliseconds(5))
        try server.write("b")
        try loop.turn { second != nil }
        #expect(try second?.get() == [98])
        try loop.turn(waitingUpTo: .zero)
    }

    @Test("a second receive while one is under way is refused")
    func busy() {
        _ = pair.client.receive(.some, before: nil, then: { _ in })
        guard case .done(.failure(.busy)) = pair.client.receive(.some, before: nil, then: { _ in }) else {
            Issue.record("two receives at once")
            return
        }
    }

    @Test("when a turn's budget is spent, the next operation is finished in the next turn")
    func budget() throws {
        try pair.server.write(String(repeating: "z", count: 10))
        var last: Result<Void, StreamError>?
        for _ in 0..<TurnBudget.limit {
            guard case .done = pair.client.send([1], before: nil, then: { _ in }) else {
                Issue.record("the budget was smaller than told")
                return
            }
        }
        guard case .pending = pair.client.send([1], before: nil, then: { last = $0 }) else {
            Issue.record("the budget was larger than told")
            return
        }
        try loop.turn(waitingUpTo: nil)
        #expect(last != nil)
    }

    @Test("both ends know their addresses, and the gate counts the bytes")
    func facts() throws {
        #expect(pair.client.localAddress == pair.server.remoteAddress)
        #expect(pair.client.remoteAddress == pair.server.localAddress)
        try pair.client.write("12345")
        #expect(try pair.server.read() == "12345")
        #expect(network.gate.counters.bytesOut == 5)
        #expect(network.gate.counters.bytesIn == 5)
        #expect(network.gate.budget.inUse == 2)
        pair.client.close()
        #expect(network.gate.budget.inUse == 1)
    }

    @Test("a stream that nobody keeps closes itself")
    func unkept() throws {
        _ = try StreamPair(network)
        #expect(network.gate.budget.inUse == 2)
    }

    @Test("a stream that nobody keeps lives as long as something is under way")
    func ownership() throws {
        let other = try StreamPair(network)
        let server = other.server
        var result: Result<[UInt8], StreamError>?
        func begin(_ pair: consuming StreamPair) { _ = pair.client.receive(.some, before: nil) { result = $0 } }
        begin(other)
        try server.write("x")
        try loop.turn { result != nil }
        #expect(try result?.get() == [120])
    }
}
