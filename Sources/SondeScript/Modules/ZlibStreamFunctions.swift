// SPDX-License-Identifier: Apache-2.0

internal import CZlib
internal import SondeLua

/// `zlib.inflate`, `zlib.deflate`, and the methods of their streams.
struct ZlibStreamFunctions {
    private static let invalid = "attempt to use invalid zlib stream"

    private let type: ObjectType<ZlibStream>

    /// Registers the streams' type and methods.
    init(in state: LuaState) throws(LuaError) {
        var kept: (methods: LuaReference?, metatable: LuaReference?) = (nil, nil)
        let type = try state.type("zlib:zstream", of: ZlibStream.self) { frame in
            frame.setField("__name", "zlib:zstream")
            frame.pushField("__index", of: -1)
            kept.methods = LuaReference(popping: frame)
            frame.pushCopy(of: -1)
            kept.metatable = LuaReference(popping: frame)
        }
        self.type = type
        guard let methods = kept.methods, let metatable = kept.metatable else {
            throw LuaError(kind: .memory, message: [])
        }
        let functions = self
        let read = state.function("read", functions.read)
        // An iterator must be a function of its own for each stream, which Lua makes best.
        let iterator = try state.load(
            Array("local read, stream = ... return function() return read(stream) end".utf8),
            name: "=zlib.lines"
        )
        let lines = state.function("lines") { frame throws(HostError) in
            _ = try functions.reader(of: frame)
            frame.push(iterator)
            frame.push(read)
            frame.pushCopy(of: 1)
            guard frame.attempt(arguments: 2, results: 1) else { throw .top }
            return .results(1)
        }
        state.withStack { frame in
            frame.push(methods)
            frame.setField("read", read)
            frame.setField("lines", lines)
            frame.setField("write", state.function("write", functions.write))
            frame.setField("flush", state.function("flush", functions.flush))
            frame.setField("close", state.function("close", functions.close))
            frame.setField("adler", state.function("adler", functions.checksum))
            frame.push(metatable)
            frame.setField("__tostring", state.function("tostring", functions.describe))
        }
    }

    // MARK: Making streams

    /// `zlib.inflate(source, windowBits, dictionary)`.
    func makeReader(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let input = frame.convertedOctets(at: 1)
        let source = input == nil ? try end(reading: frame) : nil
        var windowBits = CInt(truncatingIfNeeded: try frame.integer(at: 2, default: 15))
        let dictionary = frame.isNil(at: 3) ? nil : try frame.string(at: 3)
        // 32 makes zlib tell its own header from that of gzip.
        if windowBits > 0, windowBits < 16 { windowBits += 32 }
        guard let inflater = Inflater(windowBits: windowBits) else {
            throw .plain("call to inflateInit2 failed")
        }
        // Raw data has no header that could ask for the dictionary.
        if let dictionary, windowBits < 0, !inflater.setDictionary(dictionary) {
            throw .plain("call to inflateSetDictionnary failed")
        }
        let reader = ZlibReader(inflater, input: input ?? [], source: source, dictionary: dictionary)
        frame.push(ZlibStream(.reading(reader)), as: type)
        return .results(1)
    }

    /// `zlib.deflate(sink, level, method, windowBits, memLevel, strategy, dictionary)`.
    func makeWriter(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let words = "output parameter must be a function, table or userdata value"
        let sink = try end(at: frame, method: "write", orRaise: words, without: "output", peek: false)
        let settings = try ZlibModule.settings(from: 2, of: frame)
        let dictionary = frame.isNil(at: 7) ? nil : try frame.string(at: 7)
        let deflater = Deflater(settings)
        guard deflater.startStatus == Z_OK else { throw .plain("call to deflateInit2 failed") }
        if let dictionary, !deflater.setDictionary(dictionary) {
            throw .plain("call to deflateSetDictionnary failed")
        }
        frame.push(ZlibStream(.writing(deflater, sink)), as: type)
        return .results(1)
    }

    private func end(reading frame: borrowing CallFrame) throws(HostError) -> ZlibEnd {
        let words = "input parameter must be a string, function, table or userdata value"
        return try end(at: frame, method: "read", orRaise: words, without: "input", peek: true)
    }

    /// The first argument as what a stream reads from or writes to.
    private func end(
        at frame: borrowing CallFrame,
        method: StaticString,
        orRaise words: String,
        without parameter: String,
        peek: Bool
    ) throws(HostError) -> ZlibEnd {
        var kind = ZlibEnd.Kind.function
        switch frame.type(at: 1) {
        case .function: break
        case .table, .userdata:
            guard hasMethod(method, frame) else {
                throw .argument(1, "\(parameter) parameter does not provide :\(method) function")
            }
            kind = peek && hasMethod("peek", frame) ? .peekableObject : .object
        default: throw .argument(1, words)
        }
        frame.pushCopy(of: 1)
        guard let value = LuaReference(popping: frame) else { throw .argument(1, words) }
        return ZlibEnd(kind: kind, value: value)
    }

    private func hasMethod(_ name: StaticString, _ frame: borrowing CallFrame) -> Bool {
        frame.pushField(name, of: 1)
        defer { frame.pop() }
        return frame.type(at: -1) == .function
    }

    // MARK: Reading

    /// The first argument, if it is a stream that reads and no call of it is under way.
    private func reader(
        of frame: borrowing CallFrame
    ) throws(HostError) -> (stream: ZlibStream, reader: ZlibReader) {
        let stream = try frame.object(at: 1, as: type)
        guard !stream.isBusy, case .reading(let reader) = stream.mode else {
            throw .argument(1, Self.invalid)
        }
        return (stream, reader)
    }

