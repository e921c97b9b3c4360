// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Turns what a scan tells into one format.
///
/// A reporter belongs to one thread and is touched only there.
package protocol Reporter: AnyObject {
    /// Takes one event, in order.
    ///
    /// After the call, all that can be said of the event is with the operating system, but for progress and
    /// diagnostics, which may wait for the next host.
    ///
    /// - Throws: ``OutputError`` if writing fails; the reporter is of no further use then.
    func handle(_ event: ScanEvent) throws(OutputError)

    /// Takes several events, in order, as if one after the other; only the last need be with the operating system then.
    ///
    /// - Throws: ``OutputError`` if writing fails; the reporter is of no further use then.
    func handle(_ events: ArraySlice<ScanEvent>) throws(OutputError)

    /// Ends the report properly, also if the scan never said that it finished, and closes the file.
    ///
    /// - Throws: ``OutputError`` if writing fails.
    func finish() throws(OutputError)
}

extension Reporter {
    /// Takes several events one by one.
    package func handle(_ events: ArraySlice<ScanEvent>) throws(OutputError) {
        for event in events { try handle(event) }
    }
}

/// A reporter with a file of its own, which is written once for several events that come together.
package final class BatchingReporter: Reporter {
    private let reporter: any Reporter
    private let file: OutputFile

    /// Makes a reporter of another one that writes to a file, and to nothing else that this file must come before.
    package init(_ reporter: any Reporter, to file: OutputFile) {
        self.reporter = reporter
        self.file = file
    }

    /// Takes one event; see ``Reporter/handle(_:)``.
    package func handle(_ event: ScanEvent) throws(OutputError) { try reporter.handle(event) }

    /// Takes several events and hands the file's octets on at the end.
    package func handle(_ events: ArraySlice<ScanEvent>) throws(OutputError) {
        file.isHeld = true
        defer { file.isHeld = false }
        for event in events { try reporter.handle(event) }
        file.isHeld = false
        try file.flush()
    }

    /// Ends the report; see ``Reporter/finish()``.
    package func finish() throws(OutputError) { try reporter.finish() }
}
