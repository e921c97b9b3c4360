// SPDX-License-Identifier: Apache-2.0

internal import CCares
internal import Glibc
internal import SondeModel

/// The sockets of one c-ares channel: opened at its wish, watched by the loop, counted by the gate.
final class DNSSockets {
    /// Called when a socket may be read or written.
    var onReady: ((CInt, Readiness) -> Void)?

    private let loop: EventLoop
    private let traffic: DNSTraffic
    private var sockets: [CInt: DNSSocket] = [:]

    init(loop: EventLoop, traffic: DNSTraffic) {
        self.loop = loop
        self.traffic = traffic
    }

    /// Whether a read has found nothing since this socket was last asked to be read.
    func isDrained(_ descriptor: CInt) -> Bool { sockets[descriptor]?.isDrained ?? true }

    /// Notes that a socket is about to be read.
    func willRead(_ descriptor: CInt) { sockets[descriptor]?.isDrained = false }

    /// Tells a socket's readiness again in the next turn.
    func resume(_ descriptor: CInt, _ readiness: Readiness) {
        loop.soon { [weak self] in
            guard let self, sockets[descriptor] != nil else { return }
            onReady?(descriptor, readiness)
        }
    }

    /// Tells a socket in the next turn that it may be written, unless that is under way already.
    func resumeWritingOnce(_ descriptor: CInt) {
        guard let socket = sockets[descriptor], !socket.willWrite else { return }
        socket.willWrite = true
        loop.soon { [weak self, weak socket] in
            guard let self, let socket, sockets[descriptor] === socket else { return }
            onReady?(descriptor, .writable)
            socket.willWrite = false
        }
    }

    fileprivate func open(_ family: CInt, _ kind: CInt, _ number: CInt) -> CInt {
        // The same bits as `SOCK_NONBLOCK` and `SOCK_CLOEXEC`.
        let flags = O_NONBLOCK | O_CLOEXEC
        let descriptor = socket(family, kind | flags, number)
        if descriptor >= 0 { sockets[descriptor] = DNSSocket() }
        return descriptor
    }

    /// Connects an admitted socket and has it watched; a refusal looks like a closed port to c-ares.
    fileprivate func connect(_ descriptor: CInt, _ raw: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt
    {
        guard let socket = sockets[descriptor], let address = unsafe address(raw), traffic.admit(address)
        else {
            errno = EACCES
            return -1
        }
        socket.address = address
        let result = unsafe Glibc.connect(descriptor, raw, length)
        let number = errno
        socket.onReady = { [weak self] in self?.onReady?(descriptor, $0) }
        do {
            socket.registration = try loop.register(descriptor, socket)
        } catch {
            errno = error.number
            return -1
        }
        errno = number
        return result
    }

    fileprivate func close(_ descriptor: CInt) -> CInt {
        guard let socket = sockets.removeValue(forKey: descriptor) else { return 0 }
        if let registration = socket.registration { loop.deregister(registration) }
        let result = Glibc.close(descriptor)
        if let address = socket.address { traffic.closed(address) }
        return result
    }

    fileprivate func noteReceived(_ descriptor: CInt, _ count: Int) {
        guard let socket = sockets[descriptor] else { return }
        if count <= 0 { socket.isDrained = true }
        if count > 0, let address = socket.address { traffic.received(address, count) }
    }

    fileprivate func noteSent(_ descriptor: CInt, _ count: Int) {
        if count > 0, let address = sockets[descriptor]?.address { traffic.sent(address, count) }
    }

    private func address(_ raw: UnsafePointer<sockaddr>) -> SocketAddress? {
        guard let address = unsafe RawAddress.address(raw) else { return nil }
        // Both families have the port in the two octets after the family.
        let port = unsafe UnsafeRawPointer(raw).load(fromByteOffset: 2, as: UInt16.self)
        return SocketAddress(address, port: UInt16(bigEndian: port))
    }
}

/// One socket of a channel.
private final class DNSSocket: ReadinessHandler {
    var address: SocketAddress?
    var registration: Registration?
    var isDrained = false
    var willWrite = false
    var onReady: ((Readiness) -> Void)?

    func ready(_ readiness: Readiness) { onReady?(readiness) }
}

extension DNSSockets {
    /// Makes a channel use these sockets, which must outlive it.
    func attach(to channel: OpaquePointer) {
        unsafe ares_set_socket_functions(channel, Self.functions, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The table of functions, to which every channel keeps a pointer.
    // Safe because it is filled once, before it is first read, and neither changed nor freed afterwards.
    private nonisolated(unsafe) static let functions: UnsafePointer<ares_socket_functions> = {
        let table = UnsafeMutablePointer<ares_socket_functions>.allocate(capacity: 1)
        unsafe table.initialize(to: makeFunctions())
        return unsafe UnsafePointer(table)
    }()

    private static func makeFunctions() -> ares_socket_functions {
        unsafe ares_socket_functions(
            asocket: { unsafe DNSSockets.from($3)?.open($0, $1, $2) ?? -1 },
            aclose: { unsafe DNSSockets.from($1)?.close($0) ?? 0 },
            aconnect: { descriptor, address, length, data in
                guard let address = unsafe address else { return -1 }
                return unsafe DNSSockets.from(data)?.connect(descriptor, address, length) ?? -1
            },
            arecvfrom: { descriptor, buffer, count, flags, source, length, data in
                let result = unsafe recvfrom(descriptor, buffer, count, flags, source, length)
                let number = errno
                unsafe DNSSockets.from(data)?.noteReceived(descriptor, result)
                errno = number
                return result
            },
            asendv: { descriptor, parts, count, data in
                let result = unsafe DNSSockets.send(descriptor, parts, count)
                let number = errno
                unsafe DNSSockets.from(data)?.noteSent(descriptor, result)
                errno = number
                return result
            }
        )
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> DNSSockets? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<DNSSockets>.fromOpaque(data).takeUnretainedValue()
    }

    /// Sends the first part, without a signal if the peer is gone.
    ///
    /// A datagram has only one; of a stream, c-ares sends the rest later.
    private static func send(_ descriptor: CInt, _ parts: UnsafePointer<iovec>?, _ count: CInt) -> Int {
        guard count > 0, let parts = unsafe UnsafeRawPointer(parts) else { return 0 }
        // A `struct iovec`: where, and how many octets.
        let start = unsafe parts.load(as: UnsafeRawPointer?.self)
        let length = unsafe parts.load(fromByteOffset: MemoryLayout<Int>.size, as: Int.self)
        return unsafe Glibc.send(descriptor, start, length, CInt(MSG_NOSIGNAL))
    }
}
