// SPDX-License-Identifier: Apache-2.0

/// Who is asked before a socket to a DNS server is opened, and told what passes it.
package struct DNSTraffic {
    /// Whether a server may be talked to; asked once per socket.
    package var admit: (SocketAddress) -> Bool
    /// A socket that was admitted is closed.
    package var closed: (SocketAddress) -> Void
    /// So many octets were handed to the system.
    package var sent: (SocketAddress, Int) -> Void
    /// So many octets have come.
    package var received: (SocketAddress, Int) -> Void

    /// Makes one; what is not given allows everything and notes nothing.
    package init(
        admit: @escaping (SocketAddress) -> Bool = { _ in true },
        closed: @escaping (SocketAddress) -> Void = { _ in },
        sent: @escaping (SocketAddress, Int) -> Void = { _, _ in },
        received: @escaping (SocketAddress, Int) -> Void = { _, _ in }
    ) {
        self.admit = admit
        self.closed = closed
        self.sent = sent
        self.received = received
    }
}

extension DNSTraffic {
    /// Traffic that passes a gate: its scope decides, and it counts sockets and octets.
    package init(gate: Gate) {
        self.init(
            admit: { address in
                guard gate.permits(address) else { return false }
                gate.enterWithoutWaiting()
                return true
            },
            closed: { _ in gate.leave() },
            sent: { _, count in gate.sent(count) },
            received: { _, count in gate.received(count) }
        )
    }
}
