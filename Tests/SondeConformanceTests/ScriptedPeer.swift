// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import Testing

/// A server on the loopback that does what its clients tell it.
///
/// A client sends one line of words: octets as hexadecimal digits are sent back; `echo` sends back whatever comes from then
/// on, `close` ends the connection, `stay` keeps it open.
final class ScriptedPeer {
    let port: UInt16
    private let listener: Listener
    private var streams: [TCPStream] = []

    init(_ network: Network) throws {
        let address = try #require(IPAddress("127.0.0.1"))
        listener = try network.listen(on: SocketAddress(address, port: 0))
        port = listener.localAddress.port
        acceptNext()
    }

    func close() {
        for stream in streams { stream.close() }
        listener.close()
    }

    private func acceptNext() {
        let attempt = listener.accept(before: nil) { [weak self] result in self?.accepted(result) }
        if case .done(let result) = attempt { accepted(result) }
    }

    private func accepted(_ result: Result<TCPStream, StreamError>) {
        guard case .success(let stream) = result else { return }
        streams.append(stream)
        readOrders(stream)
        acceptNext()
    }

    private func readOrders(_ stream: TCPStream) {
        let attempt = stream.receive(.lines(1), before: nil) { [weak self] in self?.obey(stream, $0) }
        if case .done(let result) = attempt { obey(stream, result) }
    }

    private func obey(_ stream: TCPStream, _ result: Result<[UInt8], StreamError>) {
        guard case .success(let octets) = result else { return }
        let words = String(decoding: octets, as: UTF8.self).split { $0 == " " || $0 == "\n" }
        var answer: [UInt8] = []
        for word in words where !["close", "echo", "stay"].contains(word) {
            answer += stride(from: 0, to: word.utf8.count - 1, by: 2).compactMap { place in
                UInt8(word.dropFirst(place).prefix(2), radix: 16)
            }
        }
        if !answer.isEmpty { _ = stream.send(answer, before: nil) { _ in } }
        if words.last == "close" { stream.close() }
        if words.last == "echo" { echo(stream) }
    }

    private func echo(_ stream: TCPStream) {
        let attempt = stream.receive(.some, before: nil) { [weak self] in self?.echo(stream, $0) }
        if case .done(let result) = attempt { echo(stream, result) }
    }

    private func echo(_ stream: TCPStream, _ result: Result<[UInt8], StreamError>) {
        guard case .success(let octets) = result else { return }
        _ = stream.send(octets, before: nil) { _ in }
        echo(stream)
    }
}
