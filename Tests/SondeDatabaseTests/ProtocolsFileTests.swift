// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@Suite("ProtocolsFile")
struct ProtocolsFileTests {
    private let file: ProtocolsFile

    init() throws {
        let text = "# head\n\nicmp  1  # Control\nigmp 2 IGMP\ntcp 6\ntcp-b 6\nicmp 58\n"
        file = try ProtocolsFile(parsing: Array(text.utf8))
    }

    @Test("the first entry of a number and of a name wins")
    func firstWins() {
        #expect(file.name(of: 6) == "tcp")
        #expect(file.number(of: "icmp") == 1)
        #expect(file.name(of: 58) == "icmp")
        #expect(file.name(of: 99) == nil)
    }

    @Test("numbers are listed ascending and found by mask")
    func listing() {
        #expect(file.numbers == [1, 2, 6, 58])
        #expect(file.numbers(named: NameMask("ICMP")) == [1, 58])
        #expect(file.numbers(named: NameMask("i*")) == [1, 2, 58])
    }

    @Test(
        "a line without a number from 0 to 255 is an error",
        arguments: ["tcp", "tcp x", "tcp 256", "a -1"]
    )
    func malformed(line: String) {
        #expect(throws: DatabaseError(file: "p", line: 2, problem: .malformedEntry(line))) {
            try ProtocolsFile(parsing: Array("ip 0\n\(line)\n".utf8), name: "p")
        }
    }

    @Test("no damage to a file traps")
    func neverTraps() {
        var random = SplitMix(state: 3)
        for _ in 0..<200 {
            var octets = Array("icmp  1  # Control\nigmp 2 IGMP\ntcp 6\n".utf8)
            random.damage(&octets)
            let numbers = (try? ProtocolsFile(parsing: octets))?.numbers ?? []
            #expect(numbers == numbers.sorted())
        }
    }
}
