// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScan
import Testing

@Suite("TargetSpecification")
struct TargetSpecificationTests {
    private func expand(_ text: String, _ family: AddressFamily = .inet) throws -> [String] {
        let specification = try TargetSpecification(parsing: text, family: family) { $0 == "eth9" ? 9 : nil }
        let target = try #require(ResolvedTarget(specification))
        return TargetExpansion([target]).prefix(1000).map(\.address.description)
    }

    @Test(
        "addresses, networks and ranges expand with the last octet fastest",
        arguments: [
            ("127.0.0.1", ["127.0.0.1"]), ("192.0.2.1/31", ["192.0.2.0", "192.0.2.1"]),
            ("10.1-2.0.1/31", ["10.1.0.0", "10.1.0.1", "10.2.0.0", "10.2.0.1"]),
            ("10.0.0,1.3-4", ["10.0.0.3", "10.0.0.4", "10.0.1.3", "10.0.1.4"]),
            ("10.0.0.3,1", ["10.0.0.1", "10.0.0.3"]), ("10.0.0.1,1", ["10.0.0.1"]),
            ("10.0.0.-1", ["10.0.0.0", "10.0.0.1"]), ("10.0.0.254-", ["10.0.0.254", "10.0.0.255"]),
            ("10.0.0.0001", ["10.0.0.1"]), ("1.2.3.4/031", ["1.2.3.4", "1.2.3.5"]),
        ]
    )
    func patterns(text: String, addresses: [String]) throws { #expect(try expand(text) == addresses) }

    @Test(
        "whole octets are counted without being stored",
        arguments: [
            ("*.0.0.1/31", 512), ("10.0.0.-", 256), ("10.0.0.*", 256), ("1.2.3.4/0", 1 << 32),
            ("10.0.0.0/8", 1 << 24),
        ]
    )
    func counts(text: String, count: Int) throws {
        let target = try #require(ResolvedTarget(try TargetSpecification(parsing: text)))
        #expect(TargetExpansion([target]).count == count)
    }

    @Test(
        "IPv6 addresses have zones and prefixes",
        arguments: [
            ("::1", ["::1"]), ("::1/127", ["::", "::1"]), ("fe80::1%eth9", ["fe80::1%9"]),
            ("fe80::1%3", ["fe80::1%3"]), ("::ffff:1.2.3.4", ["::ffff:1.2.3.4"]),
            ("fe80::4%3/127", ["fe80::4%3", "fe80::5%3"]),
        ]
    )
    func ipv6(text: String, addresses: [String]) throws { #expect(try expand(text, .inet6) == addresses) }

    @Test("words with letters are names, with or without a prefix")
    func names() throws {
        #expect(try TargetSpecification(parsing: "a.example") == .name("a.example", prefixLength: nil))
        #expect(try TargetSpecification(parsing: "host/28") == .name("host", prefixLength: 28))
        #expect(try TargetSpecification(parsing: "x_1.test.") == .name("x_1.test.", prefixLength: nil))
        #expect(try TargetSpecification(parsing: "ü.test") == .name("ü.test", prefixLength: nil))
    }

    @Test(
        "bad targets are refused with what is wrong",
        arguments: [
            ("", .empty), ("-", .bareDash), ("1.2.3.256", .badOctet("256")), ("1.2.3.4-2", .badOctet("4-2")),
            ("1.2.3.4/33", .prefixTooLong(33, .inet)), ("1.2.3.4/x", .badPrefix("x")),
            ("1.2.3.4/", .badPrefix("")),
            ("1.2.3.4/-1", .badPrefix("-1")), ("1.2.3.4/31/31", .badPrefix("31/31")),
            ("1.2.3.4/99999999999999999999", .prefixTooLong(.max, .inet)), ("::1", .needsIPv6),
            ("10.0.0", .badAddress), ("123", .badAddress), ("1.2.3.4.5", .badAddress),
            ("10.0.0.1,10.0.0.2", .badAddress), ("10.0.0.1,", .badOctet("1,")),
            ("10.0.0.*,1", .badOctet("*,1")),
            ("10.0.0.1*", .badOctet("1*")), ("10.0.0.1-2-3", .badOctet("1-2-3")), ("10..0.1", .badOctet("")),
            (" 127.0.0.1", .badName), ("a b", .badName), ("a..b", .badName), ("a,b", .badName),
            ("-x", .badName),
            ("host/33", .prefixTooLong(33, .inet)), ("http://host", .badPrefix("/host")), ("\u{0}", .badName),
        ] as [(String, TargetError.Problem)]
    )
    func bad(text: String, problem: TargetError.Problem) {
        #expect(throws: TargetError(text, problem)) { try TargetSpecification(parsing: text) }
    }

    @Test(
        "bad IPv6 targets are refused with what is wrong",
        arguments: [
            ("1::2::3", .badIPv6Address), ("::1-3", .badIPv6Address), ("[::1]", .badIPv6Address),
            ("::1/129", .prefixTooLong(129, .inet6)), ("fe80::1%nope", .unknownZone("nope")),
            ("fe80::1%", .unknownZone("")), ("fe80::1%0", .unknownZone("0")), ("127.0.0.1", .needsIPv4),
            ("%:", .badIPv6Address), (":", .badIPv6Address),
        ] as [(String, TargetError.Problem)]
    )
    func badIPv6(text: String, problem: TargetError.Problem) {
        #expect(throws: TargetError(text, problem)) {
            try TargetSpecification(parsing: text, family: .inet6) { _ in nil }
        }
    }

    @Test("messages name the offending text and what would be right")
    func messages() {
        let error = TargetError("1.2.3.4/33", .prefixTooLong(33, .inet))
        #expect(error.description == "target \"1.2.3.4/33\": prefix length 33 is too long; use 0 to 32")
    }

    @Test("no text traps")
    func neverTraps() {
        var random = SplitMix(state: 13)
        for _ in 0..<2000 {
            var octets = Array("10.1-2.*.0,9/24 fe80::1%eth0/64 a.test/8".utf8)
            random.damage(&octets)
            let start = Int.random(in: 0...octets.count, using: &random)
            let text = String(decoding: octets[start...].prefix(20), as: UTF8.self)
            for family in AddressFamily.allCases {
                guard let specification = try? TargetSpecification(parsing: text, family: family),
                    let target = ResolvedTarget(specification)
                else { continue }
                #expect(TargetExpansion([target]).first { _ in true } != nil)
            }
        }
    }
}
