// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// The operation a test waited for never ended.
package struct NeverEnded: Error {
    /// Makes the error.
    package init() {}
}

extension EventLoop {
    /// Begins an operation and turns until it has ended.
    ///
    /// - Parameter begin: starts the operation with the completion it is given.
    /// - Returns: its result.
    /// - Throws: ``NeverEnded`` after many turns, or what a turn throws.
    package func result<Value>(
        of begin: (@escaping (Result<Value, StreamError>) -> Void) -> Attempt<Value>
    ) throws -> Result<Value, StreamError> {
        var ended: Result<Value, StreamError>?
        if case .done(let result) = begin({ ended = $0 }) { return result }
        try turn { ended != nil }
        guard let ended else { throw NeverEnded() }
        return ended
    }

    /// Begins an operation and turns until it has succeeded.
    package func value<Value>(
        of begin: (@escaping (Result<Value, StreamError>) -> Void) -> Attempt<Value>
    ) throws -> Value {
        try result(of: begin).get()
    }

    /// Turns until a condition holds, at most some thousand times.
    package func turn(until isDone: () -> Bool) throws {
        for _ in 0..<2000 {
            if isDone() { return }
            try turn(waitingUpTo: .milliseconds(5))
        }
        if !isDone() { throw NeverEnded() }
    }
}

/// Two streams that are connected to each other over loopback.
package struct StreamPair {
    /// The one that connected.
    package let client: TCPStream
    /// The one that was accepted.
    package let server: TCPStream

    /// Connects them.
    package init(_ network: Network) throws {
        let listener = try network.listen(on: .loopback())
        let loop = network.loop
        client = try loop.value { then in
            network.connect(to: listener.localAddress, before: nil, then: then)
        }
        server = try loop.value { then in listener.accept(before: nil, then: then) }
        listener.close()
    }
}

extension SocketAddress {
    /// A port on 127.0.0.1; 0 for any.
    package static func loopback(_ port: UInt16 = 0) -> SocketAddress {
        SocketAddress(IPAddress(family: .inet, value: 0x7F00_0001), port: port)
    }
}

extension TCPStream {
    /// Receives, turning the loop until there is a result.
    package func read(_ amount: ReceiveAmount = .some, before deadline: Instant? = nil) throws -> String {
        String(
            decoding: try loop.value { then in receive(amount, before: deadline, then: then) },
            as: UTF8.self
        )
    }

    /// Receives, turning the loop; the failure that comes instead of bytes.
    package func readFailure(
        _ amount: ReceiveAmount = .some,
        before deadline: Instant? = nil
    ) throws -> StreamError? {
        let result = try loop.result { then in receive(amount, before: deadline, then: then) }
        if case .failure(let error) = result { return error }
        return nil
    }

    /// Sends, turning the loop until all is gone.
    package func write(_ text: String) throws {
        try loop.value { then in send(Array(text.utf8), before: nil, then: then) }
    }
}
