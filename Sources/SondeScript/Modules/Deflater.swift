// SPDX-License-Identifier: Apache-2.0

internal import CZlib

/// One compression under way.
///
/// The only owner of its `z_stream`, whose address zlib remembers, so it lives on the heap.
@safe
final class Deflater {
    /// How compression is done; the numbers are zlib's, and zlib checks them.
    struct Settings {
        var level: CInt = -1
        var method: CInt = 8
        var windowBits: CInt = 15
        var memoryLevel: CInt = 8
        var strategy: CInt = 0
    }

    /// How much of what was taken must come out.
    enum Flush: Hashable {
        /// As zlib likes.
        case none
        /// All so far.
        case sync
        /// All so far, and reading can start anew here.
        case full
        /// All, and the end.
        case finish
    }

    private let stream: UnsafeMutablePointer<z_stream>
    /// zlib's answer to the settings: 0 if it took them, and then only may anything else be called.
    let startStatus: CInt

    /// Starts.
    init(_ settings: Settings) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe self.stream = unsafe stream
        startStatus = unsafe sonde_zlib_start_deflating(
            stream,
            settings.level,
            settings.method,
            settings.windowBits,
            settings.memoryLevel,
            settings.strategy
        )
    }

    deinit {
        // Ending a stream that was never started only answers an error.
        unsafe deflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// The checksum of the input so far.
    var checksum: UInt { unsafe stream.pointee.adler }

    /// Sets what the input is likely to repeat; only before any input.
    func setDictionary(_ dictionary: [UInt8]) -> Bool {
        unsafe deflateSetDictionary(stream, dictionary, uInt(clamping: dictionary.count)) == Z_OK
    }

    /// Compresses some input.
    ///
    /// - Returns: zlib's status (0 or 1 is good) and what came out.
    func compress(_ input: [UInt8], _ flush: Flush) -> (status: CInt, output: [UInt8]) {
        var output: [UInt8] = []
        var offset = 0
        while true {
            let room = 1 << 16
            let (status, made) = step(input, from: &offset, flush, room: room)
            output += made
            // Room that was left over means that nothing is held back.
            guard status == Z_OK, made.count == room || offset < input.count else {
                return (status == Z_BUF_ERROR ? Z_OK : status, output)
            }
        }
    }

    private func step(
        _ input: [UInt8],
        from offset: inout Int,
        _ flush: Flush,
        room size: Int
    ) -> (CInt, [UInt8]) {
        let first = offset
        var read = 0
        var status = Z_OK
        let made = unsafe [UInt8](unsafeUninitializedCapacity: size) { room, count in
            unsafe input.withUnsafeBufferPointer { bytes in
                let length = min(bytes.count - first, 1 << 30)
                let isLast = first + length == bytes.count
                // zlib does not write to its input; the pointers are used within this call only.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress.map { unsafe $0 + first }
                )
                unsafe stream.pointee.avail_in = uInt(length)
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = uInt(size)
                status = unsafe deflate(stream, isLast ? flush.code : Z_NO_FLUSH)
                read = unsafe length - Int(stream.pointee.avail_in)
                count = unsafe size - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        offset = first + read
        return (status, made)
    }
}

extension Deflater.Flush {
    fileprivate var code: CInt {
        switch self {
        case .none: Z_NO_FLUSH
        case .sync: Z_SYNC_FLUSH
        case .full: Z_FULL_FLUSH
        case .finish: Z_FINISH
        }
    }
}
