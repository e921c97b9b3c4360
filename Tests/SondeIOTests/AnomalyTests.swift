// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

/// Each system call of each operation fails once, in turn.
///
/// The tests run in processes of their own, where the count of open descriptors is exact.
@Suite struct AnomalyTests {
    @Test(
        "whichever system call fails, connecting and exchanging end in a typed error or succeed, and leave nothing open"
    )
    func exchange() async {
        await expectClean(
            #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                failEachCall(exchangeOnce)
            }
        )
    }

    @Test(
        "whichever system call fails, datagram sockets end in a typed error or succeed, and leave nothing open"
    )
    func datagrams() async {
        await expectClean(
            #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                failEachCall(sendDatagramOnce)
            }
        )
    }

    @Test("whichever system call fails, a loop that closes amid a TLS handshake leaves nothing open")
    func handshake() async {
        await expectClean(
            #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                failEachCall(encryptOnce)
            }
        )
    }

    @Test("whichever system call fails, probes end in an outcome and leave nothing open")
    func probes() async {
        await expectClean(
            #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                failEachCall(probeOnce)
            }
        )
    }
}

/// Shows what a process that failed has said.
private func expectClean(_ result: ExitTest.Result?) {
    guard result?.exitStatus != .exitCode(EXIT_SUCCESS) else { return }
    Issue.record("\(String(decoding: result?.standardErrorContent ?? [], as: UTF8.self))")
}

/// Says what went wrong and ends the process.
private func fail(_ words: String) -> Never {
    let bytes = Array(words.utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    exit(EXIT_FAILURE)
}

/// Repeats an operation with its first, second, … system call failing, until none is left to fail.
private func failEachCall(_ operation: (Syscalls) throws -> Void) {
    for number in [EIO, EMFILE, ECONNRESET, EADDRNOTAVAIL] {
        var call = 0
        while true {
            call += 1
            var result = failOnce(call, number, operation)
            // The runtime opens descriptors of its own when it pleases; what is left by us is left every time.
            if result.left != 0 { result = failOnce(call, number, operation) }
            guard result.left == 0 else {
                fail("call \(call) with error \(number) leaves \(result.left) descriptors open")
            }
            if !result.hasFailed { break }
        }
    }
}

/// Runs an operation with one call failing: how many descriptors it leaves open, and whether there was such a call.
private func failOnce(
    _ call: Int,
    _ number: Int32,
    _ operation: (Syscalls) throws -> Void
) -> (left: Int, hasFailed: Bool) {
    let before = openDescriptorCount()
    let syscalls = Syscalls()
    syscalls.force(ForcedFailure(occurrence: call, number: number))
    do {
        try operation(syscalls)
    } catch is SystemError {
    } catch is StreamError {
    } catch {
        fail("call \(call) with error \(number): \(error)")
    }
    return (openDescriptorCount() - before, syscalls.forcedCount > 0)
}

private func makeNetwork(_ syscalls: Syscalls) throws -> Network {
    try Network(loop: EventLoop(clock: ManualClock(advancesWhenIdle: true), syscalls: syscalls))
}

private func exchangeOnce(_ syscalls: Syscalls) throws {
    let network = try makeNetwork(syscalls)
    defer { network.close() }
    let loop = network.loop
    let listener = try network.listen(on: .loopback())
    func deadline() -> Instant { loop.now + .seconds(1) }
    let client = try loop.value { then in
        network.connect(
            to: listener.localAddress,
            options: ConnectOptions(source: .loopback(), ttl: 3),
            before: deadline(),
            then: then
        )
    }
    let server = try loop.value { then in listener.accept(before: deadline(), then: then) }
    var greeting: Result<[UInt8], StreamError>?
    let attempt = client.receive(.bytes(5), before: deadline()) { greeting = $0 }
    if case .done(let result) = attempt { greeting = result }
    try loop.value { then in server.send(Array("hello".utf8), before: deadline(), then: then) }
    try loop.turn { greeting != nil }
    server.close()
    _ = try client.readFailure(before: deadline())
    _ = (client.localAddress, client.remoteAddress)
}

private func sendDatagramOnce(_ syscalls: Syscalls) throws {
    let network = try makeNetwork(syscalls)
    defer { network.close() }
    let loop = network.loop
    let server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
    guard let address = server.localAddress else { return }
    let client = try network.openUDP(.inet)
    func deadline() -> Instant { loop.now + .seconds(1) }
    try loop.value { then in client.send([1], to: address, before: deadline(), then: then) }
    _ = try loop.value { then in server.receive(before: deadline(), then: then) }
    try client.connect(to: address)
    try loop.value { then in client.send([1], before: deadline(), then: then) }
    _ = try loop.value { then in server.receive(before: deadline(), then: then) }
    _ = try loop.value { then in client.receive(before: deadline(), then: then) }
}

private func probeOnce(_ syscalls: Syscalls) throws {
    let network = try makeNetwork(syscalls)
    defer { network.close() }
    let loop = network.loop
    let prober = ConnectProber(network)
    let listener = try network.listen(on: .loopback(), backlog: 0)
    for address in [.loopback(1), listener.localAddress, .loopback(1)]
        + Array(repeating: listener.localAddress, count: 4)
    {
        _ = try loop.value { then in prober.probe(address, before: loop.now + .seconds(1), then: then) }
        if address.port != 1 {
            _ = network.connect(to: address, before: loop.now + .seconds(1), then: { _ in })
        }
    }
}

private func encryptOnce(_ syscalls: Syscalls) throws {
    let network = try makeNetwork(syscalls)
    defer { network.close() }
    let loop = network.loop
    let listener = try network.listen(on: .loopback())
    // Nobody answers the handshake, so that it is under way when the loop closes.
    let attempt = network.connect(
        to: listener.localAddress,
        tls: TLSSettings(serverName: "test"),
        before: loop.now + .seconds(1),
        then: { _ in }
    )
    if case .done(.failure(let error)) = attempt { throw error }
    for _ in 0..<3 { try loop.turn(waitingUpTo: .zero) }
}
