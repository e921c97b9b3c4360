// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeIO
import Testing

/// A client and a server session over two connected sockets in this process.
final class TLSPair {
    let client: TLSSession
    let server: TLSSession
    private var clientSocket: CInt
    private var serverSocket: CInt

    init(
        server context: TLSServerContext,
        serverName: String? = nil,
        client: TLSContext? = nil
    ) throws {
        var sockets: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        try #require(unsafe socketpair(AF_UNIX, kind, 0, &sockets) == 0)
        (clientSocket, serverSocket) = (sockets[0], sockets[1])
        let clientContext = try client ?? TLSContext()
        self.client = try TLSSession(
            context: clientContext,
            descriptor: sockets[0],
            serverName: serverName
        )
        server = try context.makeSession(descriptor: sockets[1])
    }

    deinit {
        close(clientSocket)
        close(serverSocket)
    }

    /// Lets both sides take turns until they are done or one has failed; bounded.
    func shakeHands() -> (client: TLSStep, server: TLSStep) {
        var steps = (client: TLSStep.wantsWrite, server: TLSStep.wantsRead)
        for _ in 0..<50 {
            if !steps.client.isFinal { steps.client = client.handshake() }
            if !steps.server.isFinal { steps.server = server.handshake() }
            if steps.client.isFinal, steps.server.isFinal { break }
        }
        return steps
    }

    /// Closes the client's socket without a word of TLS.
    func dropClient() {
        Glibc.shutdown(clientSocket, CInt(SHUT_RDWR))
    }

    /// Writes raw octets as if the client had sent them.
    func sendRawFromClient(_ octets: [UInt8]) {
        _ = unsafe Glibc.write(clientSocket, octets, octets.count)
    }

    /// Writes raw octets as if the server had sent them.
    func sendRawFromServer(_ octets: [UInt8]) {
        _ = unsafe Glibc.write(serverSocket, octets, octets.count)
    }
}

extension TLSStep {
    var isFinal: Bool {
        switch self {
        case .done, .failed: true
        case .wantsRead, .wantsWrite: false
        }
    }

    var isFailed: Bool {
        if case .failed = self { true } else { false }
    }
}

extension TLSSession {
    func write(_ octets: [UInt8]) -> TLSTransfer { unsafe octets.withUnsafeBytes { unsafe write($0) } }

    /// Reads once: what came, and the octets.
    func readOnce(room: Int = 8192) -> (result: TLSTransfer, octets: [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: room)
        let result = unsafe buffer.withUnsafeMutableBytes { unsafe read(into: $0) }
        guard case .count(let count) = result else { return (result, []) }
        return (result, Array(buffer.prefix(count)))
    }
}
