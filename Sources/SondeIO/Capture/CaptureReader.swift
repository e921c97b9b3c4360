// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
package import SondeModel

/// A captured packet that was kept.
package struct KeptPacket: Hashable, Sendable {
    /// When it came, how long it was on the wire, and where its network layer begins.
    package let packet: CapturedPacket
    /// What was captured of it.
    package let octets: [UInt8]

    /// What belongs to the link.
    package var link: [UInt8] { Array(octets.prefix(packet.linkHeaderLength)) }
    /// The rest.
    package var network: [UInt8] { Array(octets.dropFirst(packet.linkHeaderLength)) }
}

/// A capture whose packets wait until they are asked for, as scripts do.
///
/// One receive can be under way. Packets that come while too many wait are lost, as they are in the kernel.
package final class CaptureReader {
    /// The most packets that wait.
    static let mostPackets = 8192
    /// The most octets that wait.
    static let mostOctets = 4 << 20

    private let loop: EventLoop
    private var capture: PacketCapture?
    private var failure: StreamError?
    private var waiting: Deque<KeptPacket> = []
    private var waitingOctets = 0
    private var receiving: (operation: Operation, then: (Result<KeptPacket, StreamError>) -> Void)?
    private var deadline: DeadlineID?

    /// Opens a capture; packets are kept from now on.
    ///
    /// - Throws: ``CaptureError`` if it cannot be opened.
    package init(_ network: Network, _ request: CaptureRequest) throws(CaptureError) {
        loop = network.loop
        capture = try network.capture(
            request,
            onPacket: { [unowned self] packet, octets in take(packet, octets) },
            onFailure: { [unowned self] error in fail(StreamError(.error, detail: "\(error)")) }
        )
    }

    deinit { close() }

    /// Whether a receive is under way.
    package var isReceiving: Bool { receiving != nil }

    /// Receives one packet.
    package func receive(
        before deadline: Instant?,
        then: @escaping (Result<KeptPacket, StreamError>) -> Void
    ) -> Attempt<KeptPacket> {
        loop.assertOnLoop()
        guard receiving == nil else { return .failure(.busy) }
        // The kernel may have some that the loop has not seen yet.
        if waiting.isEmpty { capture?.poll() }
        if let next = waiting.popFirst() {
            waitingOctets -= next.octets.count
            return .success(next)
        }
        if let failure { return .failure(failure) }
        guard capture != nil else { return .failure(.closed) }
        if let deadline, deadline <= loop.now { return .failure(.timeout) }
        let operation = Operation(owner: self)
        receiving = (operation, then)
        setDeadline(deadline)
        return .pending(operation)
    }

    /// Ends the capture; a receive under way ends without a word.
    package func close() {
        capture?.close()
        capture = nil
        waiting = []
        waitingOctets = 0
        receiving?.operation.finish()
        receiving = nil
        if let deadline { loop.cancel(deadline) }
        deadline = nil
    }

    private func take(_ packet: CapturedPacket, _ octets: RawSpan) {
        guard receiving != nil || waiting.count < Self.mostPackets,
            waitingOctets + octets.byteCount <= Self.mostOctets
        else { return }
        let kept = KeptPacket(
            packet: packet,
            octets: unsafe octets.withUnsafeBytes { unsafe Array($0) }
        )
        if receiving != nil { return end(.success(kept)) }
        waiting.append(kept)
        waitingOctets += octets.byteCount
    }

    private func fail(_ error: StreamError) {
        failure = error
        capture = nil
        end(.failure(error))
    }

    private func end(_ result: Result<KeptPacket, StreamError>) {
        guard let (operation, then) = receiving else { return }
        receiving = nil
        setDeadline(nil)
        operation.finish()
        then(result)
    }

    private func setDeadline(_ instant: Instant?) {
        guard instant != nil || deadline != nil else { return }
        let id = deadline ?? loop.makeDeadline { [unowned self] in end(.failure(.timeout)) }
        deadline = id
        loop.set(id, at: instant)
    }
}

extension CaptureReader: OperationOwner {
    func cancel(_ operation: Operation) {
        guard receiving?.operation === operation else { return }
        receiving = nil
        setDeadline(nil)
    }
}
