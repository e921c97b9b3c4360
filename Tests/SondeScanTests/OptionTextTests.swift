// SPDX-License-Identifier: Apache-2.0

import SondeScan
import Testing

@Suite("OptionText")
struct OptionTextTests {
    @Test(
        "each option is a letter and its numbers",
        arguments: [
            ([], "", nil),
            ([2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 10], "M5B4ST11NWA", 1),
            ([8, 10, 0, 0, 0, 0, 0, 0, 0, 0], "T00", 0),
            ([8, 10, 1, 2, 3, 4, 0, 0, 0, 0], "T10", 0x0102_0304),
            ([0, 1, 0, 0], "LNLL", nil), ([2, 4, 0, 0], "M0", nil), ([30, 3, 9, 1], "N", nil),
            ([5, 2], "", nil),
            ([2, 4, 5], "", nil), ([2, 3, 5], "", nil), ([3, 2], "", nil),
            ([8, 9, 0, 0, 0, 0, 0, 0, 0], "", nil),
            ([1, 30], "", nil), ([1, 30, 0], "", nil), ([1, 30, 1], "", nil), ([1, 30, 9], "", nil),
            ([3, 3, 0, 4, 2], "W0S", nil),
        ] as [([UInt8], String, UInt32?)]
    )
    func lists(options: [UInt8], text: String, timestamp: UInt32?) {
        #expect(OptionText.text(options) == text)
        #expect(OptionText.timestamp(options) == timestamp)
    }

    @Test("no octets trap")
    func neverTraps() {
        var random = SplitMix(state: 3)
        for _ in 0..<3000 {
            let octets = (0..<Int(random.next() % 44)).map { _ in
                UInt8(truncatingIfNeeded: random.next() % 12)
            }
            #expect(OptionText.text(octets).utf8.count <= 80)
            _ = OptionText.timestamp(octets)
        }
    }
}
