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
            guard socket.isOpen else {
                return softFailure(frame, closedText(Self.notConnected, "receive through"))
            }
            if case .capture = socket.channel { throw .message(Self.isCapture) }
            let type = frame.type(at: 2)
            guard type == .function || type == .string else { throw .type(2, "function/string") }
            let reading = BufferedReading(
                socket: socket,
                isPattern: type == .string,
                keepsDelimiter: isOldScript ? frame.isTruthy(at: 3) : try frame.boolean(at: 3),
                isOld: isOldScript,
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
        /// Whether the script was written for Nmap 5.00: an empty match counts, what is left at the end is given once, and
        /// an error of the delimiter is a result.
        let isOld: Bool
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
        let place: (Int, Int)?
        do throws(HostError) {
            place = try match(frame, reading, buffer)
        } catch {
            guard reading.isOld, case .top = error else { throw error }
            let text = frame.convertedText(at: -1) ?? ""
            return softFailure(frame, "Error inside splitting-function: \(text)")
        }
        if let (left, right) = place {
            if reading.isOld, left == right + 1, (0...buffer.count).contains(right) {
                return split(frame, reading, buffer, keeping: right, upTo: right)
            }
            guard left <= right, right <= buffer.count, right >= 0 else {
                throw .message("invalid indices for match")
            }
            let kept = reading.keepsDelimiter ? right : min(max(left, 1) - 1, right)
            return split(frame, reading, buffer, keeping: kept, upTo: right)
        }
        return try receive(frame, reading.socket, .some) { [unowned self] (result, frame) throws(HostError) in
            switch result {
            case .failure(let error):
                guard reading.isOld, !buffer.isEmpty else { return eventFailure(frame, error) }
                return split(frame, reading, buffer, keeping: buffer.count, upTo: buffer.count)
            case .success(let octets): return try readOn(frame, reading, buffer + octets)
            }
        }
    }

    /// Hands out the first octets of the buffer, and lets the socket keep the rest.
    private func split(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading,
        _ buffer: [UInt8],
        keeping count: Int,
        upTo end: Int
    ) -> HostReturn {
        reading.socket.buffer = Array(buffer[end...])
        frame.push(true)
        frame.push(Array(buffer[..<count]))
        return .results(2)
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
