// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("NumberText")
struct NumberTextTests {
    @Test(
        "decimals are rounded to nearest",
        arguments: [
            (0.17, 2, "0.17"), (0.166, 2, "0.17"), (2, 2, "2.00"), (12.5, 0, "12"), (0.00013, 5, "0.00013"),
            (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"), (.infinity, 2, "0.00"), (.nan, 0, "0"),
            (59.999, 2, "60.00"),
        ]
    )
    func fixed(_ value: Double, _ decimals: Int, _ text: String) {
        #expect(NumberText.fixed(value, decimals: decimals) == text)
    }

    @Test(
        "numbers of any size have a text",
        arguments: [1e300, -1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    )
    func huge(_ value: Double) {
        #expect(!NumberText.fixed(value, decimals: 9).isEmpty)
        #expect(!NumberText.clock(seconds: value).isEmpty)
    }

    @Test(
        "latency has two significant digits",
        arguments: [
            (130, "0.00013"), (5, "0.0000050"), (47, "0.000047"), (1664, "0.0017"), (98, "0.000098"),
            (1_234_567, "1.2"), (12_345_678, "12"), (0, "0.00"), (Int.max, "9223372036855"),
        ]
    )
    func latency(_ microseconds: Int, _ text: String) {
        #expect(NumberText.latency(microseconds: microseconds) == text)
    }

    @Test("neighbours join into ranges")
    func ranges() {
        #expect(NumberText.ranges([]) == "")
        #expect(NumberText.ranges([0, 1, 3, 80, 81, 82, 65534, 65535]) == "0-1,3,80-82,65534-65535")
    }

    @Test("one of a thing is not many")
    func scanned() {
        #expect(
            NumberText.scanned(hosts: 1, up: 1, elapsed: 0.15)
                == "1 IP address (1 host up) scanned in 0.15 seconds"
        )
        #expect(
            NumberText.scanned(hosts: 2, up: 0, elapsed: 61)
                == "2 IP addresses (0 hosts up) scanned in 61.00 seconds"
        )
    }

    @Test(
        "a length is told as hours, minutes and seconds",
        arguments: [(5.9, "0:00:05"), (3661, "1:01:01"), (-1, "0:00:00")]
    )
    func clock(_ seconds: Double, _ text: String) { #expect(NumberText.clock(seconds: seconds) == text) }
}
