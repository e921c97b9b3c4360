// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("OSText")
struct OSTextTests {
    private func kind(
        _ type: String = "general purpose",
        _ vendor: String = "Lab",
        _ generation: String? = "9.X"
    )
        -> OSClass
    {
        OSClass(
            vendor: vendor,
            family: "Linux",
            generation: generation,
            type: type,
            cpes: ["cpe:/o:\(vendor):linux"]
        )
    }

    private func host(_ accuracies: [Double], _ change: (inout OSResult) -> Void = { _ in }) -> Host {
        var host = Scene.plainHost()
        host.distance = HostDistance(2, .quoted)
        host.ended = Scene.start + 90
        var result = OSResult()
        result.verdict = accuracies.isEmpty ? .none : .matches
        result.matches = accuracies.enumerated().map { index, accuracy in
            OSMatch(name: "Lab \(index)", accuracy: accuracy, line: index, classes: [kind()])
        }
        result.time = Scene.start
        result.lines = ["SEQ(SP=102)", "T2(R=N)"]
        change(&result)
        host.os = result
        return host
    }

    private func lines(_ host: Host, _ change: (inout ReportOptions) -> Void = { _ in }) throws -> [String] {
        Scene.utc
        let text = try #require(OSText(host, .with(change)))
        // The fingerprint's own lines are tested elsewhere.
        return text.lines.filter { !$0.hasPrefix("OS:") && !$0.hasPrefix("SCAN(") }
    }

