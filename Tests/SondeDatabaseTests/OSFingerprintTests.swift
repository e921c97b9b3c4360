// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@Suite("OSFingerprint")
struct OSFingerprintTests {
    @Test("attributes are written in the order of their test, and empty ones stay")
    func text() {
        var line = OSTestLine(.t4)
        line[.quirks] = ""
        line[.responds] = "Y"
        line[.ttl] = "40"
        line[.predictability] = "not of this test"
        #expect(line.description == "T4(R=Y%T=40%Q=)")
        #expect(OSTestLine.silent(.echo).description == "IE(R=N)")
        #expect(OSTestLine(.sequence).description == "SEQ()")
    }

    @Test("what was written is read again")
    func reading() {
        let text = "SEQ(SP=102%GCD=1%TI=Z)\nT2(R=N)\nT4(R=Y%DF=Y%O=%RD=0%Q=)\nU1(R=N)"
        let fingerprint = OSFingerprint(text)
        #expect(fingerprint.allLines.map(\.description).joined(separator: "\n") == text)
        #expect(fingerprint[.t4]?[.options]?.isEmpty == true)
        #expect(fingerprint[.t4]?[.window] == nil)
    }

    @Test("what is no fingerprint leaves no lines", arguments: ["", "(", ")", "SEQ", "XX(A=1)", "SCAN(V=1)"])
    func nonsense(text: String) { #expect(OSFingerprint(text).allLines.isEmpty) }

    @Test("lines are alike if they tell of the same attributes")
    func attributes() {
        let lines = ["SEQ(SP=1)", "SEQ(SP=2)", "SEQ(SP=1%GCD=1)"].map { OSFingerprint($0)[.sequence] }
        #expect(lines[0]?.hasSameAttributes(as: lines[1] ?? OSTestLine(.echo)) == true)
        #expect(lines[0]?.hasSameAttributes(as: lines[2] ?? OSTestLine(.echo)) == false)
    }
}
