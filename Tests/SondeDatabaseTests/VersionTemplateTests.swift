// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeDatabase

@Suite("VersionTemplate")
struct VersionTemplateTests {
    private func value(_ text: String, _ field: VersionField = .info, _ groups: [[UInt8]?] = []) -> String? {
        let template = VersionTemplate(field, Array(text.utf8)[...])
        let value = template.value { index in
            groups.indices.contains(index - 1) ? groups[index - 1].map { $0[...] } : nil
        }
        return value.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("groups are put in by a single digit")
    func groups() {
        let groups: [[UInt8]?] = [Array("one".utf8), Array("two".utf8), nil]
        #expect(value("a $1-$2.", .info, groups) == "a one-two.")
        #expect(value("$12", .info, groups) == "one2")
        #expect(value("x $3", .info, groups) == nil)
        #expect(value("x $9", .info, groups) == nil)
    }

    @Test("unprintable octets can be taken out")
    func printable() {
        #expect(value("$P(1)", .info, [[0x41, 0, 0x42, 0x1F, 0x7F, 0xFF, 0x7E]]) == "AB~")
    }

    @Test("texts in a group can be replaced")
    func replaced() {
        let group: [[UInt8]?] = [Array("a_b_c".utf8)]
        #expect(value(#"$SUBST(1,"_",".")"#, .info, group) == "a.b.c")
        #expect(value(#"$SUBST(1, "_b_", "\x2d")x"#, .info, group) == "a-cx")
        #expect(value(#"$SUBST(1,"","z")"#, .info, group) == "a_b_c")
        #expect(value(#"$SUBST(1,"\"","z")"#, .info, group) == nil)
    }

    @Test("groups can be numbers in either order")
    func numbers() {
        #expect(value(#"$I(1,">")"#, .info, [[1, 2]]) == "258")
        #expect(value(#"$I(1,"<")"#, .info, [[1, 2]]) == "513")
        #expect(value(#"$I(1,">")"#, .info, [[UInt8](repeating: 255, count: 8)]) == "18446744073709551615")
        #expect(value(#"$I(1,">")"#, .info, [[UInt8](repeating: 0, count: 9)]) == nil)
        #expect(value(#"$I(1,">")"#, .info, [[]]) == nil)
    }

    @Test(
        "a substitution that cannot be read leaves the field empty",
        arguments: [
            "$", "$x", "$0", "$P(1", "$P()", "$P(\"1\")", "$Q(1)", "$I(1,\"=\")", "$SUBST(1,\"a\")",
            "$P(1,2,3,4,5,6)",
        ]
    )
    func unreadable(text: String) { #expect(value(text, .info, [[65]]) == nil) }

    @Test("blanks and commas at the end go, and so does what follows a zero")
    func endings() {
        #expect(value("a, \t,", .product) == "a")
        #expect(value("$1b", .product, [[65, 0]]) == "A")
        #expect(value(" , ", .product) == nil)
        #expect(value("", .product) == nil)
    }

    @Test("a value that is too long is not kept")
    func lengths() {
        for (field, most) in [(VersionField.product, 79), (.info, 255), (.operatingSystem, 31), (.cpe, 79)] {
            let room = field == .cpe ? most - 5 : most
            #expect(value(String(repeating: "x", count: room), field)?.count == most)
            #expect(value(String(repeating: "x", count: room + 1), field) == nil)
        }
    }

    @Test("what is put into a CPE name is escaped, its own text is not")
    func cpe() {
        let group: [[UInt8]?] = [Array("Ab c:d(e)".utf8)]
        #expect(value("a:V:$1", .cpe, group) == "cpe:/a:V:ab_c%3Ad%28e%29")
    }
}
