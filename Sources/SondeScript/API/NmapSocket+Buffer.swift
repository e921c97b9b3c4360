// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// Reading up to a delimiter (spec `nse-api`, section 7.3).
extension ScriptEngine {
    func installBufferedReading(_ frame: borrowing CallFrame) {
        var find: LuaReference?
        frame.pushGlobals()
        frame.pushField("string", of: -1)
        frame.pushField("find", of: -1)
        find = LuaReference(popping: frame)
        frame.pop(2)
        guard let find else { return }
        add(frame, "receive_buf") { [self] (frame) throws(HostError) in
            let socket = try socketArgument(frame)
            try openDatagramsIfFresh(socket)
            guard socket.isOpen else { return softFailure(frame, Self.notConnected) }
            if case .capture = socket.channel { throw .message(Self.isCapture) }
            let type = frame.type(at: 2)
            guard type == .function || type == .string else { throw .type(2, "function/string") }
            let reading = BufferedReading(
                socket: socket,
                isPattern: type == .string,
                keepsDelimiter: try frame.boolean(at: 3),
                find: find
            )
            return try readOn(frame, reading, socket.buffer)
        }
    }

    /// One call of `receive_buf`; the delimiter stays at place 2 of the caller's stack.
    private struct BufferedReading {
        let socket: NmapSocket
        let isPattern: Bool
        let keepsDelimiter: Bool
        let find: LuaReference
    }

    /// Looks for the delimiter, and reads more as long as it is not there.
    ///
    /// The buffer of the socket is replaced only when a match was found: what a failed call read is lost, as scripts
    /// know it.
    private func readOn(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading,
        _ buffer: [UInt8]
    ) throws(HostError) -> HostReturn {
        if let (left, right) = try match(frame, reading, buffer) {
            guard left <= right, right <= buffer.count, right >= 0 else {
                throw .message("invalid indices for match")
            }
            reading.socket.buffer = Array(buffer[right...])
            frame.push(true)
            frame.push(Array(buffer[..<(reading.keepsDelimiter ? right : min(max(left, 1) - 1, right))]))
            return .results(2)
        }
        return try receive(frame, reading.socket, .some) { [unowned self] (result, frame) throws(HostError) in
            switch result {
            case .failure(let error): return eventFailure(frame, error)
            case .success(let octets): return try readOn(frame, reading, buffer + octets)
            }
        }
    }

    /// The first and last place of the delimiter, counted from 1; nothing if it is not there yet.
    private func match(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading,
        _ buffer: [UInt8]
    ) throws(HostError) -> (Int, Int)? {
        if reading.isPattern {
            frame.push(reading.find)
            frame.push(buffer)
            frame.pushCopy(of: 2)
        } else {
            frame.pushCopy(of: 2)
            frame.push(buffer)
        }
        // An error of the delimiter is the script's own.
        guard frame.attempt(arguments: reading.isPattern ? 2 : 1, results: 2) else { throw .top }
        defer { frame.pop(2) }
        guard frame.convertedNumber(at: -2) != nil, frame.convertedNumber(at: -1) != nil else { return nil }
        return (frame.convertedInteger(at: -2) ?? 0, frame.convertedInteger(at: -1) ?? 0)
    }
}
