// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite(.timeLimit(.minutes(1))) struct ReverseLookupsTests {
    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    /// The names found; `-` for none.
    private func names(
        _ lookups: ReverseLookups,
        _ loop: EventLoop,
        _ addresses: [IPAddress]
    ) throws -> [IPAddress: String] {
        var names: [IPAddress: String] = [:]
        var isFinished = false
        lookups.names(of: addresses, each: { names[$0] = $1 ?? "-" }, finished: { isFinished = true })
        try loop.run { isFinished }
        return names
    }

    @Test("the hosts file and loopback need no query, and a name is made safe to print")
    func local() throws {
        let loop = try EventLoop()
        let hosts = HostsFile(parsing: Array("10.0.0.1 fir\u{1B}st second".utf8))
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [], hosts: hosts)
        )
        let found = try names(lookups, loop, [ip("127.0.0.1"), ip("::1"), ip("10.0.0.1"), ip("10.0.0.2")])
        #expect(
            found == [
                try ip("127.0.0.1"): "localhost", try ip("::1"): "localhost", try ip("10.0.0.1"): "fir*st",
                try ip("10.0.0.2"): "-",
            ]
        )
    }

    @Test("pointers are asked for in both families, and illegal characters become stars")
    func pointers() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, _ in
            name.hasSuffix("in-addr.arpa")
                ? .records([[5] + Array("a b_c".utf8) + [0]])
                : .records([FakeDNSServer.wire("six.example.test")])
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        let found = try names(lookups, loop, [ip("192.0.2.7"), ip("2001:db8::5")])
        #expect(found == [try ip("192.0.2.7"): "a*b_c", try ip("2001:db8::5"): "six.example.test"])
        #expect(server.questions.contains("7.2.0.192.in-addr.arpa 12"))
        #expect(
            server.questions.contains {
                $0.hasPrefix("5.0.0.0.0.0") && $0.hasSuffix("8.b.d.0.1.0.0.2.ip6.arpa 12")
            }
        )
    }

    @Test("an alias is followed, within the answer and by another question")
    func alias() throws {
        let loop = try EventLoop()
        let alias = FakeDNSServer.wire("1.sub.2.0.192.in-addr.arpa")
        let server = try FakeDNSServer(loop) { name, type in
            if name.contains("sub") { return .records([FakeDNSServer.wire("far.example.test")]) }
            return .raw(1, FakeDNSServer.record(owner: [0xC0, 12], type: 5, data: alias))
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        #expect(try names(lookups, loop, [ip("192.0.2.1")]) == [ip("192.0.2.1"): "far.example.test"])
        #expect(server.questions == ["1.2.0.192.in-addr.arpa 12", "1.sub.2.0.192.in-addr.arpa 12"])
    }

    @Test("an alias that leads in a circle ends without a name")
    func circle() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, _ in
            .raw(1, FakeDNSServer.record(owner: [0xC0, 12], type: 5, data: FakeDNSServer.wire("a" + name)))
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        #expect(try names(lookups, loop, [ip("192.0.2.1")]) == [ip("192.0.2.1"): "-"])
        #expect(server.questions.count == 5)
    }

    @Test("a silent server is asked no more at once than its first window allows")
    func window() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .silence }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        let addresses = (0..<100).map { IPAddress(family: .inet, value: 0x0A00_0000 + $0) }
        let operation = lookups.names(of: addresses, each: { _, _ in }, finished: {})
        try loop.run { server.questions.count >= 10 }
        for _ in 0..<5 { try loop.turn(waitingUpTo: .zero) }
        #expect(server.questions.count == 10)
        operation.cancel()
    }

    @Test("thousands are answered, and one that is named twice is asked for once")
    func thousands() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, _ in
            .records([FakeDNSServer.wire("h" + name.prefix { $0 != "." })])
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        let addresses = (0..<3000).map { IPAddress(family: .inet, value: 0x0A00_0000 + $0) }
        let found = try names(lookups, loop, addresses + addresses)
        #expect(found.count == 3000)
        #expect(found[try ip("10.0.1.44")] == "h44")
        #expect(server.questions.count == 3000)
    }

    @Test("answers are kept, names and their absence alike")
    func cache() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { name, _ in
            name.hasPrefix("1.") ? .records([FakeDNSServer.wire("one.test")]) : .code(3)
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        let addresses = [try ip("192.0.2.1"), try ip("192.0.2.2")]
        let first = try names(lookups, loop, addresses)
        #expect(first == [addresses[0]: "one.test", addresses[1]: "-"])
        #expect(try names(lookups, loop, addresses) == first)
        #expect(server.questions.count == 2)
    }

    @Test("a server that refuses or is not there passes its questions to the next; the last named is first")
    func nextServer() throws {
        let loop = try EventLoop()
        let good = try FakeDNSServer(loop) { _, _ in .records([FakeDNSServer.wire("good.test")]) }
        let refusing = try FakeDNSServer(loop) { _, _ in .code(5) }
        let configuration = ResolverConfiguration(servers: [good.address, refusing.address])
        let lookups = ReverseLookups(loop: loop, configuration: configuration)
        #expect(try names(lookups, loop, [ip("192.0.2.1")]) == [ip("192.0.2.1"): "good.test"])
        #expect(refusing.questions.count == 1)
    }

    @Test("a question that a server does not answer is repeated")
    func repetition() throws {
        let loop = try EventLoop()
        var count = 0
        let server = try FakeDNSServer(loop) { _, _ in
            count += 1
            return count == 1 ? .code(2) : .records([FakeDNSServer.wire("late.test")])
        }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        #expect(try names(lookups, loop, [ip("192.0.2.1")]) == [ip("192.0.2.1"): "late.test"])
        #expect(count == 2)
    }

    @Test("a cancelled batch hears nothing more, and its place is free for others")
    func cancelling() throws {
        let loop = try EventLoop()
        let server = try FakeDNSServer(loop) { _, _ in .records([FakeDNSServer.wire("x.test")]) }
        let lookups = ReverseLookups(
            loop: loop,
            configuration: ResolverConfiguration(servers: [server.address])
        )
        let address = try ip("192.0.2.1")
        let operation = lookups.names(
            of: [address],
            each: { _, _ in Issue.record("told although cancelled") },
            finished: { Issue.record("finished although cancelled") }
        )
        operation.cancel()
        #expect(try names(lookups, loop, [address]) == [address: "x.test"])
        #expect(server.questions.count == 1)
    }

    @Test("no addresses finish at once")
    func empty() throws {
        let loop = try EventLoop()
        let lookups = ReverseLookups(loop: loop, configuration: ResolverConfiguration(servers: []))
        #expect(try names(lookups, loop, []).isEmpty)
    }
}
