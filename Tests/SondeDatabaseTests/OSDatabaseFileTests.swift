// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeDatabase

@Suite("OSDatabaseFile")
struct OSDatabaseFileTests {
    private static let sample = """
        # comment
        MatchPoints
        SEQ(SP=25%GCD=75)
        OPS(O1=20)
        T2(R=80%DF=20)
        IE(DFI=40%CD=100)

        # of a dream
        Fingerprint Lab One 1.0  # not a name
        # in between
        Class Lab | Linux | 9.X | general purpose
        CPE cpe:/o:lab:linux:9 auto
        CPE cpe:/h:lab:box
        Class  Other|embedded||printer
        SEQ(SP=F0-110%GCD=1-6)
        OPS(O1=M5B4|M578)
        T2(R=N)
        IE(DFI=N%CD=S)

        Fingerprint Lab Two
        Class Lab | Lab | | WAP
        SEQ(SP=0-5%GCD=1-6)
        T2(R=N)
        IE(DFI=N%CD=S)
        """

    private let file = OSDatabaseFile(parsing: Array(Self.sample.utf8), name: "db")

    @Test("entries have names, lines, classes and platforms")
    func entries() {
        #expect(file.count == 2)
        #expect(file.warning == nil)
        #expect(
            file.reference(at: 0)
                == OSReference(
                    name: "Lab One 1.0",
                    line: 9,
                    classes: [
                        OSClass(
                            vendor: "Lab",
                            family: "Linux",
                            generation: "9.X",
                            type: "general purpose",
                            cpes: ["cpe:/o:lab:linux:9", "cpe:/h:lab:box"]
                        ),
                        OSClass(vendor: "Other", family: "embedded", generation: nil, type: "printer"),
                    ]
                )
        )
        #expect(file.reference(at: 1).name == "Lab Two")
        #expect(file.reference(at: 1).line == 20)
    }

    @Test("lines and expressions that entries share are kept once")
    func sharing() {
        #expect(file.lines.count == 5)
        #expect(file.expressions.count == 7)
    }

    @Test(
        "what both tell of counts, each by its points",
        arguments: [
            ("SEQ(SP=104%GCD=1)T2(R=N)IE(DFI=N%CD=S)", [1.0, 295.0 / 320]),
            ("T2(R=N)IE(DFI=N%CD=S)", [1, 1]),
            ("SEQ(SP=3%GCD=7)T2(R=N)IE(DFI=N%CD=S)", [245.0 / 320, 245.0 / 320]),
            ("OPS(O1=M5B4)", [1, 0]), ("OPS(O1=M5B5)", [0, 0]), ("T3(R=N)", [0, 0]), ("", [0, 0]),
            ("T2(R=Y%DF=Y)", [0, 0]),
        ] as [(String, [Double])]
    )
    func scores(text: String, expected: [Double]) {
        let list = file.candidates(for: OSFingerprint(text))
        for (index, accuracy) in expected.enumerated() {
            let found = list.best.first { $0.index == index }?.accuracy
            #expect(found == (accuracy >= 0.85 ? accuracy : nil))
        }
        #expect(list.perfectCount == expected.count { $0 == 1 })
    }

    @Test(
        "a line that is none is passed over and told",
        arguments: ["SEQ SP=1", "XYZ(A=1)", "Fingerprint", "class Lab", ")(", "="]
    )
    func malformed(line: String) {
        let text = Self.sample + "\n\(line)\nT3(R=N)\n"
        let file = OSDatabaseFile(parsing: Array(text.utf8), name: "db")
        #expect(file.warning == DatabaseError(file: "db", line: 25, problem: .malformedEntry(line)))
        #expect(file.count == 2)
        #expect(file.lines.count == 6)
    }

    @Test("no damage to a file traps")
    func neverTraps() {
        var random = SplitMix(state: 11)
        let fingerprint = OSFingerprint("SEQ(SP=104%GCD=1)OPS(O1=M5B4)T2(R=N)IE(DFI=N%CD=S)")
        for _ in 0..<300 {
            var octets = Array(Self.sample.utf8)
            random.damage(&octets)
            let file = OSDatabaseFile(parsing: octets)
            #expect(file.candidates(for: fingerprint).best.count <= file.count)
            for index in 0..<file.count { _ = file.reference(at: index) }
        }
    }

    private static let installed: OSDatabaseFile? =
        DataFiles.has("nmap-os-db") ? OSDatabaseFile(parsing: DataFiles.contents(of: "nmap-os-db")) : nil

    @Test(
        "the distribution's file is read without complaint",
        .enabled(if: DataFiles.has("nmap-os-db"), "nmap-common is not installed")
    )
    func distribution() throws {
        let file = try #require(Self.installed)
        #expect(file.warning == nil)
        #expect(file.count == 5678)
        #expect((0..<file.count).allSatisfy { !file.reference(at: $0).name.isEmpty })
    }

    /// Lines, and places and percentages that the reference gave for them.
    private static let observed: [(String, [Int], [Int])] = [
        (
            "SEQ(SP=103%GCD=1%ISR=10E%TI=Z%CI=Z%II=I%TS=22)OPS(O1=M5B4ST11NWA%O2=M5B4ST11NWA%O3=M5B4NNT11NWA"
                + "%O4=M5B4ST11NWA%O5=M5B4ST11NWA%O6=M5B4ST11)WIN(W1=FE88%W2=FE88%W3=FE88%W4=FE88%W5=FE88%W6=FE88)"
                + "ECN(R=Y%DF=Y%T=40%W=FAF0%O=M5B4NNSNWA%CC=Y%Q=)" + common,
            [68140, 64664, 62917, 61815, 65314, 67238, 68194, 56571, 8398, 64171],
            [96, 95, 95, 94, 93, 93, 93, 93, 93, 93]
        ),
        (
            "SEQ(SP=103%GCD=1%ISR=10A%TI=Z%CI=Z%II=I%TS=21)OPS(O1=MFFD7ST11NWA%O2=MFFD7ST11NWA%O3=MFFD7NNT11NWA"
                + "%O4=MFFD7ST11NWA%O5=MFFD7ST11NWA%O6=MFFD7ST11)WIN(W1=FFCB%W2=FFCB%W3=FFCB%W4=FFCB%W5=FFCB%W6=FFCB)"
                + "ECN(R=Y%DF=Y%T=40%W=FFD7%O=MFFD7NNSNWA%CC=Y%Q=)" + common,
            [68062, 62917, 64664, 61815, 65975, 55733, 66328, 8398, 64171, 66372],
            [97, 95, 95, 94, 93, 93, 93, 93, 93, 92]
        ),
    ]

    private static let common = """
        T1(R=Y%DF=Y%T=40%S=O%A=S+%F=AS%RD=0%Q=)T2(R=N)T3(R=N)T4(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
        T5(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)T6(R=Y%DF=Y%T=40%W=0%S=A%A=Z%F=R%O=%RD=0%Q=)
        T7(R=Y%DF=Y%T=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
        U1(R=Y%DF=N%T=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)IE(R=Y%DFI=N%T=40%CD=S)
        """

    @Test(
        "the distribution's file gives what the reference gave",
        .enabled(if: DataFiles.has("nmap-os-db"), "nmap-common is not installed"),
        arguments: 0..<2
    )
    func agreement(index: Int) throws {
        let file = try #require(Self.installed)
        let (text, lines, percents) = Self.observed[index]
        let list = file.candidates(for: OSFingerprint(text))
        #expect(list.best.prefix(10).map { file.reference(at: $0.index).line } == lines)
        #expect(list.best.prefix(10).map { Int($0.accuracy * 100) } == percents)
    }
}
