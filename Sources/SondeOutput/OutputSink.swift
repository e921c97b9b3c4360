// SPDX-License-Identifier: Apache-2.0

/// Where a report's octets go.
package protocol OutputSink: AnyObject {
    /// Takes octets, which may wait in a buffer.
    ///
    /// - Throws: ``OutputError`` if the buffer had to be written and that failed.
    func write(_ octets: some Collection<UInt8>) throws(OutputError)

    /// Hands all that waits to the operating system.
    ///
    /// - Throws: ``OutputError`` if that failed.
    func flush() throws(OutputError)

    /// Flushes and gives the file back; nothing may be written afterwards.
    ///
    /// - Throws: ``OutputError`` if that failed.
    func close() throws(OutputError)
}

extension OutputSink {
    /// Writes a line and ends it.
    func line(_ text: String = "") throws(OutputError) { try write((text + "\n").utf8) }

    /// Writes lines and ends each.
    func lines(_ texts: [String]) throws(OutputError) {
        for text in texts { try line(text) }
    }
}
