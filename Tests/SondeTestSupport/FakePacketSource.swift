// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeIO

/// Packets that a test makes up, as if they were captured.
package final class FakePacketSource: PacketSource {
    /// One packet.
    package struct Packet {
        /// Nanoseconds since 1970.
        package var time: Int64
        /// The length on the wire; that of the octets if nothing else is said.
        package var wireLength: Int
        /// What was captured.
        package var octets: [UInt8]
    }

    package let descriptor: CInt
    package let linkType: Int32
    /// Whether the capture was ended.
    package private(set) var isClosed = false
    private let writing: CInt
    private var waiting: [Packet] = []
    private var failure: CaptureError?

    /// Makes a source of Ethernet frames, or of another link type.
    package init(linkType: Int32 = 1) {
        var pair: [CInt] = [0, 0]
        _ = unsafe pipe(&pair)
        _ = fcntl(pair[1], F_SETFL, O_NONBLOCK)
        descriptor = pair[0]
        writing = pair[1]
        self.linkType = linkType
    }

    deinit { close() }

    package var counts: CaptureCounts { CaptureCounts(received: waiting.count) }

    /// Adds a packet that has come.
    package func add(_ octets: [UInt8], wireLength: Int? = nil, time: Int64 = .max) {
        waiting.append(Packet(time: time, wireLength: wireLength ?? octets.count, octets: octets))
        signal()
    }

    /// Makes the capture end with an error once all packets are taken.
    package func fail(_ error: CaptureError) {
        failure = error
        signal()
    }

    private func signal() {
        var octet: UInt8 = 1
        _ = unsafe write(writing, &octet, 1)
    }

    package func next(
        _ body: (_ time: Int64, _ wireLength: Int, _ octets: RawSpan) -> Void
    ) throws(CaptureError) -> Bool {
        guard !waiting.isEmpty else {
            if let failure { throw failure }
            return false
        }
        let packet = waiting.removeFirst()
        unsafe body(packet.time, packet.wireLength, packet.octets.span.bytes)
        return true
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Glibc.close(descriptor)
        _ = Glibc.close(writing)
    }
}
