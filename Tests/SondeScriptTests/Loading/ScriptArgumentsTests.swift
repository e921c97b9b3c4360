// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptArgumentsTests {
    private func parse(_ text: String) throws(ScriptArgumentsError) -> ScriptArguments {
        try ScriptArguments(parsing: Array(text.utf8))
    }

    /// Shows a value as `[a, k: b, k: [c]]`, in the order of fields.
    private func shown(_ fields: [ScriptArgument.Field]) -> String {
        let parts = fields.map { field in
            let key = field.key.map { "<\(String(decoding: $0, as: UTF8.self))>: " } ?? ""
            switch field.value {
            case .text(let text): return key + "<\(String(decoding: text, as: UTF8.self))>"
            case .table(let fields): return key + shown(fields)
            }
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    @Test(
        "lists, keys and tables are read as the reference reads them",
        arguments: [
            ("a=1,b", "[<a>: <1>, <b>]"), ("x = 1 2 , y=\"q,u}o\"", "[<x>: <1 2>, <y>: <q,u}o>]"),
            ("t={1,2,k=v,n={z}}", "[<t>: [<1>, <2>, <k>: <v>, <n>: [<z>]]]"), ("a={}", "[<a>: [<>]]"),
            (",a", "[<>, <a>]"), ("a,,b", "[<a>, <>, <b>]"), ("a=1,", "[<a>: <1>, <>]"), (",", "[<>, <>]"),
            ("\"quoted key\"=1", "[<quoted key>: <1>]"), ("a b=c d", "[<a b>: <c d>]"),
            ("dup=1,dup=2", "[<dup>: <2>]"),
            ("", "[]"), (" ", "[<>]"), ("{}", "[[<>]]"), ("{a}", "[[<a>]]"), ("{{}}", "[[[<>]]]"),
            ("=x", "[<>: <x>]"),
            ("a=", "[<a>: <>]"), ("a= ,b", "[<a>: <>, <b>]"), ("a= {x} , b", "[<a>: [<x>], <b>]"),
            ("a={,}", "[<a>: [<>, <>]]"), ("a={ }", "[<a>: [<>]]"),
            ("x={a,b,},y", "[<x>: [<a>, <b>, <>], <y>]"),
            ("a=,=b", "[<a>: <>, <>: <b>]"), ("1=x,y", "[<1>: <x>, <y>]"),
            ("a={\"k k\"=v}", "[<a>: [<k k>: <v>]]"),
            ("a.b=c,a.d={e=f}", "[<a.b>: <c>, <a.d>: [<e>: <f>]]"), ("é=ü", "[<é>: <ü>]"),
            ("a={x=1,x={y}}", "[<a>: [<x>: [<y>]]]"), ("# c", "[<# c>]"),
        ]
    )
    func structure(text: String, expected: String) throws {
        #expect(shown(try parse(text).fields) == expected)
    }

    @Test(
        "quotes hold anything, and only the same quote and a backslash are unescaped",
        arguments: [
            (#"a="x\"y""#, #"[<a>: <x"y>]"#), (#"a='x\'y'"#, "[<a>: <x'y>]"),
            (#"a='x\\y'"#, #"[<a>: <x\y>]"#),
            (#"a="x\ny""#, #"[<a>: <x\ny>]"#), (#"a="it's""#, "[<a>: <it's>]"), (#""a\,b""#, #"[<a\,b>]"#),
            (#""a\'b""#, #"[<a\'b>]"#), (#"'a"b'"#, #"[<a"b>]"#), ("\"a\nb\"", "[<a\nb>]"),
            (#""",x"#, "[<>, <x>]"),
            (#" "q" = " v " "#, "[<q>: < v >]"), (#"a='{}'"#, "[<a>: <{}>]"),
            (#""a='b",c'"#, "[<a='b>, <c'>]"),
            // Without its end, or not at the start, a quote is a character like others.
            ("\"abc", "[<\"abc>]"), ("it's", "[<it's>]"), ("a=it\"s", "[<a>: <it\"s>]"),
            ("a \"b\"=c", "[<a \"b\">: <c>]"), ("\"a,b", "[<\"a>, <b>]"), (#"a="x\"#, #"[<a>: <"x\>]"#),
            (#""a\"#, #"[<"a\>]"#), (#"a=x\,b"#, #"[<a>: <x\>, <b>]"#),
        ]
    )
    func quotes(text: String, expected: String) throws {
        #expect(shown(try parse(text).fields) == expected)
    }

    @Test(
        "a new line separates like a comma, and is white space before a value",
        arguments: [
            ("a=1\nb=2", "[<a>: <1>, <b>: <2>]"), ("\na=1\n\n", "[<a>: <1>, <>]"), ("a\n\n\nb", "[<a>, <b>]"),
            ("a,\nb", "[<a>, <b>]"), ("\n,a", "[<>, <a>]"), ("a\n,b", "[<a>, <>, <b>]"),
            ("a=\nb", "[<a>: <>, <b>]"), ("\"a\"\n=b", "[<a>, <>: <b>]"), ("a\n=b", "[<a>, <>: <b>]"),
            ("{a}\n=b", "[[<a>], <>: <b>]"), ("{\n}", "[[<>]]"), ("a={\nx\n}", "[<a>: [<x>, <>]]"),
            ("\"a\" \n b", "[<a>, <b>]"), ("a \r\n b", "[<a>, <b>]"), ("\u{B}a\u{C} ,b", "[<a>, <b>]"),
            ("x= \n {a\n,b\n}\n", "[<x>: <>, [<a>, <>, <b>, <>], <>]"), ("a\rb", "[<a\rb>]"),
            ("a={x}\n\nb", "[<a>: [<x>], <b>]"), ("\"x\"\n\n,b", "[<x>, <>, <b>]"),
            ("# c\na", "[<# c>, <a>]"),
        ]
    )
    func newLines(text: String, expected: String) throws {
        #expect(shown(try parse(text).fields) == expected)
    }

    @Test(
        "a closing brace too many ends the reading, and the rest is kept for a warning",
        arguments: [
            ("b}", "[<b>]", "}"), ("b},c", "[<b>]", "},c"), ("} junk = { \"", "[<>]", "} junk = { \""),
            ("a=}", "[<a>: <>]", "}"), ("a}=c", "[<a>]", "}=c"), ("{a}}}", "[[<a>]]", "}}"),
        ]
    )
    func unread(text: String, expected: String, rest: String) throws {
        let arguments = try parse(text)
        #expect(shown(arguments.fields) == expected)
        #expect(arguments.unread == Array(rest.utf8))
    }

    @Test(
        "what does not parse names its place and piece",
        arguments: [
            ("u=http://x/?y=z", 13, "=z", ScriptArgumentsError.Code.unexpectedText),
            ("a==b", 2, "=b", .unexpectedText),
            ("'x'y,z", 3, "y", .unexpectedText), ("a={x}b", 5, "b", .unexpectedText),
            ("{x}=1", 3, "=1", .unexpectedText),
            ("a=\"x\"\"y\"", 5, "\"y\"", .unexpectedText), ("a=\"\";", 4, ";", .unexpectedText),
            ("a=1 b=2", 5, "=2", .unexpectedText), ("x{y", 1, "{y", .unexpectedText),
            (#""a\\"b""#, 5, "b\"", .unexpectedText), ("{b", 0, "{b", .unclosedTable),
            ("a={x={y},z", 2, "{x={y}", .unclosedTable),
        ]
    )
    func faults(text: String, offset: Int, piece: String, code: ScriptArgumentsError.Code) throws {
        let error = try #require(throws: ScriptArgumentsError.self) { try parse(text) }
        #expect(error.description == "arguments did not parse!")
        #expect(error.code == code)
        #expect(error.offset == offset)
        #expect(String(decoding: error.piece, as: UTF8.self) == piece)
        #expect(error.explanation.contains("offset \(offset)"))
    }

    @Test("the explanation of a second equals sign says what to do")
    func explanation() throws {
        let error = try #require(throws: ScriptArgumentsError.self) { try parse("a=b=\u{1b}") }
        #expect(
            error.explanation == "second '=' in one value at offset 3, '=\\x1B': put the value in quotes"
        )
    }

    @Test(
        "file and option are joined by one comma, and commas at the file's end are dropped",
        arguments: [
            (nil, "b=2", "b=2"), (nil, "", ""), ("a=1", "", "a=1,"), ("a=1", "b=2", "a=1,b=2"),
            ("", "b", ",b"),
            ("a=1,,", "b", "a=1,b"), (",", "b", ",b"), ("a=1\n", "b", "a=1\n,b"), ("a=1, ,", "b", "a=1, ,b"),
        ] as [(String?, String, String)]
    )
    func joining(file: String?, option: String, expected: String) {
        let text = ScriptArguments.joinedText(file: file.map { Array($0.utf8) }, option: Array(option.utf8))
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("a value is found by its key")
    func lookUp() throws {
        let arguments = try parse("a=1,b={c},d")
        #expect(arguments.value(forKey: "a") == .text(Array("1".utf8)))
        #expect(arguments.value(forKey: "b") == .table([.init(key: nil, value: .text(Array("c".utf8)))]))
        #expect(arguments.value(forKey: "d") == nil)
    }

    @Test("a hundred tables inside each other are read, a hundred and one are refused")
    func depth() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "{", count: count) + String(repeating: "}", count: count)
        }
        #expect(try parse(nested(100)).fields.count == 1)
        let error = try #require(throws: ScriptArgumentsError.self) { try parse(nested(101)) }
        #expect(error.code == .tooDeep)
    }

    @Test("ten million braces, quotes, commas or equals signs do no harm")
    func large() {
        for octet in "{}=".utf8 {
            _ = try? ScriptArguments(parsing: [UInt8](repeating: octet, count: 10 << 20))
        }
        #expect(throws: ScriptArgumentsError.self) {
            try ScriptArguments(parsing: [UInt8](repeating: UInt8(ascii: ","), count: 2 << 20))
        }
        #expect(throws: ScriptArgumentsError.self) {
            try ScriptArguments(parsing: [UInt8](repeating: 0x20, count: 17 << 20))
        }
    }

    @Test("random text never traps")
    func neverTraps() {
        var random = SplitMix(seed: 5)
        let good = Array("a=1,\"b \\\" c\" = { x, 'y'={}, \n z },, u".utf8)
        for _ in 0..<5000 {
            _ = try? ScriptArguments(parsing: random.mutated(good))
            let pieces = ["{", "}", "=", ",", "\n", " ", "\"", "'", "\\", "a", "\0"]
            _ = try? parse(random.pieces(of: pieces, upTo: 14))
        }
    }
}
