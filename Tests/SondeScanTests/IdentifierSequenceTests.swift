// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScan

@Suite("IdentifierSequence")
struct IdentifierSequenceTests {
    @Test(
        "steps between identifications tell how they are made",
        arguments: [
            ([], nil, nil), ([5], nil, nil), ([0, 0, 0], "Z", "All zeros"), ([0, 0], "Z", "All zeros"),
            ([0x29A, 0x29A, 0x29A], "29A", "Duplicated ipid (!)"), ([1, 2, 3, 4], "I", "Incremental"),
            ([1, 2, 11], "I", "Incremental"), ([1, 2, 13], nil, "Busy server or unknown class"),
            ([4306, 4308], "I", "Incrementing by 2"), ([10, 200, 300], "I", "Incrementing by 2"),
            ([0x100, 0x200, 0x300], "BI", "Broken little-endian incremental"),
            ([0, 5120], "BI", "Broken little-endian incremental"),
            ([1, 2, 1003], "RI", "Random positive increments"),
            ([1, 20001], "RI", "Random positive increments"),
            ([1, 20001, 40001], "RI", "Random positive increments"),
            ([1, 20002, 20003], "RD", "Randomized"), ([5, 4, 6], "RD", "Randomized"),
            ([65535, 0, 1], "RD", "Randomized"), ([65535, 0], "I", "Incremental"),
            ([0, 25600], "RI", "Random positive increments"),
        ] as [([UInt16], String?, String?)]
    )
    func classes(identifiers: [UInt16], attribute: String?, text: String?) {
        let sequence = IdentifierSequence(of: identifiers)
        #expect(sequence?.attribute == attribute)
        #expect(sequence?.text == text)
    }

    @Test("on this machine our own packets count along")
    func local() {
        #expect(IdentifierSequence(of: [10, 12, 14, 16]) == .incrementalByTwo)
        #expect(IdentifierSequence(of: [10, 12, 14, 16], isLocal: true) == .incremental)
        #expect(IdentifierSequence(of: [0, 512, 1024], isLocal: true) == .brokenIncremental)
        #expect(IdentifierSequence(of: [10, 11, 12], isLocal: true) == .incremental)
    }

    @Test(
        "whether TCP and ICMP share a counter",
        arguments: [
            ([1, 2, 3], [4, 5], "S"), ([1, 2, 3], [6, 7], "O"), ([1, 2, 3], [5, 6], "S"),
            ([1, 2, 3], [900, 901], "O"),
            ([1, 2, 3], [4, 6], nil), ([0, 0, 0], [4, 5], nil), ([1, 2], [4, 5], nil), ([1, 2, 3], [4], nil),
            ([9, 2, 7], [8, 9], nil), ([256, 512, 768], [1024, 1280], "S"),
        ] as [([UInt16], [UInt16], String?)]
    )
    func sharing(tcp: [UInt16], icmp: [UInt16], expected: String?) {
        #expect(IdentifierSequence.sharing(tcp: tcp, icmp: icmp) == expected)
    }
}
