// SPDX-License-Identifier: Apache-2.0

/// Stub.
package final class TLSContext {
    /// Stub.
    package init() throws(StreamError) {}
}
/// Stub.
package enum TLSStep {
    case done, wantsRead, wantsWrite
    case failed(StreamError)
}
/// Stub.
package enum TLSTransfer {
    case count(Int)
    case wantsRead, wantsWrite, endOfStream
    case failed(StreamError)
}
/// Stub.
package final class TLSSession {
    /// Stub.
    package init(context: TLSContext, descriptor: CInt, serverName: String?) throws(StreamError) {
        throw StreamError(.error, detail: "no TLS in this build")
    }
    func handshake() -> TLSStep { .failed(StreamError(.error)) }
    func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSTransfer { .failed(StreamError(.error)) }
    func write(_ bytes: UnsafeRawBufferPointer) -> TLSTransfer { .failed(StreamError(.error)) }
    func shutdown() {}
}
