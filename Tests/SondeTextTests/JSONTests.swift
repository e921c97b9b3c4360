// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeText

@Suite struct JSONTests {
    @Test("what is written reads back as it was")
    func roundTrip() throws {
        let value = JSONValue.object([
            .init("a<b>&\"\\\u{1}\u{2028}é😀", .array([.null, .boolean(true), .integer(-3), .double(0.25)])),
            .init("", .object([])), .init("t", .string("</script>\n\t")),
        ])
        let octets = value.serialized
        #expect(try JSONParser.parse(octets) == value)
        #expect(!octets.contains(UInt8(ascii: "<")) && octets.allSatisfy { $0 >= 32 })
    }

    @Test(
        "what is no JSON is refused with its line",
        arguments: [
            "", "{", "[1,]", "{\"a\" 1}", "\"\u{1}\"", "01x", "nul", "[1] 2", "\"\\q\"", "\"\\u12\"", "+1",
            "1.",
        ]
    )
    func refused(text: String) {
        #expect(throws: TextError.self) { try JSONParser.parse(Array(("\n" + text).utf8)) }
    }

    @Test(
        "numbers have at most six decimals and no needless ones",
        arguments: [
            (0.25, "0.25"), (-0.5, "-0.5"), (3, "3"), (1_795_469_161.123_456_7, "1795469161.123457"),
            (0.000_001, "0.000001"),
            (1e-9, "0"), (1e15, "1000000000000000"), (-2.000_000_1, "-2"), (.infinity, "null"),
            (.nan, "null"),
        ]
    )
    func numbers(value: Double, text: String) {
        var writer = JSONWriter()
        writer.double(value)
        #expect(String(decoding: writer.octets, as: UTF8.self) == text)
    }

    @Test("lists of ports are read in any order, each number once")
    func ranges() {
        #expect(PortRanges.numbers("1-3,7,9-10") == [1, 2, 3, 7, 9, 10])
        #expect(PortRanges.numbers("9,1-3,2-4,x,-") == [1, 2, 3, 4, 9])
        #expect(PortRanges.numbers("65535,65535") == [65535])
    }

    @Test("values that nest too deep are refused, not followed")
    func depth() {
        let text = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: TextError.self) { try JSONParser.parse(text) }
    }

    @Test("halves of pairs become replacement characters, pairs one character")
    func pairs() throws {
        #expect(
            try JSONParser.parse(Array("\"\\ud83d\\ude00\\ud83d!\\udc00\"".utf8)).text == "😀\u{FFFD}!\u{FFFD}"
        )
    }

    @Test("octets that are no UTF-8 stay visible")
    func octets() throws {
        var writer = JSONWriter()
        writer.string(octets: [0x61, 0xFF, 0xC3, 0xA9, 0xC3])
        #expect(try JSONParser.parse(writer.octets).text == "a\\xFFé\\xC3")
    }

    @Test("structured output of any shape reads back as it was")
    func structured() throws {
        let text = { (text: String) in ScriptValue.text(Array(text.utf8)) }
        let values: [ScriptValue] = [
            text("4.0"), .table([.init(key: nil, value: text("a")), .init(key: nil, value: .table([]))]),
            .table([.init(key: Array("k".utf8), value: text("v"))]),
            .table([.init(key: nil, value: text("a")), .init(key: Array("k".utf8), value: text("v"))]),
        ]
        for value in values {
            var writer = JSONWriter()
            writer.structured(value)
            #expect(try JSONParser.parse(writer.octets).structured == value)
        }
    }

    @Test("mutated text never traps")
    func mutations() {
        var random = SystemRandomNumberGenerator()
        let good = Array("{\"a\":[1,2.5e3,\"\\u00e9\\n\",true,null],\"b\":{}}".utf8)
        for _ in 0..<3000 {
            var text = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            _ = try? JSONParser.parse(text.prefix(Int.random(in: 0...text.count, using: &random)))
        }
    }
}
