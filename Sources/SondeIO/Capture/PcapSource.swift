// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import CSystemShim
internal import Glibc

/// A live capture of libpcap: non-blocking, each packet told at once; for what ``SocketSource`` leaves to it.
@safe
final class PcapSource: PacketSource {
    let descriptor: CInt
    let linkType: Int32
    private var handle: OpaquePointer?
    private let request: CaptureRequest
    private var header: UnsafeMutablePointer<pcap_pkthdr>?
    private var start: UnsafePointer<UInt8>?

    /// Octets that the kernel keeps for us while the loop is busy: a tenth of a second of 100,000 small packets per second.
    private static let bufferSize: CInt = 4 << 20
    /// The most a packet can have.
    static let longestSnap = 262_144

    /// Opens an interface and sets the filter.
    init(_ request: CaptureRequest, _ syscalls: Syscalls) throws(CaptureError) {
        let handle = try PcapHandle.open(request, syscalls)
        unsafe descriptor = pcap_get_selectable_fd(handle.raw)
        guard descriptor >= 0 else {
            throw CaptureError(.failed, device: request.device, detail: "the capture cannot be waited for")
        }
        unsafe linkType = pcap_datalink(handle.raw)
        self.request = request
        unsafe self.handle = handle.release()
    }

    deinit { close() }

    func close() {
        // Safe because nobody else has the handle any more.
        guard let open = unsafe handle else { return }
        unsafe handle = nil
        nonisolated(unsafe) let owned = unsafe open
        runAside { unsafe pcap_close(owned) }
    }

    func next(
        _ body: (_ time: Int64, _ wireLength: Int, _ octets: RawSpan) -> Void
    ) throws(CaptureError) -> Bool {
        guard let open = unsafe handle else { return false }
        // What the library points us to lasts until its next call.
        let outcome = unsafe pcap_next_ex(open, &header, &start)
        guard outcome == 1, let header = unsafe header, let start = unsafe start else {
            if outcome >= 0 { return false }
            throw unsafe PcapHandle.error(open, outcome, request)
        }
        let seconds = Int64(unsafe header.pointee.ts.tv_sec)
        let time = seconds &* 1_000_000_000 &+ Int64(unsafe header.pointee.ts.tv_usec)
        let octets = unsafe UnsafeRawBufferPointer(start: start, count: Int(header.pointee.caplen))
        unsafe body(time, Int(header.pointee.len), octets.bytes)
        return true
    }

    var counts: CaptureCounts {
        var numbers = pcap_stat()
        guard let open = unsafe handle, unsafe pcap_stats(open, &numbers) == 0 else { return CaptureCounts() }
        return CaptureCounts(received: Int(numbers.ps_recv), dropped: Int(numbers.ps_drop))
    }

    /// A handle that is closed unless it is given away.
    @safe
    private struct PcapHandle: ~Copyable {
        let raw: OpaquePointer

        init(_ raw: OpaquePointer) { unsafe self.raw = unsafe raw }

        deinit { unsafe pcap_close(raw) }

        consuming func release() -> OpaquePointer {
            let raw = unsafe self.raw
            discard self
            return unsafe raw
        }

        static func open(_ request: CaptureRequest, _ syscalls: Syscalls) throws(CaptureError) -> PcapHandle {
            try mayCall("pcap_create", request, syscalls)
            var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
            guard let raw = unsafe pcap_create(request.device, &text) else {
                throw CaptureError(.failed, device: request.device, detail: cText(text))
            }
            let handle = unsafe PcapHandle(raw)
            try mayCall("pcap_activate", request, syscalls)
            try handle.activate(request)
            try mayCall("pcap_setfilter", request, syscalls)
            try handle.setFilter(request)
            return handle
        }

        private static func mayCall(
            _ call: String,
            _ request: CaptureRequest,
            _ syscalls: Syscalls
        ) throws(CaptureError) {
            do throws(SystemError) {
                try syscalls.mayCall(call)
            } catch {
                throw CaptureError(.failed, device: request.device, detail: error.description)
            }
        }

        /// Sets the options, which cannot fail on a fresh handle, and starts the capture.
        private func activate(_ request: CaptureRequest) throws(CaptureError) {
            let snap = CInt(clamping: min(max(request.snapLength, 0), PcapSource.longestSnap))
            unsafe pcap_set_snaplen(raw, snap == 0 ? CInt(PcapSource.longestSnap) : snap)
            unsafe pcap_set_promisc(raw, request.isPromiscuous ? 1 : 0)
            unsafe pcap_set_immediate_mode(raw, 1)
            unsafe pcap_set_timeout(raw, 1)
            unsafe pcap_set_buffer_size(raw, PcapSource.bufferSize)
            _ = unsafe pcap_set_tstamp_precision(raw, CInt(PCAP_TSTAMP_PRECISION_NANO))
            let outcome = unsafe pcap_activate(raw)
            guard outcome >= 0 else { throw unsafe Self.error(raw, outcome, request) }
            if request.isInboundOnly {
                // Older kernels do not know this; then the filter has more to do.
                _ = unsafe sonde_ignore_outgoing(pcap_fileno(raw))
            }
            var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
            guard unsafe pcap_setnonblock(raw, 1, &text) == 0 else {
                throw CaptureError(.failed, device: request.device, detail: cText(text))
            }
        }

        private func setFilter(_ request: CaptureRequest) throws(CaptureError) {
            guard !request.filter.isEmpty else { return }
            var network: UInt32 = 0
            var mask: UInt32 = 0
            var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
            if unsafe pcap_lookupnet(request.device, &network, &mask, &text) != 0 { mask = UInt32.max }
            var program = unsafe bpf_program()
            guard unsafe pcap_compile(raw, &program, request.filter, 1, mask) == 0 else {
                throw CaptureError(.badFilter, device: request.device, detail: unsafe cText(pcap_geterr(raw)))
            }
            defer { unsafe pcap_freecode(&program) }
            guard unsafe pcap_setfilter(raw, &program) == 0 else {
                throw CaptureError(.badFilter, device: request.device, detail: unsafe cText(pcap_geterr(raw)))
            }
        }

        /// What a status below zero means; the handle has the words.
        static func error(_ raw: OpaquePointer, _ status: CInt, _ request: CaptureRequest) -> CaptureError {
            let code: CaptureError.Code =
                switch status {
                case PCAP_ERROR_NO_SUCH_DEVICE: .noDevice
                case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: .notPermitted
                case PCAP_ERROR_IFACE_NOT_UP: .isDown
                default: .failed
                }
            return CaptureError(code, device: request.device, detail: unsafe cText(pcap_geterr(raw)))
        }
    }
}

/// A text in a buffer of ours, which has a zero at its end.
private func cText(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A text that the library owns.
private func cText(_ text: UnsafePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "" }
    return unsafe String(cString: text)
}
