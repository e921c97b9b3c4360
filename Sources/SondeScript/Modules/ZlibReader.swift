// SPDX-License-Identifier: Apache-2.0

internal import SondeLua

/// The reading side of a zlib stream: pulls compressed octets from a script, hands out lines and counts.
///
/// The script's functions are called while no property of this object is being changed.
final class ZlibReader {
    /// How many octets a source is asked for at a time.
    private static let hint = 8192

    private let inflater: Inflater
    private let source: ZlibEnd?
    private let dictionary: [UInt8]?
    private var input: [UInt8]
    private var inputOffset = 0
    private var output: [UInt8] = []
    private var outputOffset = 0
    private var isAtEnd = false

    /// - Parameters:
    ///   - inflater: does the work.
    ///   - input: the compressed data, or its beginning.
    ///   - source: gives more of it.
    ///   - dictionary: for data that wants one.
    init(_ inflater: Inflater, input: [UInt8], source: ZlibEnd?, dictionary: [UInt8]?) {
        self.inflater = inflater
        self.input = input
        self.source = source
        self.dictionary = dictionary
    }

    /// The checksum of what was decompressed so far.
    var checksum: UInt { inflater.checksum }

    private var available: Int { output.count - outputOffset }

    // MARK: Reading

    /// The next so many octets, or fewer before the end, where there is nothing.
    ///
    /// A count of 0 asks whether there are any.
    func octets(_ wanted: Int, using frame: borrowing CallFrame) throws(HostError) -> [UInt8]? {
        while available < max(wanted, 1), try fill(using: frame) {}
        guard available > 0 else { return nil }
        return take(min(wanted, available))
    }

    /// All that is left.
    func rest(using frame: borrowing CallFrame) throws(HostError) -> [UInt8] {
        while try fill(using: frame) {}
        return take(available)
    }

    /// The next line without its end, which is CR, LF or both; nothing at the end.
    func line(using frame: borrowing CallFrame) throws(HostError) -> [UInt8]? {
        var searched = 0
        while true {
            if let end = output[(outputOffset + searched)...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D })
            {
                // Whether an LF follows a CR may depend on octets that are not there yet.
                let isReturn = output[end] == 0x0D
                let count = end - outputOffset
                if isReturn, count + 1 == available { _ = try fill(using: frame) }
                let line = take(count)
                _ = take(1)
                if isReturn, available > 0, output[outputOffset] == 0x0A { _ = take(1) }
                return line
            }
            searched = available
            if try !fill(using: frame) { return available > 0 ? take(available) : nil }
        }
    }

    /// Removes octets from the front of the output.
    private func take(_ count: Int) -> [UInt8] {
        let end = outputOffset + count
        let taken = Array(output[outputOffset..<end])
        outputOffset = end
        if outputOffset == output.count {
            output.removeAll(keepingCapacity: output.capacity <= 1 << 17)
            outputOffset = 0
        } else if outputOffset > 1 << 16, outputOffset > output.count / 2 {
            output.removeFirst(outputOffset)
            outputOffset = 0
        }
        return taken
    }

    // MARK: Filling

    /// Makes more output; false at the end, which is also where the source has no more, complete or not.
    private func fill(using frame: borrowing CallFrame) throws(HostError) -> Bool {
        guard available < ZlibModule.maximumLimit else { throw .plain("decompressed data is too long") }
        let before = output.count
        while !isAtEnd, output.count == before {
            if inputOffset >= input.count, !(try inflateHeldBack(growing: before)) {
                guard let chunk = try pull(using: frame), !chunk.isEmpty else {
                    isAtEnd = true
                    break
                }
                input = chunk
                inputOffset = 0
            }
            guard output.count == before, !isAtEnd else { break }
            let start = inputOffset
            try step()
            // Data that is neither used nor gives anything would be looked at for ever.
            if inputOffset == start, output.count == before { isAtEnd = true }
            if source?.kind == .peekableObject { try consume(inputOffset - start, using: frame) }
        }
        return output.count > before
    }

    /// Lets zlib give out what it holds back without further input; whether there was any.
    private func inflateHeldBack(growing before: Int) throws(HostError) -> Bool {
        try step()
        return output.count > before || isAtEnd
    }

    /// Decompresses once from the input at hand.
    private func step() throws(HostError) {
        let limit = 1 << 16
        switch inflater.step(input, from: &inputOffset, into: &output, limit: limit) {
        case .progress: break
        case .end: isAtEnd = true
        case .needsDictionary:
            guard let dictionary else { throw .plain("no inflate dictionary provided") }
            guard inflater.setDictionary(dictionary) else {
                throw .plain("call to inflateSetDictionnary failed")
            }
        case .failure(let code): throw .plain("failed to decompress [\(code)]")
        }
    }

    /// More compressed octets from the script; nothing at the end.
    private func pull(using frame: borrowing CallFrame) throws(HostError) -> [UInt8]? {
        guard let source else { return nil }
        let method: StaticString = source.kind == .peekableObject ? "peek" : "read"
        try source.call(method, results: 1, on: frame) { $0.push(Self.hint) }
        defer { frame.pop(1 + source.residue) }
        if frame.isNil(at: -1) { return nil }
        guard let octets = frame.convertedOctets(at: -1) else {
            throw .plain("deflate callback must return string or nil")
        }
        return octets
    }

    /// Takes what was used from an object that had only been peeked at, and forgets what was not.
    private func consume(_ count: Int, using frame: borrowing CallFrame) throws(HostError) {
        input = []
        inputOffset = 0
        guard let source, count > 0 else { return }
        try source.call("read", results: 0, on: frame) { $0.push(count) }
        frame.pop(source.residue)
    }
}
