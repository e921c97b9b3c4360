// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// How a socket leaves this machine.
package struct ConnectOptions: Hashable, Sendable {
    /// Our own address and port (0 for any); `nil` leaves both to the system.
    package var source: SocketAddress?
    /// Time to live, or hop limit; `nil` for the system's.
    package var ttl: UInt8?
    /// The options of the IPv4 header, as they go on the wire; none if empty.
    package var ipOptions: [UInt8]
    /// The network interface to use; `nil` leaves it to the routes.
    package var interface: String?

    /// Makes options.
    package init(
        source: SocketAddress? = nil,
        ttl: UInt8? = nil,
        ipOptions: [UInt8] = [],
        interface: String? = nil
    ) {
        self.source = source
        self.ttl = ttl
        self.ipOptions = ipOptions
        self.interface = interface
    }

    /// Ties a socket to the interface; where that is not permitted, the routes decide.
    private func use(_ interface: String, _ number: CInt, _ syscalls: Syscalls) throws(SystemError) {
        do throws(SystemError) {
            try syscalls.setInterface(number, interface)
        } catch  where error.number == EPERM {
            return
        }
    }

    /// Applies them to a socket that is not bound yet.
    func apply(to number: CInt, _ family: AddressFamily, _ syscalls: Syscalls) throws(SystemError) {
        if let interface { try use(interface, number, syscalls) }
        if let ttl { try syscalls.setHopLimit(number, family, ttl) }
        if !ipOptions.isEmpty, family == .inet { try syscalls.setIPOptions(number, ipOptions) }
        if let source, source.address.family == family {
            try syscalls.setReuseAddress(number)
            try syscalls.bind(number, to: source)
        }
    }
}
