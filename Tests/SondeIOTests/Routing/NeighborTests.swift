// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite struct NeighborTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private let ours = MACAddress(octets: [2, 0, 0, 0, 0, 1])

    private func answer(_ octets: [UInt8]) -> (address: IPAddress, link: MACAddress)? {
        unsafe NeighborFrames.answer(in: octets.span.bytes)
    }

    @Test("an ARP request asks everybody for one address")
    func request() throws {
        let link = try #require(ours)
        let frame = NeighborFrames.question(for: try address("10.0.0.7"), from: try address("10.0.0.1"), link)
        let zeros = [UInt8](repeating: 0, count: 6)
        let start: [UInt8] = [UInt8](repeating: 255, count: 6) + link.octets + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1]
        #expect(frame == start + link.octets + [10, 0, 0, 1] + zeros + [10, 0, 0, 7])
    }

    @Test("a neighbour solicitation goes to the group of the address, with a right checksum")
    func solicitation() throws {
        let link = try #require(ours)
        let target = try address("2001:db8::1:203")
        let frame = NeighborFrames.question(for: target, from: try address("fe80::1"), link)
        #expect(Array(frame[..<6]) == [0x33, 0x33, 0xFF, 1, 2, 3] && frame.count == 86)
        #expect(Array(frame[12..<14]) == [0x86, 0xDD] && frame[21] == 255 && frame[54] == 135)
        #expect(IPAddress(octets: frame[38..<54])?.description == "ff02::1:ff01:203")
        var sum = UInt32(32 + 58)
        for index in stride(from: 22, to: 86, by: 2) {
            sum += UInt32(frame[index]) << 8 | UInt32(frame[index + 1])
        }
        #expect((sum >> 16) + (sum & 0xFFFF) == 0xFFFF)
    }

    @Test("answers tell address and link-layer address, other frames nothing")
    func answers() throws {
        let theirs: [UInt8] = [2, 0, 0, 0, 0, 7]
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1] + theirs
        let reply: [UInt8] =
            ethernet + [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + theirs + [10, 0, 0, 7, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1]
        let said = try #require(answer(reply))
        #expect(try said.address == address("10.0.0.7") && said.link.octets == theirs)
        let target = try address("fe80::7").octets
        let header: [UInt8] = [0x86, 0xDD, 0x60, 0, 0, 0, 0, 32, 58, 255] + target + target
        let message: [UInt8] = [136, 0, 0, 0, 0x60, 0, 0, 0] + target + [2, 1] + theirs
        let told = try #require(answer(ethernet + header + message))
        #expect(try told.address == address("fe80::7") && told.link.octets == theirs)
        for count in 0..<reply.count { #expect(answer(Array(reply[..<count])) == nil) }
    }

    @Test("an entry of the kernel counts only with a usable state")
    func entries() throws {
        func entry(_ state: UInt8) -> [UInt8] {
            [
                2, 0, 0, 0, 5, 0, 0, 0, state, 0, 0, 1, 8, 0, 1, 0, 10, 0, 0, 7, 10, 0, 2, 0, 2, 0, 0, 0, 0,
                7, 0, 0,
            ]
        }
        let found = try #require(NeighborTable.entry(in: entry(2)[...]))
        #expect(try found.address == address("10.0.0.7") && found.interfaceIndex == 5)
        #expect(found.link.octets == [2, 0, 0, 0, 0, 7])
        for state: UInt8 in [0, 1, 0x20] { #expect(NeighborTable.entry(in: entry(state)[...]) == nil) }
        for count in 0..<30 { #expect(NeighborTable.entry(in: entry(2)[..<count]) == nil) }
    }

    @Test(
        "who answers is known from then on; who does not is asked three times",
        .enabled(if: RawAccess.isAvailable())
    )
    func resolving() throws {
        let loop = try EventLoop(clock: ManualClock(advancesWhenIdle: true))
        let network = try Network(loop: loop)
        var sources: [FakePacketSource] = []
        network.captures.open = { _, _ in
            sources.append(FakePacketSource())
            return sources[sources.count - 1]
        }
        var frames = 0
        network.gate.observer = { event in if case .frameSent = event { frames += 1 } }
        let loopback = try #require(try InterfaceList.current().first { $0.linkKind == .loopback })
        var interface = loopback
        interface.hardwareAddress = ours
        let target = try address("10.9.8.7")
        let begin = { (then: @escaping (Result<MACAddress, StreamError>) -> Void) in
            network.neighbors.resolve(target, on: interface, from: target, then: then)
        }
        let start = loop.now
        #expect(try loop.result(of: begin) == .failure(.timeout))
        #expect(frames == 3 && loop.now - start >= .milliseconds(800) && network.captures.count == 0)
        var found: Result<MACAddress, StreamError>?
        guard case .pending = begin({ found = $0 }) else { throw NeverEnded() }
        let theirs: [UInt8] = [2, 0, 0, 0, 0, 7]
        let arp: [UInt8] = [8, 6, 0, 1, 8, 0, 6, 4, 0, 2] + theirs + target.octets
        sources[1].add([UInt8](repeating: 0, count: 12) + arp + [UInt8](repeating: 0, count: 10))
        try loop.turn { found != nil }
        #expect(try found?.get().octets == theirs)
        guard case .done(.success) = begin({ _ in }) else { throw NeverEnded() }
    }
}
