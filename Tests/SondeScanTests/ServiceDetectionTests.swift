// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeIO
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeScan

/// Detection of services on this machine's loopback; the clock jumps over every wait.
@Suite("ServiceDetection", .timeLimit(.minutes(1)))
struct ServiceDetectionTests {
    private static let web = SampleServer.Manner(answers: [
        ("GET", "HTTP/1.0 200 OK\r\nServer: Sample/7\r\n\r\n")
    ])
    private let network: Network
    private let clock = IdleClock()

    init() throws { network = try Network(loop: EventLoop(clock: clock)) }

    private func host(_ ports: [Port], as state: PortState = .open) -> ActiveHost {
        var host = Host(address: SocketAddress.loopback().address)
        for transport in Set(ports.map(\.transport)) {
            let numbers = ports.filter { $0.transport == transport }.map(\.number).sorted()
            host.ports.declare(numbers, transport, as: PortOutcome(state, .synAck))
        }
        return ActiveHost(host, number: 0)
    }

    /// Detects the services of a host: how long that took on the clock.
    @discardableResult
    private func detect(
        _ host: ActiveHost,
        level: Int = 3,
        timeLimit: TimeSpan? = nil,
        _ change: (inout ServiceDetection.Settings) -> Void = { _ in }
    ) throws -> TimeSpan {
        var settings = ServiceDetection.Settings(
            head: ProbeSample.head(),
            timing: TimingTemplate(level: level)
        )
        settings.tableName = { "table\($0.number)" }
        change(&settings)
        let start = clock.read()
        var done: [Int] = []
        let detection = ServiceDetection(network, try ProbeSample.matcher(), settings) {
            done.append($0.number)
        }
        detection.add(host, timeLimit: timeLimit)
        try network.loop.run { !done.isEmpty }
        #expect(done == [0])
        #expect(detection.progress.done == detection.progress.total)
        #expect(detection.progress.hostsActive == 0)
        return clock.read() - start
    }

    private func service(_ host: ActiveHost, _ number: UInt16) -> ServiceInfo? {
        host.host.ports[Port(number, .tcp)]?.service
    }

    @Test("services are told by greeting and by answer, many at once")
    func services() throws {
        let greeter = try SampleServer(network, .init(greeting: "SSH-2.0-Sample_1\r\n"))
        let servers = try (0..<40).map { _ in try SampleServer(network, Self.web) }
        let host = host((servers + [greeter]).map { Port($0.port, .tcp) })
        let span = try detect(host)
        #expect(service(host, greeter.port)?.name == "ssh")
        for server in servers {
            #expect(service(host, server.port)?.product == "Sample web")
            #expect(service(host, server.port)?.version == "7")
        }
        // One probe is silent for 1 s, the next for 5 s; all services wait together, and each question is asked ahead.
        #expect(span < .seconds(6))
        greeter.close()
        for server in servers { server.close() }
        try network.loop.turn { network.gate.budget.inUse == 0 }
    }

    @Test("a service that takes one connection at a time is asked one thing at a time")
    func oneAtATime() throws {
        var manner = Self.web
        manner.servesOne = true
        let server = try SampleServer(network, manner)
        let host = host([Port(server.port, .tcp)])
        try detect(host)
        #expect(service(host, server.port)?.name == "http")
        server.close()
    }

    @Test("polite templates ask one thing at a time")
    func polite() throws {
        let server = try SampleServer(network, Self.web)
        let host = host([Port(server.port, .tcp)])
        #expect(try detect(host, level: 2) >= .seconds(6))
        #expect(service(host, server.port)?.name == "http")
        #expect(server.count == 2)
        server.close()
    }

    @Test("a port that ends connections at once is wrapped")
    func wrapped() throws {
        let server = try SampleServer(network, .init(closesAtOnce: true))
        let host = host([Port(server.port, .tcp)])
        try detect(host)
        #expect(service(host, server.port)?.name == "tcpwrapped")
        server.close()
    }

    @Test("a service that is unknown keeps the table's name and tells its fingerprint")
    func unknown() throws {
        let server = try SampleServer(network, .init(answers: [("GET", "odd")]))
        let host = host([Port(server.port, .tcp)])
        try detect(host)
        #expect(service(host, server.port)?.name == "table\(server.port)")
        #expect(service(host, server.port)?.confidence == 3)
        #expect(service(host, server.port)?.fingerprint?.contains("SF-Port\(server.port)-TCP:V=1.0") == true)
        server.close()
    }

    @Test("a peer that sends without end is left after a while")
    func endless() throws {
        let server = try SampleServer(network, .init(isEndless: true))
        let host = host([Port(server.port, .tcp)])
        try detect(host)
        #expect(service(host, server.port)?.name == "table\(server.port)")
        server.close()
    }

