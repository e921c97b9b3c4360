// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

/// A DNS server on loopback, driven by the loop of the test.
final class FakeDNSServer: ReadinessHandler {
    /// What the server does with a question.
    enum Reply {
        /// Records of the type asked for, owned by the name asked for: their data.
        case records([[UInt8]])
        /// A whole record section: count, octets.
        case raw(UInt16, [UInt8])
        /// No records, and a response code.
        case code(UInt8)
        /// Over UDP only the word that the answer is too long for it; over TCP these records.
        case long([[UInt8]])
        /// Nothing at all.
        case silence
    }

    let address: SocketAddress
    private(set) var questions: [String] = []
    private let loop: EventLoop
    private let socket: OwnedDescriptor
    private var registration: Registration?
    private let reply: (String, UInt16) -> Reply

    init(_ loop: EventLoop, reply: @escaping (String, UInt16) -> Reply) throws {
        self.loop = loop
        self.reply = reply
        socket = try loop.syscalls.socket(.inet, isStream: false)
        let anyPort = SocketAddress(IPAddress(family: .inet, value: 0x7F00_0001), port: 0)
        try loop.syscalls.bind(socket.number, to: anyPort)
        address = try #require(try loop.syscalls.localAddress(socket.number))
        registration = try loop.register(socket.number, self)
    }

    deinit { if let registration { loop.deregister(registration) } }

    func ready(_ readiness: Readiness) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while let received = unsafe buffer.withUnsafeMutableBytes({ room in
            unsafe (try? loop.syscalls.receiveFrom(socket.number, into: room)) ?? nil
        }) {
            guard let source = received.source, let answer = answer(Array(buffer.prefix(received.count)))
            else { continue }
            _ = unsafe answer.withUnsafeBytes {
                unsafe try? loop.syscalls.sendTo(socket.number, from: $0, to: source)
            }
        }
    }

    /// The answer to a question, or nothing.
    func answer(_ question: [UInt8], isTCP: Bool = false) -> [UInt8]? {
        var labels: [String] = []
        var index = 12
        while index < question.count, question[index] != 0 {
            let end = index + 1 + Int(question[index])
            labels.append(String(decoding: question[index + 1..<end], as: UTF8.self))
            index = end
        }
        let type = UInt16(question[index + 1]) << 8 | UInt16(question[index + 2])
        let name = labels.joined(separator: ".").lowercased()
        questions.append("\(name) \(type)")
        let echo = question[12...index + 4]
        switch reply(name, type) {
        case .silence: return nil
        case .code(let code): return Self.header(question, code: code, count: 0) + echo
        case .long where !isTCP: return Self.header(question, flags: 0x83, code: 0, count: 0) + echo
        case .raw(let count, let octets): return Self.header(question, code: 0, count: count) + echo + octets
        case .records(let datas), .long(let datas):
            let records = datas.flatMap { Self.record(owner: [0xC0, 12], type: type, data: $0) }
            return Self.header(question, code: 0, count: UInt16(datas.count)) + echo + records
        }
    }

    private static func header(
        _ question: [UInt8],
        flags: UInt8 = 0x81,
        code: UInt8,
        count: UInt16
    ) -> [UInt8] {
        [
            question[0], question[1], flags, 0x80 | code, 0, 1, UInt8(count >> 8), UInt8(count & 255), 0, 0,
            0,
            0,
        ]
    }

    /// One record of the internet class.
    static func record(owner: [UInt8], type: UInt16, data: [UInt8]) -> [UInt8] {
        owner + [
            UInt8(type >> 8), UInt8(type & 255), 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8),
            UInt8(data.count & 255),
        ]
            + data
    }

    /// A name as a message has it, not compressed.
    static func wire(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
