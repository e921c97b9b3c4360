// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc

// The calls of a capture on a packet socket.
extension Syscalls {
    /// What a capture must know of an interface.
    func captureLink(_ descriptor: CInt, device: String) throws(SystemError) -> sonde_link {
        var link = sonde_link()
        try demand("ioctl") { unsafe sonde_capture_link(descriptor, device, &link) }
        return link
    }

    /// Makes a packet socket tell time and length of each frame, and gives it room.
    func prepareCapture(_ descriptor: CInt, room: CInt) throws(SystemError) {
        try demand("setsockopt") { sonde_capture_prepare(descriptor, room) }
    }

    /// Keeps frames that leave away.
    func ignoreOutgoing(_ descriptor: CInt) throws(SystemError) {
        try demand("setsockopt") { sonde_ignore_outgoing(descriptor) }
    }

    /// Sets a filter in the kernel's instructions.
    func setCaptureFilter(
        _ descriptor: CInt,
        _ instructions: UnsafeRawPointer?,
        count: UInt32
    ) throws(SystemError) {
        try demand("setsockopt") { unsafe sonde_capture_filter(descriptor, instructions, count) }
    }

    /// Takes frames of one interface from now on.
    func startCapture(_ descriptor: CInt, _ index: UInt32, isPromiscuous: Bool) throws(SystemError) {
        try demand("bind") { sonde_capture_start(descriptor, index, isPromiscuous) }
    }

    /// Takes frames that wait: how many, `nil` for none.
    func receiveCaptured(
        _ descriptor: CInt,
        into octets: UnsafeMutableRawBufferPointer,
        slot: Int,
        _ packets: UnsafeMutableBufferPointer<sonde_captured>
    ) throws(SystemError) -> Int? {
        // Safe because there are octets for a slot of each packet, and both outlive the call.
        try attempt("recvmmsg") {
            unsafe Int(
                sonde_capture_receive(
                    descriptor,
                    octets.baseAddress,
                    slot,
                    packets.baseAddress,
                    packets.count
                )
            )
        }
    }

    /// Frames taken and lost since this was last asked.
    func captureCounts(_ descriptor: CInt) throws(SystemError) -> CaptureCounts {
        var received: UInt32 = 0
        var dropped: UInt32 = 0
        try demand("getsockopt") { unsafe sonde_capture_counts(descriptor, &received, &dropped) }
        return CaptureCounts(received: Int(received), dropped: Int(dropped))
    }
}

extension SystemError {
    /// Whether an interface went down, or went away.
    var isLinkDown: Bool { number == ENETDOWN || number == ENODEV || number == ENXIO }
}
