// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeDatabase

@Suite("ServiceProbesFile")
struct ServiceProbesFileTests {
    static let sample = #"""
        # comment
        Exclude T:9100-9107,U:30

        Probe TCP NULL q||
        totalwaitms 6100
        tcpwrappedms 3100
        softmatch mail m/^220 /
        match mail m=^220 (\S+) OurMail ([\d.]+)=is p/OurMail/ v/$2/ h/$1/ cpe:/a:ours:mail:$2/a
        Probe TCP Ask q|ask\r\n\0\x41\\| no-payload future-flag
        rarity 3
        ports 80, 8000-8002
        sslports 443
        fallback Listen,NULL
        match web m|^ok$|
        Probe UDP Listen q/x/
        Probe UDP Ask q/y/
        fallback Listen
        """#

    private func parse(_ text: String) throws(DatabaseError) -> ServiceProbesFile {
        try ServiceProbesFile(parsing: Array(text.utf8), name: "f")
    }

    @Test("all directives of a probe are read")
    func directives() throws {
        let file = try parse(Self.sample)
        #expect(file.exclusion == "T:9100-9107,U:30")
        #expect(file.probes.map(\.name) == ["NULL", "Ask", "Listen", "Ask"])
        #expect(file.probes.map(\.transport) == [.tcp, .tcp, .udp, .udp])
        #expect(file.probes.map(\.isNull) == [true, false, false, false])
        #expect(file.probes.map(\.isPayload) == [true, false, true, true])
        #expect(file.probes[0].totalWait == .milliseconds(6100))
        #expect(file.probes[0].wrappedWait == .milliseconds(3100))
        #expect(file.probes[1].totalWait == .milliseconds(5000))
        #expect(file.probes[1].wrappedWait == .milliseconds(2000))
        #expect(file.probes[1].payload == Array("ask\r\n\0A\\".utf8))
        #expect(file.probes[1].rarity == 3)
        #expect(file.probes[2].rarity == 5)
        #expect(file.probes[1].ports == [80...80, 8000...8002])
        #expect(file.probes[1].isMeant(for: 8001, isTunnelled: false))
        #expect(!file.probes[1].isMeant(for: 8001, isTunnelled: true))
        #expect(file.probes[1].isMeant(for: 443, isTunnelled: true))
    }

    @Test("fallbacks are found in the probe's protocol first, then in any")
    func fallbacks() throws {
        let file = try parse(Self.sample)
        #expect(file.probes[1].fallbacks == [2, 0])
        #expect(file.probes[3].fallbacks == [2])
    }

    @Test("match lines keep their flags, places and line numbers")
    func matches() throws {
        let file = try parse(Self.sample)
        let matches = file.probes[0].matches
        #expect(matches.map(\.isSoft) == [true, false])
        #expect(matches.map(\.line) == [7, 8])
        #expect(matches.map(\.ignoresCase) == [false, true])
        #expect(matches.map(\.dotMatchesNewline) == [false, true])
        #expect(file.service(of: matches[1]) == "mail")
        #expect(
            String(decoding: file.pattern(of: matches[1]), as: UTF8.self) == #"^220 (\S+) OurMail ([\d.]+)"#
        )
        #expect(file.templates(of: matches[0]).isEmpty)
        #expect(file.templates(of: matches[1]).map(\.field) == [.product, .version, .hostname, .cpe])
        #expect(file.probe(0, knows: "mail"))
        #expect(!file.probe(0, knows: "mai"))
        #expect(!file.probe(1, knows: "mail"))
    }

    @Test("lines may end in a carriage return too")
    func carriageReturns() throws {
        let file = try parse("Probe TCP A q|a|\r\nports 1\r\nmatch x m|y|s\r\n")
        #expect(file.probes[0].ports == [1...1])
        #expect(file.probes[0].matches.count == 1)
    }

    @Test(
        "a line that makes no sense is named",
        arguments: [
            ("Nonsense", .unknownDirective("Nonsense")), ("rarity 3", .noProbe("rarity 3")),
            ("match x m|y|", .noProbe("x m|y|")), ("Probe SCTP x q||", .badProbe("Probe SCTP x q||")),
            ("Probe TCP x y", .badProbe("Probe TCP x y")),
            ("Probe TCP -x q|a|", .badProbe("Probe TCP -x q|a|")),
            ("Probe TCP x q|a", .badProbe("Probe TCP x q|a")), (#"Probe TCP x q|\q|"#, .badEscape(#"\q"#)),
            (#"Probe TCP x q|\x1|"#, .badEscape(#"\x1"#)),
            ("Probe UDP x q||", .badNullProbe("Probe UDP x q||")),
        ] as [(String, ServiceProbesProblem)]
    )
    func broken(text: String, problem: ServiceProbesProblem) {
        #expect(throws: DatabaseError(file: "f", line: 2, problem: .serviceProbes(problem))) {
            try parse("# first\n" + text + "\n")
        }
    }

    @Test(
        "a line of a probe that makes no sense is named",
        arguments: [
            ("rarity 0", .badNumber(directive: "rarity", 1...9)),
            ("rarity x", .badNumber(directive: "rarity", 1...9)),
            ("totalwaitms 99", .badNumber(directive: "totalwaitms", 100...300_000)),
            ("tcpwrappedms 300001", .badNumber(directive: "tcpwrappedms", 100...300_000)),
            ("ports 1,x", .badPorts("x")), ("ports 5-1", .badPorts("5-1")),
            ("sslports 65536", .badPorts("65536")),
            ("ports  ", .badPorts(" ")), ("Exclude 1", .misplacedExclude),
            ("fallback gone", .unknownFallback("gone")),
            ("fallback " + String(repeating: "A,", count: 18), .tooManyFallbacks),
            ("match x", .badMatch("x")), ("match x m|y", .badMatch("x m|y")),
            ("match x y|z|", .badMatch("x y|z|")),
            ("match x m|y|q", .badFlags("q")), ("match x m|y| z/a/", .badField("z/a/")),
            ("match x m|y| p/a", .badField("p/a")), ("match x m|y| p/a/v/b/", .badField("p/a/v/b/")),
        ] as [(String, ServiceProbesProblem)]
    )
    func brokenInProbe(text: String, problem: ServiceProbesProblem) {
        #expect(throws: DatabaseError(file: "f", line: 2, problem: .serviceProbes(problem))) {
            try parse("Probe TCP A q|a|\n" + text + "\n")
        }
    }

    @Test("only one probe may listen without sending")
    func nullProbes() {
        #expect(throws: DatabaseError.self) { try parse("Probe TCP A q||\nProbe TCP B q||\n") }
    }

    @Test("damaged files are refused or read, never a trap")
    func damage() {
        var chance = SplitMix(state: 7)
        for _ in 0..<3000 {
            var octets = Array(Self.sample.utf8)
            chance.damage(&octets)
            guard let file = try? ServiceProbesFile(parsing: octets) else { continue }
            for probe in file.probes {
                for match in probe.matches {
                    _ = file.pattern(of: match)
                    for template in file.templates(of: match) { _ = template.value { _ in [65, 0, 200] } }
                }
            }
        }
    }

    @Test(
        "the file of an installed Nmap is read whole",
        .enabled(if: DataFiles.has("nmap-service-probes"), "needs an installed nmap-service-probes")
    )
    func installed() throws {
        let octets = DataFiles.contents(of: "nmap-service-probes")
        let file = try ServiceProbesFile(parsing: octets)
        let lines = octets.split(separator: 10).count {
            $0.starts(with: Array("match ".utf8)) || $0.starts(with: Array("softmatch ".utf8))
        }
        #expect(file.probes.reduce(0) { $0 + $1.matches.count } == lines)
        #expect(file.probes.count > 100)
        #expect(file.probes.count(where: \.isNull) == 1)
        let unreadable = file.probes.flatMap(\.matches).filter { $0.line % 20 == 0 }.filter {
            file.templates(of: $0).contains { $0.parts == nil }
        }
        #expect(unreadable.isEmpty, "lines \(unreadable.map(\.line))")
    }
}
