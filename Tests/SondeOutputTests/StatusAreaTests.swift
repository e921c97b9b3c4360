// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("StatusArea")
struct StatusAreaTests {
    @Test("the status is cleared once before other output")
    func clearing() throws {
        let sink = MemorySink()
        let area = StatusArea(sink)
        let output = TerminalOutput(sink, area: area)
        try output.line("a")
        try area.show("10%\u{7}")
        try area.show("20%")
        try output.line("b")
        try output.line("c")
        #expect(sink.text == "a\n\r10%\\x07\u{1B}[K\r20%\u{1B}[K\r\u{1B}[Kb\nc\n")
    }

    @Test("progress is shown, and gone at the end")
    func reporter() throws {
        let sink = MemorySink()
        let reporter = StatusReporter(StatusArea(sink)) { 40 }
        for event in Scene.scan() { try reporter.handle(event) }
        try reporter.finish()
        #expect(sink.text == "\r0:00:11 Connect Scan 40% (40/100), 4...\u{1B}[K\r\u{1B}[K")
    }
}
