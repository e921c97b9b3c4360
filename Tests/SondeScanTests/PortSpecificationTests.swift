// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import SondeScan
import Testing

@Suite("PortSpecification")
struct PortSpecificationTests {
    private func parse(
        _ text: String,
        _ transports: Set<TransportProtocol> = [.tcp]
    ) throws -> PortSpecification {
        try PortSpecification(parsing: text, for: transports, names: .sample)
    }

    @Test(
        "lists of TCP ports are read",
        arguments: [
            ("80", [80]), ("80,22", [22, 80]), ("80,", [80]), (" 80 ", [80]), ("80\t,90", [80, 90]),
            ("80\n", [80]),
            ("1 -3", [1, 2, 3]), ("-3", [1, 2, 3]), ("65534-", [65534, 65535]), ("-2,65535-", [1, 2, 65535]),
            ("1-3,  7 ,[20-22", [1, 2, 3, 7, 21, 22]), ("0", [0]), ("00080", [80]), ("T:80", [80]),
            ("T: 80", [80]),
            ("[20-23]25", [21, 22, 23, 25]), ("[20-23],25", [21, 22, 23, 25]), ("ssh", [22]), ("sS*", [22]),
            ("http*", [80, 591, 8080]), ("[ssh]", [22]), ("[ssh", [22]), ("unknown", [4]), ("80,T:", [80]),
            ("T:1,[20-23],ssh,http-*", [1, 21, 22, 23, 591, 8080]), ("T:1,[U:5,20-23],80", [1, 80]),
            ("*", [1, 4, 21, 22, 23, 80, 591, 8080]), ("?tp", [21]), ("T:80,U:53,81", [80]),
            ("1-2\u{20}", [1, 2]),
        ] as [(String, [UInt16])]
    )
    func tcp(text: String, ports: [UInt16]) throws { #expect(try parse(text).ports(.tcp) == ports) }

    @Test(
        "open ends count from 1 to 65535, and 0 only if written",
        arguments: [("-", 65535), ("0-", 65536), ("5-", 65531), ("-5", 5)]
    )
    func ends(text: String, count: Int) throws { #expect(try parse(text).ports(.tcp).count == count) }

    @Test("items without a prefix apply to all scanned protocols, a prefix to what follows")
    func prefixes() throws {
        let ports = try parse("7,http,U:53,54,T:81,S:9", [.tcp, .udp])
        #expect(ports.ports(.tcp) == [7, 80, 81])
        #expect(ports.ports(.udp) == [7, 53, 54, 80])
        #expect(ports.ports(.sctp) == [])
    }

    @Test("a prefix within brackets ends with them")
    func bracketPrefix() throws {
        let ports = try parse("[U:53,80],22", [.tcp, .udp])
        #expect(ports.ports(.tcp) == [22])
        #expect(ports.ports(.udp) == [22, 53, 80])
    }

    @Test("protocol numbers end at 255 and start at 0")
    func protocols() throws {
        #expect(try parse("-2,icmp,[0-20]", [.ip]).ports(.ip) == [0, 1, 2, 6, 17])
        #expect(try parse("P:-", [.ip]).ports(.ip).count == 256)
        #expect(throws: PortSpecificationError("256", .numberTooLarge(limit: 255))) {
            try parse("256", [.ip])
        }
    }

    @Test(
        "bad lists are refused with what is wrong",
        arguments: [
            ("", "", .noItem), (",80", ",80", .noItem), ("80,,90", ",90", .noItem), ("  ", "  ", .noItem),
            ("T", "T", .noItem), ("HTTP", "HTTP", .noItem), ("+80", "+80", .noItem), ("[", "[", .nothingLeft),
            ("٣", "٣", .noItem), ("80 90", "90", .junkAfterNumber), ("80x", "x", .junkAfterNumber),
            ("80;90", ";90", .junkAfterNumber), ("1- 3", "1- 3", .badRangeEnd), ("--", "--", .badRangeEnd),
            ("1--5", "1--5", .badRangeEnd), ("80-http", "80-http", .badRangeEnd),
            ("T:80-T:90", "80-T:90", .badRangeEnd),
            ("1-3-5", "-5", .junkAfterRange), ("80-90x", "x", .junkAfterRange),
            ("X:80", "X", .unknownProtocol),
            ("65536", "65536", .numberTooLarge(limit: 65535)),
            ("-65536", "65536", .numberTooLarge(limit: 65535)),
            ("4294967376", "4294967376", .numberTooLarge(limit: 65535)),
            ("99999999999999999999", "99999999999999999999", .numberTooLarge(limit: 65535)),
            ("80-20", "80-20", .backwards(80, 20)), ("nosuch*", "nosuch*", .noMatch),
            ("ssh-", "ssh-", .noMatch),
            ("[1-100]x", "x", .noMatch), ("http:", "http:", .noMatch), ("80]", "80]", .unexpectedBracket),
            ("ssh]", "ssh]", .unexpectedBracket), ("]", "]", .unexpectedBracket),
            ("[80],90]", "[80],90]", .unexpectedBracket), ("[[80]]", "[[80]]", .nestedBracket),
            ("T:", "T:", .nothingLeft), ("[]", "[]", .nothingLeft), ("[2-3]", "[2-3]", .nothingLeft),
        ] as [(String, String, PortSpecificationError.Problem)]
    )
    func bad(list: String, text: String, problem: PortSpecificationError.Problem) {
        #expect(throws: PortSpecificationError(text, problem)) { try parse(list) }
    }

    @Test(
        "a number given again is told of, a name is not",
        arguments: [
            ("22,22", true), ("1-3,2-5", true), ("ssh,22", true), ("22,ssh", false), ("80,[80]", true),
            ("ssh,ssh", false),
        ]
    )
    func duplicates(text: String, warns: Bool) throws {
        #expect(try parse(text).warnings == (warns ? [.duplicates] : []))
    }

    @Test("a prefix of a protocol that is not scanned is told of")
    func unscanned() throws {
        let ports = try parse("T:80,U:53")
        #expect(ports.warnings == [.protocolNotScanned(.udp)])
        #expect(ports.ports(.udp) == [])
    }

    @Test("discovery lists know no prefixes")
    func discovery() throws {
        let list = { try PortSpecification(list: $0, transport: .tcp, names: .sample) }
        #expect(try list("22,80-81").ports(.tcp) == [22, 80, 81])
        #expect(throws: PortSpecificationError("T:80", .noItem)) { try list("T:80") }
    }

    @Test("names are looked up only when a list has some")
    func lazy() throws {
        let broken = DatabaseError(file: "s", line: 1, problem: .fileTooLarge)
        let names = PortNames(
            services: { () throws(DatabaseError) in throw broken },
            protocols: { () throws(DatabaseError) in throw broken }
        )
        #expect(try PortSpecification(parsing: "1-9,U:7", for: [.tcp], names: names).ports(.tcp).count == 9)
        #expect(throws: PortSpecificationError("", .database(broken))) {
            try PortSpecification(parsing: "ssh", for: [.tcp], names: names)
        }
    }

    @Test("no text traps")
    func neverTraps() {
        var random = SplitMix(state: 17)
        for _ in 0..<2000 {
            var octets = Array("T:1-3,[20-23],ssh,U:53,http-*,80-,-9,[P:6,icmp]".utf8)
            random.damage(&octets)
            let text = String(decoding: octets, as: UTF8.self)
            guard let ports = try? parse(text, [.tcp, .udp]) else { continue }
            #expect(ports.ports(.tcp) == ports.ports(.tcp).sorted())
        }
    }
}
