// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import CSystemShim

/// A capture on a packet socket of our own, for links whose frames have Ethernet's header.
///
/// Cheap to open and to close: the ring of memory that libpcap's captures share with the kernel makes both wait for tens of
/// milliseconds (`docs/decisions/0005-captures.md`). The filter is compiled by libpcap all the same.
@safe
final class SocketSource: PacketSource {
    let descriptor: CInt
    let linkType = LinkHeader.ethernet
    private var owned: OwnedDescriptor?
    private let request: CaptureRequest
    private let syscalls: Syscalls
    private let slots: CaptureSlots
    private var isDrained = false
    private var total = CaptureCounts()

    /// Octets that the kernel keeps for us while the loop is busy; it counts 768 for a small packet.
    private static let room: CInt = 8 << 20

    /// Opens an interface and sets the filter.
    ///
    /// - Returns: nothing where libpcap is needed: another kind of link, a filter for tagged frames,
    ///   or anything that fails, which the library has the words for.
    init?(_ request: CaptureRequest, _ syscalls: Syscalls) {
        do throws(SystemError) {
            let socket = try syscalls.packetSocket(interfaceIndex: 0)
            let link = try syscalls.captureLink(socket.number, device: request.device)
            guard link.is_up, link.is_ethernet else { return nil }
            try syscalls.prepareCapture(socket.number, room: Self.room)
            if link.is_loopback || request.isInboundOnly { try syscalls.ignoreOutgoing(socket.number) }
            guard let filter = CaptureFilter(request) else { return nil }
            try filter.attach(to: socket.number, syscalls)
            try syscalls.startCapture(socket.number, link.index, isPromiscuous: request.isPromiscuous)
            descriptor = socket.number
            owned = consume socket
            slots = CaptureSlots(snapLength: request.snapLength)
            self.request = request
            self.syscalls = syscalls
        } catch {
            return nil
        }
    }

    deinit { close() }

    func next(
        _ body: (_ time: Int64, _ wireLength: Int, _ octets: RawSpan) -> Void
    ) throws(CaptureError) -> Bool {
        guard owned != nil else { return false }
        if slots.isEmpty {
            // A socket that gave less than we had room for was empty; the next packet is an event of its own.
            if isDrained {
                isDrained = false
                return false
            }
            isDrained = try !fill()
            if slots.isEmpty {
                isDrained = false
                return false
            }
        }
        slots.take(body)
        return true
    }

    /// Reads what waits: whether there may be more.
    private func fill() throws(CaptureError) -> Bool {
        do throws(SystemError) {
            return try slots.fill(from: descriptor, syscalls)
        } catch {
            let code: CaptureError.Code = error.isLinkDown ? .isDown : .failed
            throw CaptureError(code, device: request.device, detail: error.description)
        }
    }

    var counts: CaptureCounts {
        if owned != nil, let more = try? syscalls.captureCounts(descriptor) {
            total.received += more.received
            total.dropped += more.dropped
        }
        return total
    }

    func close() {
        guard let number = owned.take()?.release() else { return }
        runAside { Syscalls.close(number) }
    }
}

/// A filter of the kernel, in its own instructions.
@safe
private struct CaptureFilter: ~Copyable {
    private var program = unsafe bpf_program()

    /// Compiles a request's filter for a link with Ethernet's header.
    ///
    /// - Returns: nothing if libpcap cannot, or can only for a capture of its own.
    init?(_ request: CaptureRequest) {
        let snap = CInt(truncatingIfNeeded: CaptureSlots.snapLength(request.snapLength))
        guard let handle = unsafe pcap_open_dead(LinkHeader.ethernet, snap) else { return nil }
        defer { unsafe pcap_close(handle) }
        var network: UInt32 = 0
        var mask = UInt32.max
        if request.filter.contains("broadcast") {
            var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
            if unsafe pcap_lookupnet(request.device, &network, &mask, &text) != 0 { mask = UInt32.max }
        }
        // The kernel has taken tags out of frames before it filters; only a live capture knows where they are then.
        guard !request.filter.contains("vlan"),
            unsafe pcap_compile(handle, &program, request.filter, 1, mask) == 0
        else { return nil }
    }

    deinit {
        var program = unsafe program
        unsafe pcap_freecode(&program)
    }

    func attach(to descriptor: CInt, _ syscalls: Syscalls) throws(SystemError) {
        // Safe because the library's instructions are the kernel's, and last as long as the program.
        try unsafe syscalls.setCaptureFilter(descriptor, program.bf_insns, count: program.bf_len)
    }
}
