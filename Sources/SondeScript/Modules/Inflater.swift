// SPDX-License-Identifier: Apache-2.0

internal import CZlib

/// One decompression under way.
///
/// The only owner of its `z_stream`, whose address zlib remembers, so it lives on the heap.
@safe
final class Inflater {
    /// What a step came to.
    enum Outcome: Hashable {
        /// Output was made, or more input is needed.
        case progress
        /// The compressed data is complete; what follows it was not touched.
        case end
        /// The data wants a dictionary.
        case needsDictionary
        /// zlib's code for what is wrong.
        case failure(CInt)
    }

    private let stream: UnsafeMutablePointer<z_stream>

    /// Starts; nothing if zlib refuses the window's size.
    init?(windowBits: CInt) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe self.stream = unsafe stream
        guard unsafe sonde_zlib_start_inflating(stream, windowBits) == Z_OK else { return nil }
    }

    deinit {
        // Ending a stream that was never started only answers an error.
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// The checksum of the output so far, of the kind that the format has.
    var checksum: UInt { unsafe stream.pointee.adler }

    /// Answers the wish for a dictionary.
    func setDictionary(_ dictionary: [UInt8]) -> Bool {
        unsafe inflateSetDictionary(stream, dictionary, uInt(clamping: dictionary.count)) == Z_OK
    }

    /// Decompresses from the start of some input until it is used up or so much output was made.
    ///
    /// - Parameters:
    ///   - input: what to read.
    ///   - offset: where in it to start; set to the first octet that was not read.
    ///   - output: what is made is appended here.
    ///   - limit: the most octets to make.
    /// - Returns: how it went.
    func step(_ input: [UInt8], from offset: inout Int, into output: inout [UInt8], limit: Int) -> Outcome {
        let first = min(max(offset, 0), input.count)
        let chunk = min(max(limit, 0), 1 << 16)
        var read = 0
        var status = Z_OK
        let made = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { room, count in
            unsafe input.withUnsafeBufferPointer { bytes in
                let length = min(bytes.count - first, 1 << 30)
                // zlib does not write to its input; the pointers are used within this call only.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress.map { unsafe $0 + first }
                )
                unsafe stream.pointee.avail_in = uInt(length)
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = uInt(chunk)
                status = unsafe inflate(stream, Z_NO_FLUSH)
                read = unsafe length - Int(stream.pointee.avail_in)
                count = unsafe chunk - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        offset = first + read
        output += made
        switch status {
        case Z_OK, Z_BUF_ERROR: return .progress
        case Z_STREAM_END: return .end
        case Z_NEED_DICT: return .needsDictionary
        default: return .failure(status)
        }
    }

    /// Decompresses a whole text; what follows its end is ignored.
    ///
    /// - Parameters:
    ///   - input: the compressed text.
    ///   - limit: where the output is cut off.
    /// - Returns: the output, or nothing if the data is bad or incomplete.
    func whole(_ input: [UInt8], limit: Int) -> [UInt8]? {
        var output: [UInt8] = []
        var offset = 0
        while output.count < limit {
            let (made, read) = (output.count, offset)
            switch step(input, from: &offset, into: &output, limit: limit - output.count) {
            case .end: return output
            case .needsDictionary, .failure: return nil
            case .progress where output.count == made && offset == read: return nil
            case .progress: continue
            }
        }
        return output
    }
}
