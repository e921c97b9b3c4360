// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite(.timeLimit(.minutes(1))) struct ResolverTests {
    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    /// Looks up a name and turns the loop until there is an answer.
    private func resolve(
        _ resolver: Resolver,
        _ loop: EventLoop,
        _ name: String,
        _ family: AddressFamily? = nil,
        before deadline: Instant? = nil
    ) throws -> Result<[IPAddress], ResolveError> {
        var answer: Result<[IPAddress], ResolveError>?
        switch resolver.addresses(of: name, family: family, before: deadline, then: { answer = $0 }) {
        case .done(let result): return result
        case .pending: try loop.run { answer != nil }
        }
        return try #require(answer)
    }

    private func configuration(_ server: FakeDNSServer, hosts: String = "") -> ResolverConfiguration {
        ResolverConfiguration(
            servers: [server.address],
            timeout: .milliseconds(50),
            attempts: 1,
            hosts: HostsFile(parsing: Array(hosts.utf8))
        )
    }

    @Test(
        "numeric text, the hosts file and localhost are answered at once",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("127.1", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("::1", "::1"),
            ("localhost", "127.0.0.1 ::1"), ("LOCALHOST.", "127.0.0.1 ::1"), ("Box.Example.Test", "10.0.0.5"),
        ]
    )
    func atOnce(name: String, expected: String) throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .silence }
        let resolver = Resolver(
            loop: loop,
            configuration: configuration(server, hosts: "10.0.0.5 box.example.test box")
        )
        guard case .done(.success(let addresses)) = resolver.addresses(of: name, then: { _ in }) else {
            Issue.record("not answered at once")
            return
        }
        #expect(addresses.map(\.description).joined(separator: " ") == expected)
        #expect(server.questions.isEmpty)
    }

    @Test("an address of the other family, and what is no name, fail at once in the system's words")
    func atOnceFailures() throws {
        let loop = try EventLoop()
        let resolver = Resolver(loop: loop, configuration: ResolverConfiguration(servers: []))
        let wrong = try resolve(resolver, loop, "192.0.2.1", .inet6)
        #expect(throws: ResolveError(.wrongFamily, name: "192.0.2.1")) { try wrong.get() }
        let long = String(repeating: "a", count: 64)
        for name in ["", ".", "a..b", "a b", "ä.test", "a\0b", long, String(repeating: "abc.", count: 64)] {
            let result = try resolve(resolver, loop, name)
            let error = #expect(throws: ResolveError.self) { try result.get() }
            #expect(error?.description == "Name or service not known")
        }
    }

    @Test("a name's addresses come from the server, IPv4 first, and are kept")
    func forward() throws {
        let loop = try EventLoop()
        let six = [UInt8](repeating: 0x20, count: 16)
        let server = try FakeDNSServer(loop) { _, type in
            .records(type == 1 ? [[10, 0, 0, 1], [10, 0, 0, 2]] : [six])
        }
        let resolver = Resolver(loop: loop, configuration: configuration(server))
        let both = try resolve(resolver, loop, "www.example.test").get()
        #expect(both.map(\.family) == [.inet, .inet, .inet6])
        #expect(server.questions.sorted() == ["www.example.test 1", "www.example.test 28"])
        #expect(
            try resolve(resolver, loop, "WWW.example.test.", .inet).get() == [ip("10.0.0.1"), ip("10.0.0.2")]
        )
        #expect(server.questions.count == 2)
    }

    @Test("a name that does not exist, or has no address of the family, fails in the system's words")
    func failures() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, type in
            if name.hasPrefix("none") { return .code(3) }
            return type == 1 ? .records([]) : .records([[UInt8](repeating: 1, count: 16)])
        }
        let resolver = Resolver(loop: loop, configuration: configuration(server))
        let none = try resolve(resolver, loop, "none.example.test")
        #expect(throws: ResolveError(.unknownName, name: "none.example.test")) { try none.get() }
        let six = try resolve(resolver, loop, "six.example.test", .inet)
        let error = #expect(throws: ResolveError.self) { try six.get() }
        #expect(error?.description == "No address associated with hostname")
        #expect(try resolve(resolver, loop, "six.example.test").get().count == 1)
    }

    @Test(
        "servers that refuse or keep silent are a temporary failure, which is not kept",
        arguments: [true, false]
    )
    func temporary(isSilent: Bool) throws {
        let loop = try EventLoop()
        var isBroken = true
        let server = try FakeDNSServer(loop) { _, _ in
            isBroken ? (isSilent ? .silence : .code(2)) : .records([[10, 0, 0, 9]])
        }
        let resolver = Resolver(loop: loop, configuration: configuration(server))
        let failed = try resolve(resolver, loop, "www.example.test", .inet)
        let error = #expect(throws: ResolveError.self) { try failed.get() }
        #expect(error?.description == "Temporary failure in name resolution")
        isBroken = false
        #expect(try resolve(resolver, loop, "www.example.test", .inet).get() == [ip("10.0.0.9")])
    }

    @Test("a deadline ends a look-up, whatever the servers' time-outs")
    func deadline() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .silence }
        var slow = configuration(server)
        slow.timeout = .seconds(300)
        let resolver = Resolver(loop: loop, configuration: slow)
        let failed = try resolve(resolver, loop, "www.example.test", before: loop.now + .milliseconds(20))
        #expect(throws: ResolveError(.temporary, name: "www.example.test")) { try failed.get() }
    }

    @Test("no servers are a temporary failure")
    func noServers() throws {
        let loop = try EventLoop()
        let resolver = Resolver(loop: loop, configuration: ResolverConfiguration(servers: []))
        let failed = try resolve(resolver, loop, "www.example.test")
        #expect(throws: ResolveError(.temporary, name: "www.example.test")) { try failed.get() }
    }

    @Test("a server that the gate does not admit gets nothing, and the look-up fails")
    func denied() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .records([[10, 0, 0, 1]]) }
        var asked: [SocketAddress] = []
        let traffic = DNSTraffic(admit: { address in
            asked.append(address)
            return false
        })
        let resolver = Resolver(loop: loop, configuration: configuration(server), traffic: traffic)
        let failed = try resolve(resolver, loop, "www.example.test", .inet)
        #expect(throws: ResolveError.self) { try failed.get() }
        #expect(asked.first == server.address)
        #expect(server.questions.isEmpty)
    }

    @Test("traffic to servers is counted, and every socket that was admitted is closed")
    func counted() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .records([[10, 0, 0, 1]]) }
        var (openCount, sent, received) = (0, 0, 0)
        let traffic = DNSTraffic(
            admit: { _ in
                openCount += 1
                return true
            },
            closed: { _ in openCount -= 1 },
            sent: { sent += $1 },
            received: { received += $1 }
        )
        do {
            let resolver = Resolver(loop: loop, configuration: configuration(server), traffic: traffic)
            _ = try resolve(resolver, loop, "www.example.test", .inet).get()
        }
        #expect(sent == 34)
        #expect(received == 50)
        #expect(openCount == 0)
    }

    @Test("many who ask for one name share one question; one who cancels hears nothing")
    func sharing() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .records([[10, 0, 0, 1]]) }
        let resolver = Resolver(loop: loop, configuration: configuration(server))
        var heard: [Int] = []
        for index in 0..<3 {
            let lookup = resolver.addresses(of: "www.example.test", family: .inet) { _ in heard.append(index)
            }
            guard case .pending(let operation) = lookup else {
                Issue.record("answered at once")
                continue
            }
            if index == 1 { operation.cancel() }
        }
        try loop.run { heard.count == 2 }
        #expect(heard == [0, 2])
        #expect(server.questions == ["www.example.test 1"])
    }

    @Test("answers too long for UDP are fetched over TCP, several over one connection")
    func truncated() throws {
        let loop = try EventLoop()
        let long = (0..<200).map { [10, 0, 0, UInt8($0)] }
        let server = try FakeDNSServer(loop) { _, _ in .long(long) }
        let overTCP = try FakeTCPDNSServer(loop, server)
        var patient = configuration(server)
        patient.timeout = .seconds(20)
        let resolver = Resolver(loop: loop, configuration: patient)
        var counts: [Int] = []
        for index in 0..<5 {
            _ = resolver.addresses(of: "h\(index).example.test", family: .inet) { result in
                counts.append((try? result.get().count) ?? 0)
            }
        }
        try loop.run { counts.count == 5 }
        #expect(counts == [200, 200, 200, 200, 200])
        #expect(overTCP.connectionCount == 1)
        #expect(try resolve(resolver, loop, "later.example.test", .inet).get().count == 200)
        #expect(overTCP.questionCount == 6)
    }

    @Test("search domains are tried for names without dots")
    func search() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, _ in
            name == "www.example.test" ? .records([[10, 0, 0, 1]]) : .code(3)
        }
        var searching = configuration(server)
        searching.searchDomains = ["other.test", "example.test"]
        let resolver = Resolver(loop: loop, configuration: searching)
        #expect(try resolve(resolver, loop, "www", .inet).get() == [ip("10.0.0.1")])
    }

    @Test("the gate's scope and counters see DNS traffic")
    func gate() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .records([[10, 0, 0, 1]]) }
        let gate = Gate(loop: loop, budget: SocketBudget(descriptorLimit: 100))
        let resolver = Resolver(
            loop: loop,
            configuration: configuration(server),
            traffic: DNSTraffic(gate: gate)
        )
        _ = try resolve(resolver, loop, "www.example.test", .inet).get()
        #expect(gate.counters.sockets == 1)
        #expect(gate.counters.bytesOut == 34)
        #expect(gate.counters.bytesIn == 50)
    }
}
