// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import Testing

@testable import SondeOutput

@Suite("ReportThread")
struct ReportThreadTests {
    /// Notes what it is told, and how many events came at a time.
    private final class Note: Reporter {
        private(set) var texts: [String] = []
        private(set) var isFinished = false

        func handle(_ event: ScanEvent) {
            if case .diagnostic(let diagnostic) = event { texts.append(diagnostic.text) }
        }

        func finish() { isFinished = true }
    }

    @Test("all events arrive in order, also more than the queue holds", arguments: [0, 1, 10, 50_000])
    func order(_ count: Int) {
        let note = Note()
        let thread = ReportThread(ReporterGroup([note]))
        for number in 0..<count { thread.take(.diagnostic(Diagnostic(.terminal, "\(number)"))) }
        thread.end()
        thread.finish()
        #expect(note.texts == (0..<count).map { "\($0)" })
        #expect(note.isFinished)
    }

    @Test("a file holds the whole report at the end, as without the thread")
    func file() throws {
        let path = NSTemporaryDirectory() + "sonde-report-thread-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try OutputFile(path)
        let options = ReportOptions.with { _ in }
        let thread = ReportThread(
            ReporterGroup([BatchingReporter(XMLReporter(file, options: options), to: file)])
        )
        for event in Scene.scan() { thread.take(event) }
        thread.finish()
        let expected = Scene.report(Scene.scan()) { XMLReporter($0, options: options) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }
}