    @Test("excluded ports are not asked")
    func excluded() throws {
        let server = try SampleServer(network, Self.web)
        let other = try SampleServer(network, Self.web)
        let host = host([server, other].map { Port($0.port, .tcp) })
        try detect(host) { $0.excludes = { $0.number == server.port } }
        #expect(server.count == 0)
        #expect(service(host, server.port) == ServiceInfo(name: "table\(server.port)"))
        #expect(service(host, other.port)?.name == "http")
        let only = self.host([Port(server.port, .tcp)])
        try detect(only) { $0.excludes = { _ in true } }
        #expect(service(only, server.port)?.product == "Excluded from version scan")
        server.close()
        other.close()
    }

    @Test("a port that refuses connections now is not known, and is not asked again and again")
    func refused() throws {
        let gone = try network.listen(on: .loopback())
        let port = gone.localAddress.port
        gone.close()
        let host = host([Port(port, .tcp)])
        #expect(try detect(host) < .seconds(1))
        #expect(service(host, port) == ServiceInfo(name: "table\(port)"))
    }

    @Test("a port that may be open is open once it takes a connection")
    func opened() throws {
        let server = try SampleServer(network, .init(greeting: "220 x\r\n"))
        let host = host([Port(server.port, .tcp)], as: .openOrFiltered)
        var told: [String] = []
        try detect(host) { $0.tell = { told.append("\($0) \($1)") } }
        #expect(host.host.ports.outcome(of: Port(server.port, .tcp)) == PortOutcome(.open, .tcpResponse))
        #expect(told == ["1 Discovered open|filtered port \(server.port)/tcp on 127.0.0.1 is actually open"])
        server.close()
    }

    @Test("datagrams are answered, or else the port stays as it was")
    func datagrams() throws {
        let options = ConnectOptions(source: .loopback())
        let server = try network.openUDP(.inet, options: options)
        let silent = try network.openUDP(.inet, options: options)
        let (port, other) = (try #require(server.localAddress?.port), try #require(silent.localAddress?.port))
        func answer(_ result: Result<Datagram, StreamError>) {
            guard case .success(let datagram) = result, let source = datagram.source else { return }
            _ = server.send(Array("n=v2".utf8), to: source, before: nil) { _ in }
        }
        if case .done(let result) = server.receive(before: nil, then: answer) { answer(result) }
        let host = host([Port(port, .udp), Port(other, .udp)], as: .openOrFiltered)
        try detect(host)
        #expect(host.host.ports[Port(port, .udp)]?.service?.version == "v2")
        #expect(host.host.ports.outcome(of: Port(port, .udp)) == PortOutcome(.open, .udpResponse))
        #expect(host.host.ports.outcome(of: Port(other, .udp))?.state == .openOrFiltered)
        server.close()
        silent.close()
    }

    @Test("a host whose time is up is reported at once")
    func timeLimit() throws {
        let server = try SampleServer(network, .init())
        let host = host([Port(server.port, .tcp)])
        #expect(try detect(host, timeLimit: .seconds(2)) < .seconds(3))
        #expect(host.host.timedOut)
        server.close()
        try network.loop.turn { network.gate.budget.inUse == 0 }
    }

    @Test("what is cancelled is closed and never reported")
    func cancelled() throws {
        let server = try SampleServer(network, .init())
        let settings = ServiceDetection.Settings(head: ProbeSample.head(), timing: TimingTemplate(level: 3))
        let detection = ServiceDetection(network, try ProbeSample.matcher(), settings) { _ in
            Issue.record("reported")
        }
        detection.add(host([Port(server.port, .tcp)]))
        try network.loop.turn { server.count > 0 }
        detection.cancel()
        server.close()
        try network.loop.turn { network.gate.budget.inUse == 0 }
    }

    @Test("each step can be traced")
    func traced() throws {
        let server = try SampleServer(network, .init(greeting: "SSH-2.0-Sample_1\r\n"))
        var lines: [String] = []
        try detect(host([Port(server.port, .tcp)])) { $0.trace = { lines.append($0) } }
        let place = "127.0.0.1:\(server.port) (tcp)"
        #expect(
            lines == [
                "Service scan sending probe NULL to \(place)",
                "Service scan hard match (matched with NULL line 5): \(place) is ssh.  "
                    + "Version: |Sample shell|1|protocol 2.0|",
            ]
        )
        server.close()
    }
}

/// A clock that jumps to the next deadline once the loop has found nothing else to do for some turns.
///
/// Both ends of a connection live on the loop of the test, so an answer needs several turns to arrive.
private final class IdleClock: LoopClock {
    private var present = Instant(nanoseconds: 1_000_000_000)
    private var turns = 0

    func read() -> Instant { present }

    func blockingTime(_ span: TimeSpan?) -> TimeSpan? {
        guard let span else { return .milliseconds(1) }
        turns = span > .zero ? turns + 1 : 0
        if turns > 8 {
            present = present + span
            turns = 0
        }
        return .zero
    }
}
