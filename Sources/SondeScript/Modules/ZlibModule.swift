// SPDX-License-Identifier: Apache-2.0

internal import CZlib
package import SondeLua

/// The `zlib` module, in the shape of lzlib 0.4: whole texts, and streams that read from or write to Lua.
///
/// Errors about data come without the caller's place, as those of the reference do.
package enum ZlibModule {
    /// Where `decompress` cuts its output off if it is not told otherwise, in octets.
    static let defaultLimit = 10_485_760
    /// The most octets that `decompress` gives, and that one reading of a stream gives.
    static let maximumLimit = 64 << 20

    /// Makes `zlib` global and loadable.
    package static func install(in state: LuaState) throws(LuaError) {
        let streams = try ZlibStreamFunctions(in: state)
        let functions: [(StaticString, HostFunction)] = [
            ("version", state.function("zlib.version", version)),
            ("crc32", unsafe checksum("zlib.crc32", start: 0, crc32, in: state)),
            ("adler32", unsafe checksum("zlib.adler32", start: 1, adler32, in: state)),
            ("compress", state.function("zlib.compress", compress)),
            ("decompress", state.function("zlib.decompress", decompress)),
            ("inflate", state.function("zlib.inflate", streams.makeReader)),
            ("deflate", state.function("zlib.deflate", streams.makeWriter)),
        ]
        try NativeModules.withTable("zlib", in: state) { frame in
            for (name, function) in functions { frame.setField(name, function) }
            for (name, value) in constants { frame.setField(name, value) }
            frame.setField("_VERSION", "lzlib 0.4-work3")
            frame.setField("_DESCRIPTION", "Compression for scripts")
            frame.setField("_COPYRIGHT", "The authors of Sonde")
        }
    }

    private static let constants: [(StaticString, Int)] = [
        ("NO_COMPRESSION", 0), ("BEST_SPEED", 1), ("BEST_COMPRESSION", 9), ("DEFAULT_COMPRESSION", -1),
        ("FILTERED", 1), ("HUFFMAN_ONLY", 2), ("RLE", 3), ("FIXED", 4), ("DEFAULT_STRATEGY", 0),
        ("MINIMUM_MEMLEVEL", 1), ("MAXIMUM_MEMLEVEL", 9), ("DEFAULT_MEMLEVEL", 8),
        ("DEFAULT_WINDOWBITS", 15), ("MINIMUM_WINDOWBITS", 8), ("MAXIMUM_WINDOWBITS", 15),
        ("GZIP_WINDOWBITS", 16), ("RAW_WINDOWBITS", -1),
    ]

    private static func version(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        frame.push(unsafe zlibVersion().map { unsafe String(cString: $0) } ?? "")
        return .results(1)
    }

    /// A function that goes on with a checksum; without arguments it gives the start value.
    private static func checksum(
        _ name: String,
        start: Double,
        _ update: @escaping (UInt, UnsafePointer<UInt8>?, UInt32) -> UInt,
        in state: LuaState
    ) -> HostFunction {
        state.function(name) { frame throws(HostError) in
            guard frame.count > 0 else {
                frame.push(start)
                return .results(1)
            }
            var sum = UInt(UInt32(truncatingIfNeeded: try frame.integer(at: 1)))
            let octets = try frame.string(at: 2)
            // zlib counts in 32 bits, so longer texts go piecewise. A null pointer would mean a fresh start.
            unsafe octets.withUnsafeBufferPointer { bytes in
                var offset = 0
                while offset < bytes.count, let base = bytes.baseAddress {
                    let count = min(bytes.count - offset, 1 << 30)
                    sum = unsafe update(sum, base + offset, UInt32(count))
                    offset += count
                }
            }
            frame.push(Double(sum))
            return .results(1)
        }
    }

    private static func compress(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let octets = try frame.string(at: 1)
        let deflater = Deflater(try settings(from: 2, of: frame))
        guard deflater.startStatus == Z_OK else {
            frame.pushNil()
            frame.push(Double(deflater.startStatus))
            return .results(2)
        }
        let (status, output) = deflater.compress(octets, .finish)
        guard status == Z_STREAM_END else {
            frame.pushNil()
            frame.push(Double(status))
            return .results(2)
        }
        frame.push(output)
        frame.push(Double(status))
        return .results(2)
    }

    private static func decompress(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let octets = try frame.string(at: 1)
        let windowBits = CInt(truncatingIfNeeded: try frame.integer(at: 2, default: 15))
        let limit = min(max(try frame.integer(at: 3, default: defaultLimit), 0), maximumLimit)
        guard let inflater = Inflater(windowBits: windowBits) else {
            throw .plain("failed to initialize zstream structures")
        }
        guard let output = inflater.whole(octets, limit: limit) else {
            throw .plain("failed to process zlib stream")
        }
        frame.push(output)
        return .results(1)
    }

    /// The five settings of compression from an argument on; absent ones have their defaults.
    static func settings(
        from index: Int,
        of frame: borrowing CallFrame
    ) throws(HostError) -> Deflater.Settings {
        // Numbers beyond a C int are cut, as in the reference; zlib refuses those it cannot use.
        Deflater.Settings(
            level: CInt(truncatingIfNeeded: try frame.integer(at: index, default: -1)),
            method: CInt(truncatingIfNeeded: try frame.integer(at: index + 1, default: 8)),
            windowBits: CInt(truncatingIfNeeded: try frame.integer(at: index + 2, default: 15)),
            memoryLevel: CInt(truncatingIfNeeded: try frame.integer(at: index + 3, default: 8)),
            strategy: CInt(truncatingIfNeeded: try frame.integer(at: index + 4, default: 0))
        )
    }
}
