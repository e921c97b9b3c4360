// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeIO

@Suite struct RouteMessageTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func message(type: UInt8, sequence: UInt8, _ body: [UInt8]) -> [UInt8] {
        [UInt8(16 + body.count), 0, 0, 0, type, 0, 0, 0, sequence, 0, 0, 0, 9, 9, 9, 9] + body
    }

    private let header: [UInt8] = [2, 32, 0, 0, 254, 0, 0, 1, 0, 2, 0, 0]

    @Test("a question names the destination and asks for one route")
    func question() throws {
        let octets = RouteMessage.question(try address("192.0.2.1"), sequence: 7)
        #expect(octets.prefix(16) == [36, 0, 0, 0, 26, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0])
        #expect(octets[16...] == [2, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 192, 0, 2, 1])
    }

    @Test("a question about a link-local address names the interface")
    func zone() throws {
        let octets = RouteMessage.question(try address("fe80::1%3"), sequence: 7)
        #expect(octets.suffix(8) == [8, 0, 4, 0, 3, 0, 0, 0])
        #expect(Int(octets[0]) == octets.count)
    }

    @Test("an answer gives source, interface and gateway")
    func answer() throws {
        let attributes: [UInt8] = [8, 0, 4, 0, 5, 0, 0, 0, 8, 0, 7, 0, 10, 0, 0, 2, 8, 0, 5, 0, 10, 0, 0, 1]
        let octets = message(type: 24, sequence: 7, header + attributes)
        let route = Route(
            source: try address("10.0.0.2"),
            interfaceIndex: 5,
            gateway: try address("10.0.0.1")
        )
        #expect(RouteMessage.answer(octets, sequence: 7) == .route(route))
        #expect(RouteMessage.answer(octets, sequence: 8) == nil)
    }

    @Test("an error message gives the error number")
    func failure() {
        let octets = message(type: 2, sequence: 7, [0x9B, 0xFF, 0xFF, 0xFF])
        #expect(RouteMessage.answer(octets, sequence: 7) == .failure(101))
    }

    @Test("attributes that are cut, empty or of the wrong size are passed over")
    func oddAttributes() {
        for attributes: [UInt8] in [[8, 0, 7, 0, 10], [0, 0, 7, 0], [3, 0], [6, 0, 7, 0, 1, 2, 0, 0]] {
            #expect(
                RouteMessage.answer(message(type: 24, sequence: 7, header + attributes), sequence: 7) == nil
            )
        }
    }

    @Test("random octets never trap")
    func noise() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var octets = (0..<Int.random(in: 0...120)).map { _ in UInt8.random(in: 0...255, using: &generator)
            }
            if octets.count >= 16 {
                octets.replaceSubrange(4..<12, with: [[24, 2].randomElement() ?? 24, 0, 0, 0, 7, 0, 0, 0])
                octets.replaceSubrange(1..<4, with: [0, 0, 0])
            }
            _ = RouteMessage.answer(octets, sequence: 7)
        }
        #expect(RouteMessage.answer([], sequence: 7) == nil)
    }
}
