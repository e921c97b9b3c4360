// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeIO
import SondeModel
import SondeScan
import Testing

/// Connect and UDP scans, and discovery, over this machine's loopback.
@Suite("Scans over loopback", .timeLimit(.minutes(1)))
struct LoopbackScanTests {
    private let local = IPAddress(family: .inet, value: 0x7F00_0001)

    private func scan(
        _ network: Network,
        _ technique: any SocketTechnique,
        _ ports: [UInt16]
    ) throws -> PortTable {
        var template = TimingTemplate(level: 5)
        template.maximumRetries = 1
        let timing = ScanTiming(template, transport: technique.transport)
        var table: PortTable?
        let scan = PortScan(
            network.loop,
            technique,
            PortScan.Settings(order: ports, timing: timing),
            progress: ScanProgress(.connectScan)
        ) { host, _ in table = host.host.ports }
        scan.add(ActiveHost(Host(address: local), number: 0))
        try network.loop.run { table != nil }
        return try #require(table)
    }

    @Test("connecting tells open from closed TCP ports")
    func connect() throws {
        let network = try Network(loop: EventLoop())
        let listener = try network.listen(on: SocketAddress(local, port: 0))
        let closed = try network.listen(on: SocketAddress(local, port: 0))
        let open = listener.localAddress.port
        let other = closed.localAddress.port
        closed.close()
        let table = try scan(network, ConnectScan(network), [other, open])
        #expect(table.outcome(of: Port(open, .tcp)) == PortOutcome(.open, .synAck))
        #expect(table.outcome(of: Port(other, .tcp)) == PortOutcome(.closed, .connectionRefused))
        listener.close()
    }

    @Test("datagrams tell silent from closed UDP ports")
    func udp() throws {
        let network = try Network(loop: EventLoop())
        let silent = try network.openUDP(
            .inet,
            options: ConnectOptions(source: SocketAddress(local, port: 0))
        )
        let gone = try network.openUDP(.inet, options: ConnectOptions(source: SocketAddress(local, port: 0)))
        let open = try #require(silent.localAddress?.port)
        let closed = try #require(gone.localAddress?.port)
        gone.close()
        let table = try scan(network, UDPScan(network, payloads: .empty), [open, closed])
        #expect(table.outcome(of: Port(open, .udp)) == PortOutcome(.openOrFiltered, .noResponse))
        #expect(table.outcome(of: Port(closed, .udp)) == PortOutcome(.closed, .portUnreachable))
        silent.close()
    }

    @Test("a UDP port that answers a payload is open")
    func udpAnswer() throws {
        let network = try Network(loop: EventLoop())
        let server = try network.openUDP(
            .inet,
            options: ConnectOptions(source: SocketAddress(local, port: 0))
        )
        let port = try #require(server.localAddress?.port)
        var received: [UInt8] = []
        func answer(_ result: Result<Datagram, StreamError>) {
            guard case .success(let datagram) = result, let source = datagram.source else { return }
            received = datagram.bytes
            _ = server.send([1], to: source, before: nil) { _ in }
        }
        if case .done(let result) = server.receive(before: nil, then: answer) { answer(result) }
        let payloads = PayloadsFile(parsing: Array("udp \(port) \"hello\"".utf8))
        let table = try scan(network, UDPScan(network, payloads: payloads), [port])
        #expect(table.outcome(of: Port(port, .udp)) == PortOutcome(.open, .udpResponse))
        #expect(received == Array("hello".utf8))
        server.close()
    }

    @Test("loopback hosts are up without a packet, in the order of their source")
    func discovery() throws {
        let network = try Network(loop: EventLoop())
        let settings = HostDiscovery.Settings(timing: ScanTiming(TimingTemplate(level: 3), transport: .tcp))
        var next: UInt128 = 0
        var found: [ActiveHost] = []
        let discovery = HostDiscovery(network, settings, progress: ScanProgress(.discovery)) {
            next += 1
            guard next <= 1000 else { return nil }
            let address = IPAddress(family: .inet, value: 0x7F00_0000 + next)
            return ActiveHost(Host(address: address), number: Int(next))
        } onHost: {
            found.append($0)
        }
        discovery.start()
        try network.loop.run { discovery.isDone }
        #expect(found.map(\.number) == Array(1...1000))
        #expect(found.allSatisfy { $0.host.state == .up && $0.host.reason == .localhostResponse })
        #expect(network.gate.counters.sockets == 0)
    }

    @Test("hosts that the user says are up are not asked")
    func assumed() throws {
        let network = try Network(loop: EventLoop())
        var settings = HostDiscovery.Settings(timing: ScanTiming(TimingTemplate(level: 3), transport: .tcp))
        settings.assumesUp = true
        var hosts = [ActiveHost(Host(address: IPAddress(family: .inet, value: 0xC000_0201)), number: 0)]
        var found: [ActiveHost] = []
        let discovery = HostDiscovery(network, settings, progress: ScanProgress(.discovery)) {
            hosts.popLast()
        } onHost: {
            found.append($0)
        }
        discovery.start()
        try network.loop.run { discovery.isDone }
        #expect(found.map(\.host.reason) == [.userSet])
        #expect(network.gate.counters.sockets == 0)
    }

    @Test("a host out of scope is down")
    func outOfScope() throws {
        let scope = Scope(allowed: [IPNetwork(local)])
        let network = try Network(loop: EventLoop(), scope: scope)
        let settings = HostDiscovery.Settings(timing: ScanTiming(TimingTemplate(level: 3), transport: .tcp))
        var hosts = [ActiveHost(Host(address: IPAddress(family: .inet, value: 0xC000_0201)), number: 0)]
        var found: [ActiveHost] = []
        let discovery = HostDiscovery(network, settings, progress: ScanProgress(.discovery)) {
            hosts.popLast()
        } onHost: {
            found.append($0)
        }
        discovery.start()
        try network.loop.run { discovery.isDone }
        #expect(found.map(\.host.state) == [.down])
        #expect(network.gate.counters.denied == 2)
    }
}
