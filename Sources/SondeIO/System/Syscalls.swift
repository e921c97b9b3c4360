// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
internal import SondeModel

/// Every system call of this target.
///
/// An interrupted call (`EINTR`) is repeated. A call that would block gives `nil`; any other failure is thrown. Tests
/// make calls fail with ``force(_:)``; while nothing is forced that costs one predictable branch.
/// Confined to the thread of its loop, like everything that uses it.
package final class Syscalls {
    private var plan = FailurePlan()
    private(set) var isForcing = false

    /// Makes the system calls of one world.
    package init() {}

    /// Makes a later call fail.
    package func force(_ failure: ForcedFailure) {
        plan.add(failure)
        isForcing = true
    }

    /// Forgets the forced failures that have not happened.
    package func stopForcing() {
        plan.removeAll()
        isForcing = false
    }

    /// How many forced failures have happened.
    package var forcedCount: Int { plan.firedCount }

    /// Fails if a test wants a call to fail that a library makes for us.
    func mayCall(_ call: String) throws(SystemError) {
        if isForcing, let number = forcedNumber(call) { throw SystemError(number: number, call: call) }
    }

    @inline(never)
    func forcedNumber(_ call: String) -> Int32? {
        let number = plan.number(for: call)
        isForcing = !plan.isEmpty
        return number
    }

    /// Makes one call: the result, `nil` if it would block, or an error.
    @inline(__always)
    func attempt(_ call: String, _ body: () -> Int) throws(SystemError) -> Int? {
        if isForcing, let number = forcedNumber(call) {
            if number == EAGAIN { return nil }
            throw SystemError(number: number, call: call)
        }
        while true {
            let result = body()
            if result >= 0 { return result }
            let number = errno
            if number == EINTR { continue }
            if number == EAGAIN { return nil }
            throw SystemError(number: number, call: call)
        }
    }

    /// Makes one call that never blocks.
    @inline(__always)
    @discardableResult
    func demand(_ call: String, _ body: () -> CInt) throws(SystemError) -> CInt {
        guard let result = try attempt(call, { Int(body()) }) else {
            throw SystemError(number: EAGAIN, call: call)
        }
        return CInt(truncatingIfNeeded: result)
    }
}

// MARK: - Sockets

extension Syscalls {
    /// Closes a descriptor.
    ///
    /// Never fails: whatever the system says, the number is free afterwards.
    static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

    /// Opens a non-blocking socket that is not inherited.
    func socket(_ family: AddressFamily, isStream: Bool) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try demand("socket") { sonde_socket(family.digit, isStream) })
    }

    /// Starts to connect: whether the connection stands already.
    func connect(_ descriptor: CInt, to address: SocketAddress) throws(SystemError) -> Bool {
        var raw = address.raw
        do {
            // Safe because the address outlives the call.
            return try attempt("connect") { unsafe Int(sonde_connect(descriptor, &raw)) } != nil
        } catch  where error.number == EINPROGRESS || error.number == EALREADY {
            return false
        } catch  where error.number == EISCONN {
            return true
        }
    }

    /// Gives a socket its own address.
    func bind(_ descriptor: CInt, to address: SocketAddress) throws(SystemError) {
        var raw = address.raw
        try demand("bind") { unsafe sonde_bind(descriptor, &raw) }
    }

    /// Makes a socket wait for connections.
    func listen(_ descriptor: CInt, backlog: CInt) throws(SystemError) {
        try demand("listen") { Glibc.listen(descriptor, backlog) }
    }

    /// Takes one waiting connection; `nil` if there is none.
    func accept(_ descriptor: CInt) throws(SystemError) -> OwnedDescriptor? {
        guard let number = try attempt("accept4", { Int(sonde_accept(descriptor)) }) else { return nil }
        return OwnedDescriptor(CInt(truncatingIfNeeded: number))
    }

    /// The socket's own address; `nil` if it is of no family we know.
    func localAddress(_ descriptor: CInt) throws(SystemError) -> SocketAddress? {
        var raw = sonde_address()
        try demand("getsockname") { unsafe sonde_local_address(descriptor, &raw) }
        return SocketAddress(raw)
    }

    /// The peer's address; `nil` if it is of no family we know.
    func remoteAddress(_ descriptor: CInt) throws(SystemError) -> SocketAddress? {
        var raw = sonde_address()
        try demand("getpeername") { unsafe sonde_remote_address(descriptor, &raw) }
        return SocketAddress(raw)
    }

    /// The error that waits in a socket, which is thereby cleared; 0 if none.
    func pendingError(_ descriptor: CInt) throws(SystemError) -> Int32 {
        var number: CInt = 0
        try demand("getsockopt") { unsafe sonde_pending_error(descriptor, &number) }
        return number
    }
}

// MARK: - Moving bytes

