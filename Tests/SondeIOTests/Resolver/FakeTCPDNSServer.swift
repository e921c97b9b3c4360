// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

/// The TCP side of a DNS server on loopback, for answers that are too long for UDP.
final class FakeTCPDNSServer: ReadinessHandler {
    private(set) var questionCount = 0
    private let loop: EventLoop
    private let server: FakeDNSServer
    private let listener: OwnedDescriptor
    private var registration: Registration?
    private var connections: [Connection] = []
    /// How many connections came.
    var connectionCount: Int { connections.count }

    init(_ loop: EventLoop, _ server: FakeDNSServer) throws {
        self.loop = loop
        self.server = server
        listener = try loop.syscalls.socket(.inet, isStream: true)
        try loop.syscalls.bind(listener.number, to: server.address)
        try loop.syscalls.listen(listener.number, backlog: 4)
        registration = try loop.register(listener.number, self)
    }

    deinit { if let registration { loop.deregister(registration) } }

    func ready(_ readiness: Readiness) {
        while let accepted = (try? loop.syscalls.accept(listener.number)) ?? nil {
            guard let connection = try? Connection(self, accepted) else { return }
            connections.append(connection)
        }
    }

    private final class Connection: ReadinessHandler {
        private weak var owner: FakeTCPDNSServer?
        private let loop: EventLoop
        private let socket: OwnedDescriptor
        private var registration: Registration?
        private var pending: [UInt8] = []

        init(_ owner: FakeTCPDNSServer, _ socket: consuming OwnedDescriptor) throws {
            self.owner = owner
            loop = owner.loop
            self.socket = socket
            registration = try loop.register(self.socket.number, self)
        }

        deinit { if let registration { loop.deregister(registration) } }

        func ready(_ readiness: Readiness) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while let count = unsafe buffer.withUnsafeMutableBytes({ room in
                unsafe (try? loop.syscalls.receive(socket.number, into: room)) ?? nil
            }), count > 0 {
                pending += buffer.prefix(count)
            }
            while pending.count > 2, pending.count >= 2 + Int(pending[0]) << 8 + Int(pending[1]) {
                let length = Int(pending[0]) << 8 + Int(pending[1])
                reply(Array(pending[2..<2 + length]))
                pending.removeFirst(2 + length)
            }
        }

        private func reply(_ question: [UInt8]) {
            guard let owner else { return }
            owner.questionCount += 1
            guard let answer = owner.server.answer(question, isTCP: true) else { return }
            let framed = [UInt8(answer.count >> 8), UInt8(answer.count & 255)] + answer
            _ = unsafe framed.withUnsafeBytes {
                unsafe try? loop.syscalls.send(socket.number, from: $0)
            }
        }
    }
}
