// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Turns what a scan tells into one format.
///
/// A reporter belongs to one event loop and is touched only there.
package protocol Reporter: AnyObject {
    /// Takes one event, in order.
    ///
    /// After the call, all that can be said of the event is with the operating system, but for progress and
    /// diagnostics, which may wait for the next host.
    ///
    /// - Throws: ``OutputError`` if writing fails; the reporter is of no further use then.
    func handle(_ event: ScanEvent) throws(OutputError)

    /// Ends the report properly, also if the scan never said that it finished, and closes the file.
    ///
    /// - Throws: ``OutputError`` if writing fails.
    func finish() throws(OutputError)
}