extension Syscalls {
    /// Reads what has arrived: the number of bytes, 0 at the end of the stream, `nil` if nothing is there yet.
    func receive(_ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        // Safe because the caller keeps the buffer alive during the call.
        try attempt("recv") { unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// Reads one datagram and who sent it; `nil` if none is there.
    func receiveFrom(
        _ descriptor: CInt,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> (count: Int, source: SocketAddress?)? {
        var raw = sonde_address()
        let count = try attempt("recvfrom") {
            unsafe sonde_receive_from(descriptor, buffer.baseAddress, buffer.count, &raw)
        }
        return count.map { ($0, SocketAddress(raw)) }
    }

    /// Hands bytes to the system: how many it took, `nil` if it has no room.
    func send(_ descriptor: CInt, from bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        try attempt("send") { unsafe sonde_send(descriptor, bytes.baseAddress, bytes.count) }
    }

    /// Sends one datagram to an address; `nil` if there is no room.
    func sendTo(
        _ descriptor: CInt,
        from bytes: UnsafeRawBufferPointer,
        to address: SocketAddress
    ) throws(SystemError) -> Int? {
        var raw = address.raw
        return try attempt("sendto") {
            unsafe sonde_send_to(descriptor, bytes.baseAddress, bytes.count, &raw)
        }
    }
}

// MARK: - Whole packets

extension Syscalls {
    /// Opens a socket for whole IP packets.
    func rawSocket(_ family: AddressFamily) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try demand("raw socket") { sonde_raw_socket(family.digit) })
    }

    /// Opens a socket for whole frames on an interface.
    func packetSocket(interfaceIndex: UInt32) throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try demand("packet socket") { sonde_packet_socket(interfaceIndex) })
    }

    /// Sends packets in order: how many went, `nil` if there is no room for the first.
    func sendPackets(
        _ descriptor: CInt,
        from bytes: UnsafeRawBufferPointer,
        _ packets: UnsafeBufferPointer<sonde_packet>
    ) throws(SystemError) -> Int? {
        // Safe because the caller's packets lie within the bytes, and both outlive the call.
        try attempt("sendmmsg") {
            unsafe Int(sonde_send_packets(descriptor, bytes.baseAddress, packets.baseAddress, packets.count))
        }
    }
}

// MARK: - Socket options

extension Syscalls {
    /// Lets a socket bind to an address that a closed connection still holds.
    func setReuseAddress(_ descriptor: CInt) throws(SystemError) {
        try demand("setsockopt") { sonde_set_reuse_address(descriptor) }
    }

    /// Lets a datagram socket send to broadcast addresses.
    func setBroadcast(_ descriptor: CInt) throws(SystemError) {
        try demand("setsockopt") { sonde_set_broadcast(descriptor) }
    }

    /// Sets the time to live, or hop limit.
    func setHopLimit(_ descriptor: CInt, _ family: AddressFamily, _ hops: UInt8) throws(SystemError) {
        try demand("setsockopt") { sonde_set_hop_limit(descriptor, family.digit, CInt(hops)) }
    }

    /// Sets the options that IPv4 headers carry.
    func setIPOptions(_ descriptor: CInt, _ options: [UInt8]) throws(SystemError) {
        try demand("setsockopt") { unsafe sonde_set_ip_options(descriptor, options, options.count) }
    }

    /// Ties a socket to a network interface.
    func setInterface(_ descriptor: CInt, _ name: String) throws(SystemError) {
        try demand("setsockopt") { unsafe sonde_set_interface(descriptor, name, name.utf8.count) }
    }

    /// Lets a socket wait in ``connect(_:to:)`` for some microseconds at most, or (0) not at all, as new sockets do.
    func setConnectPatience(_ descriptor: CInt, microseconds: Int) throws(SystemError) {
        try demand("fcntl") { sonde_set_connect_patience(descriptor, microseconds) }
    }

    /// Makes closing a connection send a reset instead of an orderly end.
    func setResetOnClose(_ descriptor: CInt) throws(SystemError) {
        try demand("setsockopt") { sonde_set_reset_on_close(descriptor) }
    }
}

// MARK: - Waiting

extension Syscalls {
    /// Opens a poller.
    func makePoller() throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try demand("epoll_create1") { sonde_poller_make() })
    }

    /// Watches a descriptor for every kind of change, told once per change.
    func addToPoller(_ poller: CInt, _ descriptor: CInt, data: UInt64) throws(SystemError) {
        try demand("epoll_ctl") { sonde_poller_add(poller, descriptor, data) }
    }

    /// Stops watching; says nothing if the descriptor is already closed.
    func removeFromPoller(_ poller: CInt, _ descriptor: CInt) { _ = sonde_poller_remove(poller, descriptor) }

    /// Waits for events: their number; 0 after the time, or after a signal.
    func waitForEvents(
        _ poller: CInt,
        into events: UnsafeMutableBufferPointer<epoll_event>,
        milliseconds: CInt
    ) throws(SystemError) -> Int {
        // A signal ends the wait: whoever handles it may want the loop to notice something.
        if isForcing, let number = forcedNumber("epoll_wait") {
            throw SystemError(number: number, call: "epoll_wait")
        }
        let capacity = CInt(truncatingIfNeeded: events.count)
        let count = unsafe epoll_wait(poller, events.baseAddress, capacity, milliseconds)
        if count >= 0 { return Int(count) }
        if errno == EINTR { return 0 }
        throw SystemError(number: errno, call: "epoll_wait")
    }

    /// Opens the descriptor through which other threads wake a loop.
    func makeWakeup() throws(SystemError) -> OwnedDescriptor {
        OwnedDescriptor(try demand("eventfd") { sonde_wakeup_make() })
    }

    /// Wakes a loop; the one call that other threads make.
    static func signalWakeup(_ descriptor: CInt) { _ = sonde_wakeup_signal(descriptor) }

    /// Raises the limit of open descriptors as far as allowed, and tells it.
    func raiseDescriptorLimit() throws(SystemError) -> Int {
        var limit: UInt64 = 0
        try demand("getrlimit") { unsafe sonde_raise_descriptor_limit(&limit) }
        return Int(clamping: limit)
    }

    /// Makes writing to a connection the peer has closed an error instead of a signal that ends the process.
    static func ignoreBrokenPipe() { sonde_ignore_broken_pipe() }
}