    @Test("perfect matches are named, with their kinds")
    func perfect() throws {
        let host = host([1, 1, 0.95])
        #expect(
            try lines(host) == [
                "Device type: general purpose", "Running: Lab Linux 9.X", "OS CPE: cpe:/o:Lab:linux",
                "OS details: Lab 0, Lab 1", "Network Distance: 2 hops",
            ]
        )
        #expect(try lines(host) { $0.verbosity = 2 }.contains("TCP/IP fingerprint:"))
        #expect(OSText(host, .with { $0.verbosity = 2 })?.fingerprintForm == .wrapped)
    }

    @Test("without a perfect match the fingerprint is shown, and guesses only if wanted")
    func guesses() throws {
        let accuracies = [0.96, 0.95] + Array(repeating: 0.9, count: 10) + [0.85]
        let ending = [
            "No exact OS matches for host.", "TCP/IP fingerprint:", "", "Network Distance: 2 hops",
        ]
        #expect(try lines(host(accuracies)) == ending)
        let guessing = host(accuracies) { $0.isGuessing = true }
        #expect(
            try lines(guessing) == [
                "Device type: general purpose", "Running (JUST GUESSING): Lab Linux 9.X (96%)",
                "OS CPE: cpe:/o:Lab:linux",
                "Aggressive OS guesses: Lab 0 (96%), Lab 1 (95%), "
                    + (2..<10).map { "Lab \($0) (90%)" }.joined(separator: ", "),
            ] + ending
        )
        #expect(OSText(guessing, .with { _ in })?.fingerprintForm == .wrapped)
    }

    @Test("a guess is less than ten points worse than the best")
    func span() throws {
        let text = try #require(OSText(host([0.97, 0.88, 0.86]), .with { _ in }))
        #expect(text.listed.map(\.percent) == [97, 88])
    }

    @Test("under bad conditions guesses are named and the fingerprint is not shown")
    func badConditions() throws {
        let host = host([0.96]) { result in
            result.unsuitability = "so"
            result.isUnreliable = true
        }
        let warning =
            "Warning: OSScan results may be unreliable because we could not find at least 1 open and 1 closed port"
        let ending = [
            "Aggressive OS guesses: Lab 0 (96%)", "No exact OS matches for host (test conditions non-ideal).",
        ]
        #expect(try lines(host).first == warning)
        #expect(try Array(lines(host)[4...5]) == ending)
        #expect(try lines(host).last == "Network Distance: 2 hops")
        let talkative = try lines(host) { $0.verbosity = 2 }
        #expect(talkative.contains("OS fingerprint not ideal because: so"))
        #expect(OSText(host, .with { $0.verbosity = 2 })?.fingerprintForm == .plain)
        #expect(OSText(host, .with { $0.verbosity = 2 })?.fingerprint?.contains("%G=N%") == true)
    }

    @Test("nothing that fits is told")
    func noMatch() throws {
        #expect(
            try lines(host([])) == [
                "No OS matches for host.", "TCP/IP fingerprint:", "", "Network Distance: 2 hops",
            ]
        )
        #expect(
            try lines(host([]) { $0.unsuitability = "so" }) == [
                "OS fingerprint not ideal because: so", "No OS matches for host.", "Network Distance: 2 hops",
            ]
        )
    }

    @Test("more perfect matches than tell anything are not named, except for debugging")
    func tooMany() throws {
        let sentence = "Too many fingerprints match this host to give specific OS details"
        let nine = host(Array(repeating: 1, count: 9)) { $0.isUnreliable = true }
        #expect(
            try lines(nine) == [
                "Device type: general purpose", "Running: Lab Linux 9.X", "OS CPE: cpe:/o:Lab:linux",
                sentence,
                "Network Distance: 2 hops",
            ]
        )
        #expect(OSText(nine, .with { _ in })?.listed.isEmpty == true)
        #expect(OSText(nine, .with { $0.debugging = 1 })?.listed.count == 9)
        let many = host(Array(repeating: 1, count: 36)) { $0.verdict = .tooMany }
        #expect(try lines(many) == [sentence, "Network Distance: 2 hops"])
        #expect(OSText(many, .with { $0.debugging = 1 })?.fingerprintForm == .plain)
    }

    @Test("kinds beyond eight of a list are not told at all")
    func manyKinds() throws {
        for count in [8, 9] {
            let host = host([1]) { result in
                result.matches[0].classes = (0..<count).map { self.kind("type \($0)") }
            }
            #expect(try lines(host)[0].hasPrefix("Device type: type 0|type 1") == (count == 8))
        }
    }

    @Test("generations of one family are joined, and a vendor is not said twice")
    func families() throws {
        let host = host([1]) { result in
            var plain = self.kind("router", "Linux", nil)
            plain.cpes = []
            result.matches[0].classes = [self.kind(), plain, self.kind("router", "Lab", "8.X")]
        }
        #expect(
            try lines(host)[...2] == [
                "Device type: general purpose|router", "Running: Lab Linux 9.X|8.X, Linux",
                "OS CPE: cpe:/o:Lab:linux",
            ]
        )
    }

    @Test("-v tells of uptime and sequences")
    func sequences() throws {
        var host = host([1]) { result in
            result.sequence.difficulty = 258
            result.sequence.identifierClass = "All zeros"
            result.sequence.lastBoot = Scene.start - 3600
        }
        host.distance = HostDistance(1, .direct)
        let shown = [
            "Uptime guess: 0.043 days (since Mon Nov 23 20:26:01 2026)", "Network Distance: 1 hop",
            "TCP Sequence Prediction: Difficulty=258 (Good luck!)", "IP ID Sequence Generation: All zeros",
        ]
        #expect(try lines(host) { $0.verbosity = 1 }.suffix(4) == shown[...])
        #expect(try lines(host).last == "Network Distance: 1 hop")
    }

    @Test(
        "difficulties have words",
        arguments: [
            (0, "Trivial joke"), (3, "Easy"), (6, "Medium"), (11, "Formidable"), (12, "Worthy challenge"),
            (16, "Good luck!"),
        ] as [(Int, String)]
    )
    func words(difficulty: Int, word: String) { #expect(OSSequence.word(forDifficulty: difficulty) == word) }

    @Test("XML has elements for all of it")
    func xml() {
        Scene.utc
        let host = host([0.96]) { result in
            result.ports = OSPorts(openTCP: 22, closedTCP: 81, closedUDP: 30000)
            result.sequence.difficulty = 258
            result.sequence.numbers = [0xA476_E247, 1]
            result.sequence.identifierClass = "All zeros"
            result.sequence.identifiers = [0, 0]
            result.sequence.timestampClass = "none returned (unsupported)"
            result.sequence.lastBoot = Scene.start - 1
        }
        let xml = Scene.report([.host(host)]) { XMLReporter($0, options: .with { _ in }) }
        for part in [
            "<os><portused state=\"open\" proto=\"tcp\" portid=\"22\"/>\n",
            "<portused state=\"closed\" proto=\"udp\" portid=\"30000\"/>\n",
            "<osmatch name=\"Lab 0\" accuracy=\"96\" line=\"0\">\n<osclass type=\"general purpose\" vendor=\"Lab\" "
                + "osfamily=\"Linux\" osgen=\"9.X\" accuracy=\"96\"><cpe>cpe:/o:Lab:linux</cpe></osclass>\n</osmatch>\n",
            "<osfingerprint fingerprint=\"OS:SCAN(", "SEQ(SP=102)T2(R=N)&#xa;\"/>\n</os>\n",
            "<uptime seconds=\"91\" lastboot=\"Mon Nov 23 21:26:00 2026\"/>\n<distance value=\"2\"/>\n",
            "<tcpsequence index=\"258\" difficulty=\"Good luck!\" values=\"A476E247,1\"/>\n",
            "<ipidsequence class=\"All zeros\" values=\"0,0\"/>\n",
            "<tcptssequence class=\"none returned (unsupported)\"/>\n",
        ] {
            #expect(xml.contains(part))
        }
    }

    @Test("the grepable line names perfect matches and sequences")
    func grepable() {
        var host = host([1, 1]) { result in
            result.sequence.difficulty = 3
            result.sequence.identifierClass = "Incremental"
        }
        host.ports.declare([80], .tcp, as: PortOutcome(.open, .synAck))
        let text = Scene.report([.host(host)]) { GrepableReporter($0, options: .with { _ in }) }
        #expect(text.contains("\tOS: Lab 0|Lab 1\tSeq Index: 3\tIP ID Seq: Incremental\n"))
        let guess = self.host([0.9])
        let other = Scene.report([.host(guess)]) { GrepableReporter($0, options: .with { _ in }) }
        #expect(!other.contains("OS:"))
    }
}
