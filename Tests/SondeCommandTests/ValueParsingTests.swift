// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeCommand

@Suite struct ValueParsingTests {
    @Test(
        "times are numbers with a unit, seconds without",
        arguments: [
            ("5", 5.0), ("0", 0), ("500ms", 0.5), ("2s", 2), ("2m", 120), ("1h", 3600), ("1.5S", 1.5),
            ("2M", 120),
            ("3Ms", 0.003), (".5", 0.5), ("1e2s", 100), ("1E1", 10),
        ]
    )
    func times(text: String, seconds: Double) throws {
        #expect(try ValueParsing.time(text, .hostTimeout).seconds == seconds)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "s", "ms", "5x", "5 s", "-5", "+5", "5sm", "1e", "e5", "0x10", "nan", "inf", "5s5", "٥",
        ]
    )
    func noTimes(text: String) {
        #expect(throws: UsageError.self) { try ValueParsing.time(text, .hostTimeout) }
    }

    @Test("times beyond what can be counted are the longest there is")
    func longTimes() throws {
        #expect(try ValueParsing.time("1e300h", .hostTimeout).nanoseconds == .max)
    }

    @Test("a large number without a unit is taken for a mistake; with a unit it is not")
    func unitGuard() throws {
        #expect(throws: UsageError.self) { try ValueParsing.time("50", .maximumRTT, guard: .from(50)) }
        #expect(try ValueParsing.time("49", .maximumRTT, guard: .from(50)).seconds == 49)
        #expect(try ValueParsing.time("50s", .maximumRTT, guard: .from(50)).seconds == 50)
    }

    @Test(
        "timing levels are digits or names",
        arguments: [("0", 0), ("5", 5), ("4foo", 4), ("Paranoid", 0), ("AGGRESSIVE", 4), ("normal", 3)]
    )
    func levels(text: String, level: Int) throws {
        #expect(try ValueParsing.timingLevel(text) == level)
    }

    @Test("whole numbers have digits only", arguments: ["", "-", "+1", "1.0", " 1", "1 ", "0x1", "١"])
    func noIntegers(text: String) {
        #expect(throws: UsageError.self) { try ValueParsing.integer(text, .topPorts, in: -10...10) }
    }

    static let oddValues = [
        "", "0", "-1", "1e999", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "1e308h",
        String(repeating: "9", count: 10000), String(repeating: "x", count: 120_000), "\u{1B}[31m",
        "é\u{301}",
        "\u{FFFD}(", "nan", "inf", "0x", "\\x", ".", "..", "1.2.3", "+5", "99999999999999h", "-", "--", "%",
        "%%%",
        ",,,", "\n", "🏳️‍🌈", "1ms1", "e", "1e", "1e5e", " 5", "5 ", "\u{0}", "٥h",
    ]

    @Test("no value traps, and what is refused is told in a short printable line", arguments: oddValues)
    func neverTraps(text: String) {
        let readers: [(String) throws -> Void] = [
            { _ = try ValueParsing.integer($0, .topPorts, in: 1...65536) },
            { _ = try ValueParsing.integer($0, .maximumRetries, in: 0...Int(Int32.max)) },
            { _ = try ValueParsing.time($0, .maximumRTT, guard: .from(50)) },
            { _ = try ValueParsing.rate($0, .minimumRate) },
            { _ = try ValueParsing.timingLevel($0) },
            { _ = try ValueParsing.hexOctets($0, .dataHex) },
            { _ = try ValueParsing.text($0, .interface) },
        ]
        for read in readers {
            do {
                try read(text)
            } catch {
                let message = (error as? UsageError).map { errorText($0.message) } ?? ""
                #expect((1..<2000).contains(message.utf8.count))
                #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            }
        }
    }
}

@Suite struct LocalTimeTests {
    @Test(
        "file names have the parts of the time in them",
        arguments: [
            ("%H%M%S", "050607"), ("%T", "050607"), ("%R", "0506"), ("%m-%d-%y", "03-04-26"), ("%Y", "2026"),
            ("%D", "030426"), ("%F", "2026-03-04"), ("100%%", "100%"), ("%x%q", "xq"), ("end%", "end%"),
            ("", ""),
            ("%é", "é"),
        ]
    )
    func expansion(pattern: String, name: String) {
        let time = LocalTime(year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7)
        #expect(time.expand(pattern) == name)
    }

    @Test("the time now is a time")
    func now() {
        let now = LocalTime.now
        #expect(now.year > 2000 && (1...12).contains(now.month) && (1...31).contains(now.day))
    }
}

@Suite struct ShownTextTests {
    @Test("control characters are written as escapes")
    func escapes() {
        #expect(shown("a\u{1B}[31m\u{0}\n\u{7F}\u{9B}\u{202E}é") == #"'a\x1B[31m\x00\x0A\x7F\x9B\u{202E}é'"#)
    }

    @Test("long text loses its middle")
    func cuts() {
        let text = shown(String(repeating: "a", count: 100_000) + "z")
        #expect(text.unicodeScalars.count == 402)
        #expect(text.hasSuffix("z'"))
    }

    @Test("a message has at most three lines of at most 1,900 octets")
    func messages() {
        let text = errorText(String(repeating: "é\u{1}", count: 5000) + "\nb\n\nc\nd")
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.utf8.count <= 1900 })
    }
}
