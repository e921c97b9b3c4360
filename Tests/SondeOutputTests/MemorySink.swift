// SPDX-License-Identifier: Apache-2.0

@testable import SondeOutput

/// A sink that keeps what it gets, and that can be told to fail.
final class MemorySink: OutputSink {
    /// What was written.
    private(set) var octets: [UInt8] = []
    /// How many octets were there at the last flush.
    private(set) var flushed = 0
    private(set) var isClosed = false
    /// Octets it takes before it fails; nothing if it never does.
    var limit: Int?

    var text: String { String(decoding: octets, as: UTF8.self) }

    func write(_ octets: some Collection<UInt8>) throws(OutputError) {
        if let limit, self.octets.count + octets.count > limit {
            throw OutputError(.write, file: "memory", systemCode: 28)
        }
        self.octets.append(contentsOf: octets)
    }

    func flush() throws(OutputError) { flushed = octets.count }

    func close() throws(OutputError) {
        try flush()
        isClosed = true
    }
}
