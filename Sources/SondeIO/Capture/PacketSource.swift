// SPDX-License-Identifier: Apache-2.0

/// Where captured packets come from: a packet socket, libpcap, or what a test makes up.
package protocol PacketSource: AnyObject {
    /// Becomes readable when packets wait; open and non-blocking.
    var descriptor: CInt { get }
    /// The kind of link, by libpcap's number.
    var linkType: Int32 { get }

    /// Takes one packet that waits.
    ///
    /// - Parameter body: given the time in nanoseconds since 1970, the length on the wire and the octets.
    /// - Returns: false if none waits.
    /// - Throws: ``CaptureError`` when no more will come.
    func next(
        _ body: (_ time: Int64, _ wireLength: Int, _ octets: RawSpan) -> Void
    ) throws(CaptureError) -> Bool

    /// Packets that passed the filter and that were lost for want of room, as far as known.
    var counts: CaptureCounts { get }

    /// Ends the capture; nothing is asked of it any more.
    func close()
}

/// How many packets a capture took and lost.
package struct CaptureCounts: Hashable, Sendable {
    /// Packets that passed the filter.
    package var received = 0
    /// Packets lost because nobody took them in time.
    package var dropped = 0

    /// Makes counts.
    package init(received: Int = 0, dropped: Int = 0) {
        self.received = received
        self.dropped = dropped
    }
}
