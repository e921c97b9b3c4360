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
                plainDelimiter: type == .string ? Self.plain(try frame.string(at: 2)) : nil,
                keepsDelimiter: isOldScript ? frame.isTruthy(at: 3) : try frame.boolean(at: 3),
                isOld: isOldScript,
                find: find
            )
            return try readOn(frame, reading)
        }
    }

    /// A pattern that is nothing but the octets to look for; nothing for others.
    private static func plain(_ pattern: [UInt8]) -> [UInt8]? {
        let special = Array("^$*+?.([%-".utf8)
        return pattern.isEmpty || pattern.contains { special.contains($0) } ? nil : pattern
    }

    /// One call of `receive_buf`; the delimiter stays at place 2 of the caller's stack.
    private final class BufferedReading {
        let socket: NmapSocket
        let isPattern: Bool
        let plainDelimiter: [UInt8]?
        let keepsDelimiter: Bool
        /// Whether the script was written for Nmap 5.00: an empty match counts, what is left at the end is given once, and
        /// an error of the delimiter is a result.
        let isOld: Bool
        let find: LuaReference
        /// What was read so far.
        var buffer: [UInt8]
        /// How much of it holds no plain delimiter.
        private var searched = 0

        init(
            socket: NmapSocket,
            isPattern: Bool,
            plainDelimiter: [UInt8]?,
            keepsDelimiter: Bool,
            isOld: Bool,
            find: LuaReference
        ) {
            self.socket = socket
            self.isPattern = isPattern
            self.plainDelimiter = plainDelimiter
            self.keepsDelimiter = keepsDelimiter
            self.isOld = isOld
            self.find = find
            buffer = socket.buffer
        }

        /// The first and last place of plain octets, counted from 1; nothing if they are not there yet.
        func place(of delimiter: [UInt8]) -> (Int, Int)? {
            var start = searched
            while start + delimiter.count <= buffer.count {
                guard let found = buffer[start...].firstIndex(of: delimiter[0]) else { break }
                if buffer[found...].starts(with: delimiter) { return (found + 1, found + delimiter.count) }
                start = found + 1
            }
            searched = max(0, buffer.count - delimiter.count + 1)
            return nil
        }
    }

    /// Looks for the delimiter, and reads more as long as it is not there.
    ///
    /// The buffer of the socket is replaced only when a match was found: what a failed call read is lost, as scripts
    /// know it.
    private func readOn(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading
    ) throws(HostError) -> HostReturn {
        let place: (Int, Int)?
        do throws(HostError) {
            place = try match(frame, reading)
        } catch {
            guard reading.isOld, case .top = error else { throw error }
            let text = frame.convertedText(at: -1) ?? ""
            return softFailure(frame, "Error inside splitting-function: \(text)")
        }
        if let (left, right) = place {
            if reading.isOld, left == right + 1, (0...reading.buffer.count).contains(right) {
                return split(frame, reading, keeping: right, upTo: right)
            }
            guard left <= right, right <= reading.buffer.count, right >= 0 else {
                throw .message("invalid indices for match")
            }
            let kept = reading.keepsDelimiter ? right : min(max(left, 1) - 1, right)
            return split(frame, reading, keeping: kept, upTo: right)
        }
        // What is collected here is the script's memory too: the octets, their copies, and the string they become.
        if let current, let limit = settings.limits.memory, reading.buffer.count > limit / 4 {
            current.doom = .usedMemory
            lua.tickSoon()
            throw .message("not enough memory")
        }
        return try receive(frame, reading.socket, .some) { [unowned self] (result, frame) throws(HostError) in
            switch result {
            case .failure(let error):
                let count = reading.buffer.count
                guard reading.isOld, count > 0 else { return eventFailure(frame, error) }
                return split(frame, reading, keeping: count, upTo: count)
            case .success(let octets):
                reading.buffer += octets
                return try readOn(frame, reading)
            }
        }
    }

    /// Hands out the first octets of the buffer, and lets the socket keep the rest.
    private func split(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading,
        keeping count: Int,
        upTo end: Int
    ) -> HostReturn {
        reading.socket.buffer = Array(reading.buffer[end...])
        frame.push(true)
        frame.push(Array(reading.buffer[..<count]))
        return .results(2)
    }

    /// The first and last place of the delimiter, counted from 1; nothing if it is not there yet.
    private func match(
        _ frame: borrowing CallFrame,
        _ reading: BufferedReading
    ) throws(HostError) -> (Int, Int)? {
        if let delimiter = reading.plainDelimiter { return reading.place(of: delimiter) }
        if reading.isPattern {
            frame.push(reading.find)
            frame.push(reading.buffer)
            frame.pushCopy(of: 2)
        } else {
            frame.pushCopy(of: 2)
            frame.push(reading.buffer)
        }
        // An error of the delimiter is the script's own.
        guard frame.attempt(arguments: reading.isPattern ? 2 : 1, results: 2) else { throw .top }
        defer { frame.pop(2) }
        guard frame.convertedNumber(at: -2) != nil, frame.convertedNumber(at: -1) != nil else { return nil }
        return (frame.convertedInteger(at: -2) ?? 0, frame.convertedInteger(at: -1) ?? 0)
    }
}
