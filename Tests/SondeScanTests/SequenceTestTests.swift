// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeModel
import Testing

@testable import SondeScan

@Suite("SequenceTest")
struct SequenceTestTests {
    /// Answers to probes 100 ms apart.
    private func test(
        _ numbers: [UInt32],
        identifiers: [UInt16]? = nil,
        stamps: [UInt32?]? = nil,
        milliseconds: Int = 100
    ) -> SequenceTest {
        var test = SequenceTest()
        for (index, number) in numbers.enumerated() {
            test.samples.append(
                SequenceSample(
                    sent: Instant(nanoseconds: 1_000_000_000) + .milliseconds(milliseconds * index),
                    number: number,
                    identification: identifiers?[index] ?? 0,
                    timestamp: stamps?[index]
                )
            )
        }
        return test
    }

    /// An exchange with a Linux host of our own: when probes left, microseconds, and what came back.
    private static let exchange: [(Int, UInt32, UInt32)] = [
        (0, 2_600_193_849, 1_826_065_447), (100_088, 3_005_686_966, 519_184_848),
        (200_182, 2_137_550_693, 4_251_269_429), (300_271, 3_310_097_504, 1_020_523_868),
        (400_365, 1_612_215_129, 1_488_863_574), (500_462, 1_048_381_323, 1_223_014_434),
    ]

    @Test("a captured exchange gives the line that was computed by other means")
    func captured() {
        var test = SequenceTest()
        test.samples = Self.exchange.map { time, number, stamp in
            SequenceSample(
                sent: Instant(nanoseconds: 71_490_879_000) + .microseconds(time),
                number: number,
                identification: 0,
                timestamp: stamp
            )
        }
        test.closedIdentifiers = [0, 0, 0]
        test.echoIdentifiers = [4306, 4308]
        #expect(test.line.description == "SEQ(SP=102%GCD=1%ISR=109%TI=Z%CI=Z%II=I%TS=21)")
        #expect(test.growth?.predictability == 258)
        #expect(test.timestamps?.text == "other")
    }

    @Test(
        "how initial sequence numbers grow",
        arguments: [
            ([7, 7, 7, 7], [0, 0, 0]), ([0, 64000, 128_000, 192_000, 256_000], [0, 64000, 154]),
            ([0, 10, 20, 30], [0, 10, 53]), ([10, 20, 40, 50], [20, 10, 56]),
            ([0xFFFF_FFF0, 0, 16, 32], [0, 16, 59]), ([30, 20, 10, 0], [0, 10, 53]),
        ] as [([UInt32], [Int])]
    )
    func growth(numbers: [UInt32], expected: [Int]) throws {
        let growth = try #require(test(numbers).growth)
        #expect([growth.predictability, Int(growth.commonDivisor), growth.rate] == expected)
    }

    @Test("fewer than four answers, or slow ones, tell nothing of growth")
    func tooFew() {
        #expect(test([1, 2, 3]).growth == nil)
        var slow = test([1, 2, 3, 4])
        slow.isTooSlow = true
        #expect(slow.growth == nil)
        #expect(slow.line.description == "SEQ(TI=Z%TS=U)")
        #expect(SequenceTest().line.description == "SEQ()")
    }

    @Test("probes that left at the same time count as a microsecond apart")
    func sameTime() throws {
        let growth = try #require(test([1, 2, 3, 4], milliseconds: 0).growth)
        #expect(growth.rate == 159)
    }

    @Test(
        "how fast the clock of time stamps runs",
        arguments: [
            ([nil, nil], "U", "none returned (unsupported)"), ([0, 5], "0", "zero timestamp"),
            ([0, nil], "U", "none returned (unsupported)"), ([nil, 0], "0", "zero timestamp"),
            ([5, 5], nil, "unknown class"), ([1, 1, 2], "1", "2HZ"), ([10, 20, 30], "7", "100HZ"),
            ([25, 50, 75], "8", "other"), ([100, 200, 300], "A", "1000HZ"), ([1, 2, 3], "3", "other"),
            ([300, 200, 100], "A", "1000HZ"), ([5], nil, nil),
        ] as [([UInt32?], String?, String?)]
    )
    func stamps(stamps: [UInt32?], attribute: String?, text: String?) {
        let sequence = test(Array(repeating: 1, count: stamps.count), stamps: stamps).timestamps
        #expect(sequence?.attribute == attribute)
        #expect(sequence?.text == text)
    }

    @Test(
        "the clock's age follows from its rate",
        arguments: [
            (TimestampSequence.ticking(100), 5000, 50), (.ticking(1000), 5000, 5), (.ticking(2), 100, 50),
            (.ticking(250.4), 500, 2), (.ticking(100), .max, 42_949_672), (.ticking(2), .max, 0),
            (.ticking(7e9), 1_826_065_447, 0), (.zero, 5, nil), (.unsupported, 5, nil), (.standing, 5, nil),
        ] as [(TimestampSequence, UInt32, Int?)]
    )
    func age(sequence: TimestampSequence, stamp: UInt32, expected: Int?) {
        #expect(sequence.age(at: stamp) == expected)
    }
}
