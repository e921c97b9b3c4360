// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The last line of a terminal, rewritten in place while a scan runs.
///
/// Everything else that goes to the same terminal must pass a ``TerminalOutput`` that shares this area, so
/// that the status is cleared before other text appears.
package final class StatusArea {
    private let sink: any OutputSink
    private var isShown = false

    /// Makes an area on a terminal; the sink must be that terminal.
    package init(_ sink: any OutputSink) { self.sink = sink }

    /// Shows a status in place of the one before.
    ///
    /// - Parameter line: text that fits the terminal's width, without line ends.
    /// - Throws: ``OutputError`` if writing fails.
    package func show(_ line: String) throws(OutputError) {
        try sink.write("\r\(printable(line))\u{1B}[K".utf8)
        try sink.flush()
        isShown = true
    }

    /// Removes the status, if there is one.
    ///
    /// - Throws: ``OutputError`` if writing fails.
    package func clear() throws(OutputError) {
        guard isShown else { return }
        isShown = false
        try sink.write("\r\u{1B}[K".utf8)
        try sink.flush()
    }
}

/// A sink on a terminal that has a status area: clears the status before anything is written.
package final class TerminalOutput: OutputSink {
    private let sink: any OutputSink
    private let area: StatusArea

    /// Makes a sink in front of another one.
    package init(_ sink: any OutputSink, area: StatusArea) {
        self.sink = sink
        self.area = area
    }

    /// Takes octets; see ``OutputSink/write(_:)``.
    package func write(_ octets: some Collection<UInt8>) throws(OutputError) {
        try area.clear()
        try sink.write(octets)
    }

    /// Hands on what waits; see ``OutputSink/flush()``.
    package func flush() throws(OutputError) { try sink.flush() }

    /// Flushes and gives the file back; see ``OutputSink/close()``.
    package func close() throws(OutputError) {
        try area.clear()
        try sink.close()
    }
}

/// Shows progress in a status area.
package final class StatusReporter: Reporter {
    private let area: StatusArea
    private let width: () -> Int
    private var status: StatusLine

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - area: where the status is shown.
    ///   - earlierCosts: what scripts took in earlier scans, seconds.
    ///   - width: tells the terminal's width in columns, which may change.
    package init(
        _ area: StatusArea,
        earlierCosts: [String: Double] = [:],
        width: @escaping () -> Int
    ) {
        self.area = area
        self.width = width
        status = StatusLine(earlierCosts: earlierCosts)
    }

    /// Writes what an event says; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) {
        status.note(event)
        if case .progress(let progress) = event {
            try area.show(status.line(progress, width: width()))
        }
        if case .finished = event { try area.clear() }
    }

    /// Ends the report and closes the file; see ``Reporter/finish()``.
    package func finish() throws(OutputError) { try area.clear() }
}
