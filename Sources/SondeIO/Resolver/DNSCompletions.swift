// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The questions of one channel that are finished and not yet told.
///
/// c-ares calls back from within its own functions, where nothing may be done to the channel; so the call-back only
/// files what came.
final class DNSCompletions {
    typealias Completion = (CInt, [UInt8], [IPAddress]) -> Void

    private var finished: [() -> Void] = []

    /// Whether there is nothing to tell.
    var isEmpty: Bool { finished.isEmpty }

    /// Tells all that is finished, and what finishes meanwhile.
    func deliver() {
        while !finished.isEmpty {
            let ready = finished
            finished = []
            for completion in ready { completion() }
        }
    }

    /// Makes the value a call-back gets; ``finish(_:_:_:_:)`` takes it back, which c-ares calls exactly once.
    func box(_ completion: @escaping Completion) -> UnsafeMutableRawPointer {
        unsafe Unmanaged.passRetained(Box(self, completion)).toOpaque()
    }

    /// Files what came for a box.
    static func finish(
        _ data: UnsafeMutableRawPointer?,
        _ status: CInt,
        _ octets: [UInt8],
        _ addresses: [IPAddress]
    ) {
        guard let data = unsafe data else { return }
        let box = unsafe Unmanaged<Box>.fromOpaque(data).takeRetainedValue()
        box.queue.finished.append { box.completion(status, octets, addresses) }
    }

    private final class Box {
        let queue: DNSCompletions
        let completion: Completion

        init(_ queue: DNSCompletions, _ completion: @escaping Completion) {
            self.queue = queue
            self.completion = completion
        }
    }
}
