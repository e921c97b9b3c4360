// SPDX-License-Identifier: Apache-2.0

internal import CCares
internal import Glibc
internal import SondeModel

/// A c-ares channel driven by an event loop.
///
/// Completions are never called from within the call that asks: c-ares may finish a question at once, or several from
/// within one of its own functions, so they are collected first and called afterwards from the loop.
@safe
final class DNSChannel {
    /// How a channel asks.
    struct Settings {
        var servers: [SocketAddress]
        var timeout: TimeSpan
        var attempts: Int
        var searchDomains: [String] = []
        var dotsForAbsolute = 1
        /// Whether answers that refuse are handed on instead of making c-ares ask the next server.
        var keepsRefusals = false
    }

    private let loop: EventLoop
    private let sockets: DNSSockets
    private let completions = DNSCompletions()
    private let pointer: OpaquePointer
    private var deadline: DeadlineID?
    private var isDelivering = false

    /// Makes a channel; nil if c-ares cannot (for want of memory).
    init?(loop: EventLoop, settings: Settings, traffic: DNSTraffic) {
        guard Self.isLibraryReady, let pointer = unsafe Self.makeChannel(settings) else { return nil }
        self.loop = loop
        unsafe self.pointer = unsafe pointer
        sockets = DNSSockets(loop: loop, traffic: traffic)
        unsafe sockets.attach(to: pointer)
        sockets.onReady = { [weak self] descriptor, readiness in self?.process(descriptor, readiness) }
        deadline = loop.makeDeadline { [weak self] in self?.processTimeouts() }
        let list = settings.servers.map { String(describing: $0) }.joined(separator: ",")
        guard unsafe ares_set_servers_ports_csv(pointer, list) == ARES_SUCCESS else { return nil }
    }

    deinit {
        sockets.onReady = nil
        if let deadline { loop.cancel(deadline) }
        // Ends every question with a status; the boxes free themselves, and nobody hears of it.
        unsafe ares_destroy(pointer)
    }

    // c-ares must be set up once per process before any channel.
    private static let isLibraryReady = ares_library_init(CInt(ARES_LIB_INIT_ALL)) == ARES_SUCCESS

    // MARK: Questions

    /// Asks for the records of one type.
    ///
    /// The completion gets c-ares' status and the whole answer, which is empty if there was none.
    func query(_ name: String, type: CInt, then: @escaping (CInt, [UInt8]) -> Void) {
        let box = unsafe completions.box { status, octets, _ in then(status, octets) }
        unsafe ares_query(
            pointer,
            name,
            CInt(ns_c_in.rawValue),
            type,
            { data, status, _, octets, count in
                let answer = unsafe UnsafeBufferPointer(start: octets, count: Int(max(count, 0)))
                unsafe DNSCompletions.finish(data, status, Array(answer), [])
            },
            box
        )
        afterCall()
    }

    /// Asks for a name's addresses of one family, in the search domains too.
    ///
    /// The completion gets c-ares' status and the addresses in the order of the answer.
    func addresses(of name: String, family: AddressFamily, then: @escaping (CInt, [IPAddress]) -> Void) {
        let box = unsafe completions.box { status, _, addresses in then(status, addresses) }
        var hints = ares_addrinfo_hints()
        // Sorting would open sockets to look at routes.
        hints.ai_flags = CInt(ARES_AI_NOSORT)
        hints.ai_family = family == .inet ? AF_INET : AF_INET6
        unsafe ares_getaddrinfo(
            pointer,
            name,
            nil,
            &hints,
            { data, status, _, result in
                let addresses = unsafe DNSChannel.addresses(in: result)
                unsafe ares_freeaddrinfo(result)
                unsafe DNSCompletions.finish(data, status, [], addresses)
            },
            box
        )
        afterCall()
    }

    private static func addresses(in result: UnsafeMutablePointer<ares_addrinfo>?) -> [IPAddress] {
        var addresses: [IPAddress] = []
        var next = unsafe result?.pointee.nodes
        while let node = unsafe next {
            if let address = unsafe RawAddress.address(node.pointee.ai_addr), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe next = unsafe node.pointee.ai_next
        }
        return addresses
    }

