// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeTestSupport

/// A server on loopback that says what a test wants, on the loop of the test.
final class SampleServer {
    /// How it treats a connection.
    struct Manner {
        /// Said at once.
        var greeting = ""
        /// Said when a request begins so; an empty answer says nothing.
        var answers: [(start: String, answer: String)] = []
        /// Whether the connection is ended after the greeting.
        var closesAtOnce = false
        /// Whether the next connection is taken only when the last one has ended.
        var servesOne = false
        /// Whether it sends without end.
        var isEndless = false
    }

    let port: UInt16
    /// Connections that were taken.
    private(set) var count = 0
    private let manner: Manner
    private let listener: Listener
    private var streams: [TCPStream] = []

    init(_ network: Network, _ manner: Manner) throws {
        self.manner = manner
        listener = try network.listen(on: .loopback())
        port = listener.localAddress.port
        accept()
    }

    func close() {
        listener.close()
        for stream in streams { stream.close() }
    }

    private func accept() {
        if case .done(let result) = listener.accept(before: nil, then: { [weak self] in self?.accepted($0) })
        {
            accepted(result)
        }
    }

    private func accepted(_ result: Result<TCPStream, StreamError>) {
        guard case .success(let stream) = result else { return }
        count += 1
        streams.append(stream)
        if !manner.greeting.isEmpty { say(manner.greeting, on: stream) }
        if manner.closesAtOnce {
            stream.close()
        } else if manner.isEndless {
            spew(on: stream)
        } else {
            listen(to: stream)
        }
        if !manner.servesOne { accept() }
    }

    private func listen(to stream: TCPStream) {
        let attempt = stream.receive(.some, before: nil) { [weak self] in self?.heard($0, on: stream) }
        if case .done(let result) = attempt { heard(result, on: stream) }
    }

    private func heard(_ result: Result<[UInt8], StreamError>, on stream: TCPStream) {
        guard case .success(let bytes) = result else {
            stream.close()
            if manner.servesOne { accept() }
            return
        }
        let request = String(decoding: bytes, as: UTF8.self)
        if let known = manner.answers.first(where: { request.hasPrefix($0.start) }) {
            say(known.answer, on: stream)
        }
        listen(to: stream)
    }

    private func say(_ text: String, on stream: TCPStream) {
        _ = stream.send(Array(text.utf8), before: nil) { _ in }
    }

    private func spew(on stream: TCPStream) {
        let attempt = stream.send([UInt8](repeating: 65, count: 1 << 16), before: nil) { [weak self] result in
            if case .success = result { self?.spew(on: stream) }
        }
        if case .done(.success) = attempt { stream.loop.soon { [weak self] in self?.spew(on: stream) } }
    }
}
