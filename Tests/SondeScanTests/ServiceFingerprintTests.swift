// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeScan

@Suite("ServiceFingerprint")
struct ServiceFingerprintTests {
    private func text(_ answers: [(String, [UInt8])], tunnelled: Bool = false) -> String? {
        var print = ServiceFingerprint(ProbeSample.head(), port: Port(7779, .tcp), isTunnelled: tunnelled)
        for (probe, answer) in answers { print.add(answer, to: probe) }
        return print.text
    }

    private func joined(_ text: String?) -> String { (text ?? "").split(separator: "\nSF:").joined() }

    @Test("the head names port, version, intensity, day and time")
    func head() {
        #expect(text([]) == nil)
        let whole = joined(text([("A", [65])]))
        #expect(whole == #"SF-Port7779-TCP:V=1.0%I=7%D=11/14%Time=6553F100%P=test%r(A,1,"A");"#)
        #expect(joined(text([("A", [65])], tunnelled: true)).contains("V=1.0%T=SSL%I=7"))
    }

    @Test("octets are escaped so that the text stays printable")
    func escapes() {
        let answer =
            Array("aZ9\0x\0".utf8) + [0x30] + Array(#"\?"[]().*+$^|!~ "#.utf8) + [13, 10, 9, 1, 0x80, 0]
        let whole = joined(text([("A", answer)]))
        let expected = #"aZ9\0x\x000\\\?\"\[\]\(\)\.\*\+\$\^\|!~\x20\r\n\t\x01\x80\0"#
        #expect(whole.hasSuffix("%r(A,1D,\"" + expected + "\");"))
    }

    @Test("every line has 74 octets, wherever that falls")
    func wrapping() throws {
        let whole = try #require(text([("Probe", [UInt8](repeating: 7, count: 100))]))
        let lines = whole.split(separator: "\n")
        #expect(lines.count > 4)
        #expect(lines.dropLast().allSatisfy { $0.utf8.count == 74 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("SF:") })
    }

    @Test("long answers are cut, though their length is told, and enough is enough")
    func limits() {
        let long = [UInt8](repeating: 65, count: 3000)
        let whole = joined(text([("A", long), ("B", long), ("C", long), ("D", long)]))
        #expect(whole.contains("%r(A,BB8,\"" + String(repeating: "A", count: 900) + "\")"))
        #expect(whole.contains("%r(C,"))
        #expect(!whole.contains("%r(D,"))
    }

    @Test(
        "days are told in universal time",
        arguments: [(0, 1, 1), (951_782_400, 2, 29), (1_709_251_199, 2, 29), (1_709_251_200, 3, 1)]
    )
    func dates(time: Int, month: Int, day: Int) { #expect(ServiceFingerprint.date(time) == (month, day)) }
}
