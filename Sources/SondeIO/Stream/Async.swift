// SPDX-License-Identifier: Apache-2.0

package import SondeModel

// Linear forms of the operations, for code that runs in tasks on the loop. What is cancelled with its task fails with
// `StreamError.cancelled`.

extension Network {
    /// Connects, and shakes hands if TLS is wanted.
    package func connect(
        to address: SocketAddress,
        options: ConnectOptions = ConnectOptions(),
        tls: TLSSettings? = nil,
        before deadline: Instant?
    ) async throws(StreamError) -> TCPStream {
        try await loop.complete { then in
            connect(to: address, options: options, tls: tls, before: deadline, then: then)
        }
    }
}

extension TCPStream {
    /// Sends bytes.
    package func send(_ bytes: [UInt8], before deadline: Instant?) async throws(StreamError) {
        try await loop.complete { then in send(bytes, before: deadline, then: then) }
    }

    /// Receives bytes.
    package func receive(
        _ amount: ReceiveAmount = .some,
        before deadline: Instant?
    ) async throws(StreamError) -> [UInt8] {
        try await loop.complete { then in receive(amount, before: deadline, then: then) }
    }

    /// Changes the connection to TLS.
    package func startTLS(_ settings: TLSSettings, before deadline: Instant?) async throws(StreamError) {
        try await loop.complete { then in startTLS(settings, before: deadline, then: then) }
    }
}

extension UDPSocket {
    /// Sends one datagram to the peer.
    package func send(_ bytes: [UInt8], before deadline: Instant?) async throws(StreamError) {
        try await loop.complete { then in send(bytes, before: deadline, then: then) }
    }

    /// Sends one datagram to an address.
    package func send(
        _ bytes: [UInt8],
        to address: SocketAddress,
        before deadline: Instant?
    ) async throws(StreamError) {
        try await loop.complete { then in send(bytes, to: address, before: deadline, then: then) }
    }

    /// Receives one datagram.
    package func receive(before deadline: Instant?) async throws(StreamError) -> Datagram {
        try await loop.complete { then in receive(before: deadline, then: then) }
    }
}

extension Listener {
    /// Takes the next connection.
    package func accept(before deadline: Instant?) async throws(StreamError) -> TCPStream {
        try await loop.complete { then in accept(before: deadline, then: then) }
    }
}
