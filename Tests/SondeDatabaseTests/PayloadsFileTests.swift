// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@Suite("PayloadsFile")
struct PayloadsFileTests {
    private static let sample = #"""
        # comment
        udp 53,69,5353-5354 "\x00\x01" # remark
        udp 161
          "a\tb\\"
          "\"c#"
          source 1234
        udp 53 "second"
        """#

    @Test("entries of several lines are read")
    func entries() {
        let file = PayloadsFile(parsing: Array(Self.sample.utf8))
        #expect(file.payloads(for: 53) == [[0, 1], Array("second".utf8)])
        #expect(file.payloads(for: 5354) == [[0, 1]])
        #expect(file.payloads(for: 161) == [Array("a\tb\\\"c#".utf8)])
        #expect(file.payloads(for: 1234) == [])
        #expect(file.warnings == [])
        #expect(file.count == 3)
    }

    @Test(
        "an entry with a bad string is left out",
        arguments: [#""\xZ1""#, #""\q""#, "\"open\n", "source 1"]
    )
    func badString(text: String) {
        let file = PayloadsFile(parsing: Array("udp 1 \"a\"\nudp 2 \(text)\nudp 3 \"c\"\n".utf8), name: "f")
        #expect(file.warnings.map(\.problem) == [.badString])
        #expect(file.payloads(for: 2) == [])
        #expect(file.payloads(for: 3) == [[UInt8(ascii: "c")]])
    }

    @Test("a bad list of ports ends the reading", arguments: ["1-0", "70000", "x", "1,,2"])
    func badPorts(list: String) {
        let file = PayloadsFile(parsing: Array("udp 1 \"a\"\nudp \(list) \"b\"\nudp 3 \"c\"".utf8), name: "f")
        #expect(file.warnings == [DatabaseError(file: "f", line: 2, problem: .badPortList(list))])
        #expect(file.payloads(for: 3) == [])
    }

    @Test("equal payloads are stored once and told of")
    func duplicates() {
        let file = PayloadsFile(parsing: Array("udp 1 \"a\"\nudp 2 \"a\"\n".utf8), name: "f")
        #expect(file.count == 1)
        #expect(file.payloads(for: 2) == [[UInt8(ascii: "a")]])
        #expect(file.warnings == [DatabaseError(file: "f", line: 2, problem: .duplicatePayload)])
    }

    @Test("newer trees have payloads among the probes of service detection")
    func probes() throws {
        let text = """
            Probe UDP First q|one|
            ports 53,100-101
            Probe UDP Second q|two| no-payload
            ports 53
            Probe TCP Third q|three|
            ports 53
            Probe UDP Fourth q|four|
            ports 53
            Probe UDP Fifth q|one|
            ports 7

            """
        let file = PayloadsFile(try ServiceProbesFile(parsing: Array(text.utf8)))
        #expect(file.payloads(for: 53) == [Array("one".utf8), Array("four".utf8)])
        #expect(file.payloads(for: 101) == [Array("one".utf8)])
        #expect(file.payloads(for: 7) == [Array("one".utf8)])
        #expect(file.payloads(for: 54).isEmpty)
        #expect(file.count == 2)
    }

    @Test("a port gets at most 255 payloads")
    func limit() {
        let text = (0..<300).map { "udp 9 \"p\($0)\"\n" }.joined()
        #expect(PayloadsFile(parsing: Array(text.utf8)).payloads(for: 9).count == 255)
    }

    @Test("no damage to a file traps")
    func neverTraps() {
        var random = SplitMix(state: 11)
        for _ in 0..<300 {
            var octets = Array(Self.sample.utf8)
            random.damage(&octets)
            #expect(PayloadsFile(parsing: octets).count <= 4)
        }
    }

    @Test(
        "the distribution's file gives the observed payloads",
        .enabled(if: DataFiles.has("nmap-payloads"), "nmap-common is not installed")
    )
    func distribution() {
        let file = PayloadsFile(parsing: DataFiles.contents(of: "nmap-payloads"))
        #expect(file.payloads(for: 53).map(\.count) == [12, 30])
        #expect(file.payloads(for: 69).map(\.count) == [12, 19])
        #expect(file.payloads(for: 54) == [])
        #expect(file.warnings.filter { $0.problem != .duplicatePayload } == [])
    }
}
