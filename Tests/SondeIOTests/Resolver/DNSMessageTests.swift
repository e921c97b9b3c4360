// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct DNSMessageTests {
    private let name = "1.2.0.192.in-addr.arpa"

    private func message(_ count: UInt8, _ records: [UInt8]) -> [UInt8] {
        [1, 2, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0] + FakeDNSServer.wire(name) + [0, 12, 0, 1] + records
    }

    private func record(_ type: UInt16, _ data: [UInt8]) -> [UInt8] {
        FakeDNSServer.record(owner: [0xC0, 12], type: type, data: data)
    }

    @Test("the reverse name of an address is that of RFC 1035 and RFC 3596")
    func reverseName() throws {
        #expect(DNSMessage.reverseName(of: try #require(IPAddress("192.0.2.1"))) == name)
        let six = DNSMessage.reverseName(of: try #require(IPAddress("2001:db8::1f")))
        #expect(six == "f.1" + String(repeating: ".0", count: 22) + ".8.b.d.0.1.0.0.2.ip6.arpa")
    }

    @Test("the first pointer of the name asked for is taken, case aside")
    func pointer() {
        let foreign = FakeDNSServer.record(
            owner: FakeDNSServer.wire("x.test"),
            type: 12,
            data: FakeDNSServer.wire("no.test")
        )
        let octets = message(
            3,
            foreign + record(12, FakeDNSServer.wire("a.test")) + record(12, FakeDNSServer.wire("b.test"))
        )
        #expect(DNSMessage.pointer(in: octets, of: name.uppercased()) == .name(Array("a.test".utf8)))
    }

    @Test("a chain of aliases is followed for a while, not for as long as the message", arguments: [0, 1])
    func chain(_ excess: Int) {
        let count = DNSMessage.mostAliases + excess
        let names = [FakeDNSServer.wire(name)] + (1...count).map { FakeDNSServer.wire("n\($0).test") }
        var records: [UInt8] = []
        for (owner, target) in zip(names, names.dropFirst()) {
            records += FakeDNSServer.record(owner: owner, type: 5, data: target)
        }
        let last = FakeDNSServer.wire("a.test")
        records += FakeDNSServer.record(owner: names[count], type: 12, data: last)
        let answer = DNSMessage.pointer(in: message(UInt8(count + 1), records), of: name)
        #expect(answer == (excess == 0 ? .name(Array("a.test".utf8)) : .nothing))
    }

    @Test("an alias inside the message is followed, one that leads out of it is told")
    func alias() {
        let target = FakeDNSServer.wire("alias.test")
        let pointer = FakeDNSServer.record(owner: target, type: 12, data: FakeDNSServer.wire("a.test"))
        let whole = message(2, record(5, target) + pointer)
        #expect(DNSMessage.pointer(in: whole, of: name) == .name(Array("a.test".utf8)))
        #expect(
            DNSMessage.pointer(in: message(1, record(5, target)), of: name)
                == .alias(Array("alias.test".utf8))
        )
    }

    @Test("aliases in a circle are nothing")
    func circle() {
        let octets = message(1, record(5, FakeDNSServer.wire(name)))
        #expect(DNSMessage.pointer(in: octets, of: name) == .nothing)
    }

    @Test(
        "compression that leads nowhere, forwards or to itself is nothing",
        arguments: [[0xC0, 0xFF], [0xC0], [0x80, 1], [63]]
    )
    func badNames(data: [UInt8]) {
        #expect(DNSMessage.pointer(in: message(1, record(12, data)), of: name) == .nothing)
    }

    @Test("a name longer than 255 octets is nothing")
    func longName() {
        let label: [UInt8] = [50] + [UInt8](repeating: 97, count: 50)
        let data = label + label + label + label + label + label + [0]
        #expect(DNSMessage.pointer(in: message(1, record(12, data)), of: name) == .nothing)
    }

    @Test("cut or damaged messages never trap")
    func damage() {
        var generator = SystemRandomNumberGenerator()
        let alias = FakeDNSServer.wire("alias.test")
        let good = message(
            3,
            record(5, alias) + record(12, [1, 97, 0xC0, 12]) + record(12, FakeDNSServer.wire("b.test"))
        )
        for count in 0...good.count { _ = DNSMessage.pointer(in: Array(good.prefix(count)), of: name) }
        for _ in 0..<5000 {
            var octets = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = .random(
                    in: 0...255,
                    using: &generator
                )
            }
            _ = DNSMessage.pointer(in: octets, of: name)
        }
        #expect(DNSMessage.pointer(in: good, of: name) != .nothing)
    }
}
