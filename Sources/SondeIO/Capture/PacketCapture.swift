// SPDX-License-Identifier: Apache-2.0

/// Packets of an interface that pass a filter, told as they come.
///
/// Ends with ``close()`` or when nobody keeps it. Several for the same request share one capture of the kernel.
package final class PacketCapture {
    /// What is captured.
    package var request: CaptureRequest { shared.request }
    /// The kind of link, by libpcap's number.
    package var linkType: Int32 { shared.source.linkType }
    /// Whether packets can still come.
    package var isOpen: Bool { member.isOpen }
    /// What the kernel counted, together for all who share the capture.
    package var counts: CaptureCounts { isOpen ? shared.source.counts : CaptureCounts() }

    private let shared: SharedCapture
    private let member: SharedCapture.Member

    init(_ shared: SharedCapture, _ member: SharedCapture.Member) {
        self.shared = shared
        self.member = member
    }

    deinit { close() }

    /// Takes what waits in the kernel now, without waiting for the loop's turn.
    func poll() {
        if isOpen { shared.ready(.readable) }
    }

    /// Ends it; nothing is told any more.
    package func close() { shared.leave(member) }
}

/// The captures of one world, one for all equal requests.
package final class CapturePool {
    /// Opens a capture; tests put in their own.
    package var open: (CaptureRequest, Syscalls) throws(CaptureError) -> any PacketSource = {
        (request, syscalls) throws(CaptureError) in
        if let source = SocketSource(request, syscalls) { return source }
        return try PcapSource(request, syscalls)
    }
    /// How many captures of the kernel are open.
    package var count: Int { captures.count }

    private var captures: [CaptureRequest: SharedCapture] = [:]

    /// Makes an empty pool.
    init() {}

    func join(
        _ network: Network,
        _ request: CaptureRequest,
        onPacket: @escaping PacketHandler,
        onFailure: @escaping (CaptureError) -> Void
    ) throws(CaptureError) -> PacketCapture {
        network.loop.assertOnLoop()
        let shared: SharedCapture
        if let open = captures[request] { shared = open } else { shared = try start(network, request) }
        return PacketCapture(shared, shared.join(onPacket: onPacket, onFailure: onFailure))
    }

    private func start(_ network: Network, _ request: CaptureRequest) throws(CaptureError) -> SharedCapture {
        let source = try open(request, network.syscalls)
        do throws(SystemError) {
            let shared = try SharedCapture(network, request, source) { [weak self] ended in
                guard let self, captures[ended.request] === ended else { return }
                captures[ended.request] = nil
            }
            captures[request] = shared
            return shared
        } catch {
            source.close()
            throw CaptureError(.failed, device: request.device, detail: error.description)
        }
    }
}

extension Network {
    /// Captures packets of an interface.
    ///
    /// - Parameters:
    ///   - request: which packets, and where.
    ///   - onPacket: called from the loop for each packet.
    ///   - onFailure: called once if the capture ends by itself, as when the interface goes.
    /// - Returns: what ends the capture when it is closed or forgotten.
    /// - Throws: ``CaptureError`` if it cannot be opened.
    package func capture(
        _ request: CaptureRequest,
        onPacket: @escaping PacketHandler,
        onFailure: @escaping (CaptureError) -> Void = { _ in }
    ) throws(CaptureError) -> PacketCapture {
        try captures.join(self, request, onPacket: onPacket, onFailure: onFailure)
    }
}