    private func read(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let (stream, reader) = try reader(of: frame)
        stream.isBusy = true
        defer { stream.isBusy = false }
        let count = frame.count
        guard count > 1 else { return .results(try pushOrNil(try line(reader, of: stream, frame), frame)) }
        var pushed = 0
        for index in 2...count {
            let octets = try octets(reader, of: stream, at: index, frame)
            pushed += try pushOrNil(octets, frame)
            if octets == nil { break }
        }
        return .results(pushed)
    }

    private func pushOrNil(_ octets: [UInt8]?, _ frame: borrowing CallFrame) throws(HostError) -> Int {
        if let octets { frame.push(octets) } else { frame.pushNil() }
        return 1
    }

    private func line(
        _ reader: ZlibReader,
        of stream: ZlibStream,
        _ frame: borrowing CallFrame
    ) throws(HostError) -> [UInt8]? {
        try closing(stream) { () throws(HostError) in try reader.line(using: frame) }
    }

    /// What the format in one argument asks for; nothing at the end.
    private func octets(
        _ reader: ZlibReader,
        of stream: ZlibStream,
        at index: Int,
        _ frame: borrowing CallFrame
    ) throws(HostError) -> [UInt8]? {
        if frame.type(at: index) == .number {
            // The reference takes a fraction for 0, and a negative number for more than there can be.
            let count = frame.convertedInteger(at: index) ?? 0
            return try closing(stream) { () throws(HostError) in
                try reader.octets(count < 0 ? .max : count, using: frame)
            }
        }
        guard let word = frame.octets(at: index), word.first == UInt8(ascii: "*") else {
            throw .argument(index, "invalid option")
        }
        switch word.dropFirst().first {
        case UInt8(ascii: "l"): return try line(reader, of: stream, frame)
        case UInt8(ascii: "a"):
            return try closing(stream) { () throws(HostError) in try reader.rest(using: frame) }
        default: throw .argument(index, "invalid format")
        }
    }

    /// Closes a stream whose data turned out to be bad; errors of the script's own function leave it open.
    private func closing<Result>(
        _ stream: ZlibStream,
        _ body: () throws(HostError) -> Result
    ) throws(HostError) -> Result {
        do throws(HostError) {
            return try body()
        } catch {
            if error != .top { stream.mode = .closed }
            throw error
        }
    }

    // MARK: Writing

    /// The first argument, if it is a stream that writes and no call of it is under way.
    private func writer(
        of frame: borrowing CallFrame
    ) throws(HostError) -> (stream: ZlibStream, deflater: Deflater, sink: ZlibEnd) {
        let stream = try frame.object(at: 1, as: type)
        guard !stream.isBusy, case .writing(let deflater, let sink) = stream.mode else {
            throw .argument(1, Self.invalid)
        }
        return (stream, deflater, sink)
    }

    private func write(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let (stream, deflater, sink) = try writer(of: frame)
        let count = frame.count
        var octets: [UInt8] = []
        for index in stride(from: 2, through: count, by: 1) { octets += try frame.string(at: index) }
        return try deliver(octets, .none, through: deflater, of: stream, to: sink, frame)
    }

    private enum FlushWord: String { case sync, full, finish }

    private func flush(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let (stream, deflater, sink) = try writer(of: frame)
        switch try frame.option(at: 2, as: FlushWord.self, default: .sync) {
        case .sync: return try deliver([], .sync, through: deflater, of: stream, to: sink, frame)
        case .full: return try deliver([], .full, through: deflater, of: stream, to: sink, frame)
        case .finish:
            stream.mode = .closed
            return try deliver([], .finish, through: deflater, of: stream, to: sink, frame)
        }
    }

    /// Compresses, hands what came out to the script, and pushes true, or false and the reason.
    private func deliver(
        _ octets: [UInt8],
        _ flush: Deflater.Flush,
        through deflater: Deflater,
        of stream: ZlibStream,
        to sink: ZlibEnd,
        _ frame: borrowing CallFrame
    ) throws(HostError) -> HostReturn {
        stream.isBusy = true
        defer { stream.isBusy = false }
        let (status, output) = deflater.compress(octets, flush)
        guard status == Z_OK || status == Z_STREAM_END else {
            frame.push(false)
            frame.push("failed to compress [\(status)]")
            return .results(2)
        }
        if !output.isEmpty {
            try sink.call("write", results: 0, on: frame) { $0.push(output) }
            frame.pop(sink.residue)
        }
        frame.push(true)
        return .results(1)
    }

    // MARK: Both

    private func close(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let stream = try frame.object(at: 1, as: type)
        guard !stream.isBusy else { throw .argument(1, Self.invalid) }
        let mode = stream.mode
        stream.mode = .closed
        guard case .writing(let deflater, let sink) = mode else {
            frame.push(true)
            return .results(1)
        }
        return try deliver([], .finish, through: deflater, of: stream, to: sink, frame)
    }

    private func checksum(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        switch try frame.object(at: 1, as: type).mode {
        case .closed: throw .argument(1, Self.invalid)
        case .reading(let reader): frame.push(Double(reader.checksum))
        case .writing(let deflater, _): frame.push(Double(deflater.checksum))
        }
        return .results(1)
    }

    private func describe(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let stream = try frame.object(at: 1, as: type)
        let address = "0x" + String(frame.identity(at: 1), radix: 16)
        switch stream.mode {
        case .closed: frame.push("zlib stream (closed)")
        case .reading: frame.push("zlib inflate stream (\(address))")
        case .writing: frame.push("zlib deflate stream (\(address))")
        }
        return .results(1)
    }
}