    // MARK: Driving

    /// Reads until the socket has nothing more, as far as is fair, since the loop tells each change once.
    private func process(_ descriptor: CInt, _ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) {
            for _ in 0..<16 {
                sockets.willRead(descriptor)
                unsafe ares_process_fd(pointer, descriptor, ARES_SOCKET_BAD)
                if sockets.isDrained(descriptor) { break }
            }
            if !sockets.isDrained(descriptor) { sockets.resume(descriptor, .readable) }
        }
        if readiness.contains(.writable) { unsafe ares_process_fd(pointer, ARES_SOCKET_BAD, descriptor) }
        afterCall()
    }

    private func processTimeouts() {
        unsafe ares_process_fd(pointer, ARES_SOCKET_BAD, ARES_SOCKET_BAD)
        afterCall()
    }

    /// Sets the deadline anew, pushes what waits to be written, and has finished questions told.
    private func afterCall() {
        pushWrites()
        setDeadline()
        guard !completions.isEmpty, !isDelivering else { return }
        isDelivering = true
        loop.soon { [weak self] in
            self?.isDelivering = false
            self?.completions.deliver()
        }
    }

    private func setDeadline() {
        guard let deadline else { return }
        // A `struct timeval`: seconds and microseconds.
        var room = (0, 0)
        let isSet = unsafe withUnsafeMutablePointer(to: &room) { start in
            unsafe start.withMemoryRebound(to: timeval.self, capacity: 1) {
                unsafe ares_timeout(pointer, nil, $0) != nil
            }
        }
        guard isSet else {
            loop.set(deadline, at: nil)
            return
        }
        // Rounded up by the millisecond that c-ares counts in, or it would be asked too early.
        let wait = TimeSpan.seconds(Double(room.0)) + .microseconds(room.1 &+ 1000)
        loop.set(deadline, at: loop.now + wait)
    }

    /// Tells c-ares that sockets with something to write may be written: only the first question over TCP meets the edge.
    private func pushWrites() {
        var list = [ares_socket_t](repeating: ARES_SOCKET_BAD, count: Int(ARES_GETSOCK_MAXNUM))
        let bits = unsafe ares_getsock(pointer, &list, CInt(list.count))
        for (index, descriptor) in list.enumerated() where bits >> CInt(index + list.count) & 1 != 0 {
            sockets.resumeWritingOnce(descriptor)
        }
    }
}

extension DNSChannel {
    private static func makeChannel(_ settings: Settings) -> OpaquePointer? {
        var options = unsafe ares_options()
        let refusals = settings.keepsRefusals ? CInt(ARES_FLAG_NOCHECKRESP) : 0
        unsafe options.flags = refusals
        unsafe options.timeout = CInt(clamping: max(settings.timeout.nanoseconds / 1_000_000, 1))
        unsafe options.tries = CInt(clamping: max(settings.attempts, 1))
        unsafe options.ndots = CInt(clamping: settings.dotsForAbsolute)
        // All settings come from us: no file of the system is read, the hosts file included.
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_DOMAINS
            | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF
        return unsafe withCStrings(["b", "/dev/null"] + settings.searchDomains) { texts in
            unsafe options.lookups = texts[0]
            unsafe options.resolvconf_path = texts[1]
            var domains = unsafe Array(texts[2...])
            var channel: OpaquePointer?
            // c-ares copies all texts before it returns.
            let status = unsafe domains.withUnsafeMutableBufferPointer { buffer in
                unsafe options.domains = buffer.baseAddress
                unsafe options.ndomains = CInt(buffer.count)
                return unsafe ares_init_options(&channel, &options, CInt(mask))
            }
            return unsafe status == ARES_SUCCESS ? channel : nil
        }
    }

    /// Calls a function with copies of texts that live as long as the call.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = unsafe texts.map { unsafe strdup($0) }
        defer {
            for index in unsafe copies.indices { unsafe free(copies[index]) }
        }
        return unsafe body(copies)
    }
}
