// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel

/// A capture that a script holds as a socket.
final class ScriptCapture {
    /// The packets.
    let reader: CaptureReader
    /// What makes a packet's key of it, in scripts of Nmap 5.00; nothing for present ones.
    let keyFunction: LuaReference?
    /// The key that a script of Nmap 5.00 waits for, and since when; nothing if it does not wait.
    var awaited: (key: [UInt8], deadline: Instant?)?

    init(_ reader: CaptureReader, keyFunction: LuaReference?) {
        self.reader = reader
        self.keyFunction = keyFunction
    }
}

/// Capturing packets (spec `nse-api`, section 9).
extension ScriptEngine {
    /// Adds the methods to the table of socket methods on top.
    func installCaptureMethods(_ frame: borrowing CallFrame) {
        add(frame, "pcap_open") { [self] (frame) throws(HostError) in try openCapture(frame) }
        add(frame, "pcap_receive") { [self] (frame) throws(HostError) in
            let capture = try captureArgument(frame)
            return capture.keyFunction == nil
                ? try receivePacket(frame, capture) : try receiveAwaited(frame, capture)
        }
        add(frame, "pcap_register") { [self] (frame) throws(HostError) in try awaitPacket(frame) }
        add(frame, "pcap_close") { [self] (frame) throws(HostError) in try close(frame) }
    }

    private func captureArgument(_ frame: borrowing CallFrame) throws(HostError) -> ScriptCapture {
        guard case .capture(let capture) = try socketArgument(frame).channel else {
            throw .message("not a pcap socket")
        }
        // Coroutines may take turns, but not receive at the same time.
        guard !capture.reader.isReceiving else { throw .message(Self.isOfAnother) }
        return capture
    }

    /// `socket:pcap_open(device, snaplen, promiscuous, filter)`; in Nmap 5.00 a number says whether it is promiscuous, and
    /// before the filter comes a function.
    private func openCapture(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        let device = try frame.text(at: 2)
        let snapLength = try frame.integer(at: 3)
        let isOld = frame.type(at: 4) == .number && frame.type(at: 5) == .function
        let isPromiscuous = isOld ? frame.convertedNumber(at: 4) != 0 : try frame.boolean(at: 4)
        let filter = try frame.text(at: isOld ? 6 : 5)
        guard !socket.isOpen else { throw .argument(1, "socket is already open") }
        guard !device.isEmpty else { throw .argument(2, "bad device name") }
        guard let current else { throw .message("a capture can only be opened by an active script") }
        var keyFunction: LuaReference?
        if isOld {
            frame.pushCopy(of: 5)
            keyFunction = LuaReference(popping: frame)
        }
        let request = CaptureRequest(
            device: device,
            snapLength: snapLength,
            isPromiscuous: isPromiscuous,
            filter: filter
        )
        do throws(CaptureError) {
            let reader = try CaptureReader(network, request)
            socket.open(.capture(ScriptCapture(reader, keyFunction: keyFunction)), for: current)
            return .nothing
        } catch {
            message(1, "\(error)")
            throw .message("can't open pcap reader on \(device)")
        }
    }

    /// `socket:pcap_receive()`.
    private func receivePacket(
        _ frame: borrowing CallFrame,
        _ capture: ScriptCapture
    ) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        let deadline = socket.deadline(network.loop.clockNow)
        return try wait(frame, on: socket) { then in
            capture.reader.receive(before: deadline, then: then)
        } deliver: { [unowned self] (result: Result<KeptPacket, StreamError>, frame) throws(HostError) in
            switch result {
            case .failure(let error): return eventFailure(frame, error)
            case .success(let kept):
                push(frame, kept)
                frame.push(kept.packet.seconds)
                return .results(5)
            }
        }
    }

    /// Pushes `true`, the length on the wire, the link's octets and the rest.
    private func push(_ frame: borrowing CallFrame, _ kept: KeptPacket) {
        frame.push(true)
        frame.push(kept.packet.wireLength)
        frame.push(kept.link)
        frame.push(kept.network)
    }

    // MARK: Scripts of Nmap 5.00

    /// `socket:pcap_register(key)`: says which packet the next `pcap_receive` is about.
    private func awaitPacket(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let socket = try socketArgument(frame)
        let key = try frame.string(at: 2)
        guard case .capture(let capture) = socket.channel, capture.keyFunction != nil else {
            throw .argument(1, "You can't register to nsock-pcap if it wasn't opened.")
        }
        guard capture.awaited == nil else {
            throw .argument(1, "You are already registered to this socket.")
        }
        capture.awaited = (key, socket.deadline(network.loop.clockNow))
        return .nothing
    }

    private func receiveAwaited(
        _ frame: borrowing CallFrame,
        _ capture: ScriptCapture
    ) throws(HostError) -> HostReturn {
        guard let (key, deadline) = capture.awaited, let function = capture.keyFunction else {
            throw .argument(1, "You can't receive from this socket before you have registered.")
        }
        return try wait(frame, on: try socketArgument(frame)) { then in
            capture.reader.receive(before: deadline, then: then)
        } deliver: { [unowned self] (result: Result<KeptPacket, StreamError>, frame) throws(HostError) in
            guard case .success(let kept) = result else {
                capture.awaited = nil
                frame.pushNil()
                frame.push("TIMEOUT")
                frame.setCount(frame.count + 2)
                return .results(4)
            }
            if !key.isEmpty, try !has(kept, key: key, function, frame) {
                return try receiveAwaited(frame, capture)
            }
            capture.awaited = nil
            push(frame, kept)
            return .results(4)
        }
    }

    /// Whether a script's function makes a key of a packet.
    private func has(
        _ kept: KeptPacket,
        key: [UInt8],
        _ function: LuaReference,
        _ frame: borrowing CallFrame
    ) throws(HostError) -> Bool {
        frame.push(function)
        frame.push(kept.packet.wireLength)
        frame.push(kept.link)
        frame.push(kept.network)
        guard frame.attempt(arguments: 3, results: 1) else { throw .top }
        defer { frame.pop() }
        return frame.convertedOctets(at: -1) == key
    }
}
