// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeOutput

@Suite("TextTable")
struct TextTableTests {
    @Test("columns are as wide as their widest cell, and lines do not end in blanks")
    func alignment() {
        var table = TextTable()
        table.addRow(["PORT", "STATE", "VERSION"])
        table.addRow(["22/tcp", "open", ""])
        table.addLine("|_a line that is far wider than any column  ")
        table.addRow(["9/tcp", "open|filtered", "x", "more"])
        #expect(
            table.text == [
                "PORT   STATE         VERSION", "22/tcp open", "|_a line that is far wider than any column  ",
                "9/tcp  open|filtered x       more",
            ]
        )
    }

    @Test("an empty table has no lines")
    func empty() { #expect(TextTable().text.isEmpty) }
}
