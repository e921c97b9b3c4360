// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim

/// Room for the packets of one reading from a packet socket, and what is left of them.
@safe
final class CaptureSlots {
    /// Whether all packets have been taken.
    var isEmpty: Bool { taken == filled }

    private let octets: UnsafeMutableRawBufferPointer
    private let packets: UnsafeMutableBufferPointer<sonde_captured>
    private let slot: Int
    private var filled = 0
    private var taken = 0

    /// The most packets of one reading, and the octets that are kept ready for them.
    private static let most = 64
    private static let room = 128 << 10
    /// What a slot holds beside the packet: a tag that is put back.
    private static let spare = 8

    /// Makes room for packets of a length.
    init(snapLength: Int) {
        slot = Self.snapLength(snapLength) + Self.spare
        let count = max(1, min(Self.most, Self.room / slot))
        unsafe octets = .allocate(byteCount: count * slot, alignment: 16)
        unsafe packets = .allocate(capacity: count)
        unsafe packets.initialize(repeating: sonde_captured())
    }

    deinit {
        unsafe octets.deallocate()
        unsafe packets.deallocate()
    }

    /// The octets of a packet that are kept for a wish; all for none.
    static func snapLength(_ wish: Int) -> Int {
        wish <= 0 ? PcapSource.longestSnap : min(wish, PcapSource.longestSnap)
    }

    /// Reads packets: whether there may be more.
    ///
    /// Only when all have been taken.
    func fill(from descriptor: CInt, _ syscalls: Syscalls) throws(SystemError) -> Bool {
        taken = 0
        filled = 0
        filled = unsafe try syscalls.receiveCaptured(descriptor, into: octets, slot: slot, packets) ?? 0
        return unsafe filled == packets.count
    }

    /// Gives the next packet; only while there is one.
    func take(_ body: (_ time: Int64, _ wireLength: Int, _ octets: RawSpan) -> Void) {
        let packet = unsafe packets[taken]
        taken += 1
        // Safe because the shim only tells of octets inside their slot.
        let part = unsafe UnsafeRawBufferPointer(
            rebasing: octets[Int(packet.offset)..<Int(packet.offset) + Int(packet.count)]
        )
        unsafe body(packet.time, Int(packet.wire_length), part.bytes)
    }
}
