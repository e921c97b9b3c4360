// SPDX-License-Identifier: Apache-2.0

import SondeModel
import SondeScan
import Testing

@Suite("TargetExpansion")
struct TargetExpansionTests {
    private func targets(_ texts: String..., family: AddressFamily = .inet) throws -> [ResolvedTarget] {
        try texts.map { try #require(ResolvedTarget(try TargetSpecification(parsing: $0, family: family))) }
    }

    @Test("targets keep the order given")
    func order() throws {
        let found = TargetExpansion(try targets("10.0.0.9", "10.0.0.0/31")).map(\.address.description)
        #expect(found == ["10.0.0.9", "10.0.0.0", "10.0.0.1"])
    }

    @Test(
        "excluded addresses never come",
        arguments: [
            ("10.0.0.0/30", ["10.0.0.1-2"], ["10.0.0.0", "10.0.0.3"]),
            ("10.0.0.0/30", ["10.0.0.1/31", "10.0.0.3"], ["10.0.0.2"]),
            ("10.0.0-1.0/31", ["10.0.*.1"], ["10.0.0.0", "10.0.1.0"]), ("10.0.0.0/30", ["0.0.0.0/0"], []),
            ("255.255.255.254/31", ["255.255.255.255"], ["255.255.255.254"]),
            ("1.2.3.4/0", ["0.0.0.0/1", "128.0.0.0/1"], []),
        ] as [(String, [String], [String])]
    )
    func exclusions(text: String, excluded: [String], left: [String]) throws {
        let exclusions = Exclusions(try excluded.flatMap { try targets($0) })
        let found = TargetExpansion(try targets(text), excluding: exclusions).map(\.address.description)
        #expect(found == left)
    }

    @Test("whole IPv6 networks are stepped over at once")
    func ipv6() throws {
        let excluded = Exclusions(try targets("::/65", family: .inet6))
        var expansion = TargetExpansion(try targets("::/64", family: .inet6), excluding: excluded)
        #expect(expansion.count == Int.max)
        #expect(expansion.next()?.address.description == "::8000:0:0:0")
    }

    @Test("the largest addresses end the walk")
    func ends() throws {
        let v4 = TargetExpansion(try targets("255.255.255.255"))
        let v6 = TargetExpansion(try targets("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", family: .inet6))
        #expect(v4.map(\.address.description) == ["255.255.255.255"])
        #expect(v6.count { _ in true } == 2)
    }

    @Test("only the address that a name stands for gets the name")
    func names() throws {
        let addresses = ["127.0.0.1", "::1", "127.0.0.9"].compactMap { IPAddress($0) }
        let target = try ResolvedTarget(name: "here", prefixLength: 30, addresses: addresses, family: .inet)
        let found = Array(TargetExpansion([target]))
        #expect(found.map(\.name) == [nil, "here", nil, nil])
        #expect(found[1].otherAddresses.map(\.description) == ["127.0.0.9"])
        #expect(
            target.warnings == [.severalAddresses(name: "here", count: 2, used: found[1].address)]
        )
    }

    @Test("a name without a usable address is an error")
    func unresolved() throws {
        let other = try #require(IPAddress("::1"))
        #expect(throws: TargetError("h", .unresolved)) {
            try ResolvedTarget(name: "h", prefixLength: nil, addresses: [], family: .inet)
        }
        #expect(throws: TargetError("h", .otherFamily(.inet6))) {
            try ResolvedTarget(name: "h", prefixLength: nil, addresses: [other], family: .inet)
        }
    }

    @Test("lists of exclusions are split at commas, and of either family")
    func lists() throws {
        #expect(try Exclusions.specifications(in: "10.0.0.1-2,a.test,::1", family: .inet).count == 3)
        #expect(throws: TargetError("", .empty)) {
            try Exclusions.specifications(in: "10.0.0.1,", family: .inet)
        }
        #expect(throws: TargetError("10.0.0.1/99", .prefixTooLong(99, .inet))) {
            try Exclusions.specifications(in: "10.0.0.1/99", family: .inet)
        }
    }

    @Test("files are split into words, without comments")
    func words() throws {
        let text = "10.0.0.1 a.test\t# no 10.0.0.2\r\n#all\n\n10.0.0.3#tail\n  last"
        #expect(try TargetFile.words(in: Array(text.utf8)) == ["10.0.0.1", "a.test", "10.0.0.3", "last"])
        #expect(try TargetFile.words(in: []) == [])
    }

    @Test("a word that is too long is an error that names the line")
    func longWord() {
        let text = "a\n" + String(repeating: "b", count: 5000)
        #expect(throws: TargetError(String(repeating: "b", count: 40) + "…", .wordTooLong(line: 2))) {
            try TargetFile.words(in: Array(text.utf8))
        }
    }
}
