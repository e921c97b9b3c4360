// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeIO

@Suite(.enabled(if: RawAccess.isAvailable(), "raw sockets are not permitted here"))
struct PacketSenderTests {
    private let loop: EventLoop
    private let network: Network
    private let server: UDPSocket
    private let port: UInt16

    init() throws {
        loop = try EventLoop(clock: ManualClock(advancesWhenIdle: true))
        network = try Network(loop: loop)
        server = try network.openUDP(.inet, options: ConnectOptions(source: .loopback()))
        port = try #require(server.localAddress?.port)
    }

    /// A UDP datagram to the server in an IPv4 header.
    private func packet(_ octet: UInt8) -> [UInt8] {
        let header: [UInt8] = [0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
        let ports: [UInt8] = [0x30, 0x39, UInt8(port >> 8), UInt8(port & 255)]
        return header + ports + [0, 9, 0, 0, octet]
    }

    private func received() throws -> [UInt8] {
        try loop.value { then in server.receive(before: nil, then: then) }.bytes
    }

    @Test("a raw packet arrives as what its header says")
    func raw() throws {
        let sender = try RawSender(network, .inet)
        var told: [Int] = []
        network.gate.observer = { event in
            if case .packetSent(let octets) = event { told.append(octets.count) }
        }
        try sender.send(packet(7))
        #expect(try received() == [7])
        #expect(told == [29])
        #expect(network.gate.counters.packets == 1)
    }

    @Test("packets of a turn leave together and in order")
    func batches() throws {
        let sender = try RawSender(network, .inet)
        network.syscalls.force(ForcedFailure(call: "sendmmsg", occurrence: 4, number: EPERM))
        for octet in 0..<150 as Range<UInt8> { try sender.queue(packet(octet)) }
        #expect(sender.waitingCount == 22)
        for octet in 0..<150 as Range<UInt8> { #expect(try received() == [octet]) }
        #expect(network.syscalls.forcedCount == 0)
    }

    @Test("two threads send many packets, all are counted, and what was refused is told")
    func away() throws {
        let loop = try EventLoop()
        let network = try Network(loop: loop)
        network.usesCallThread = true
        defer { network.close() }
        let sender = try RawSender(network, .inet)
        var failures: [SystemError] = []
        sender.onFailure = { failures.append($0) }
        for octet in 0..<200 as Range<UInt8> {
            try sender.queue(packet(octet))
            // No packet is that long.
            if octet == 20 { try sender.queue(packet(octet) + [UInt8](repeating: 0, count: 70_000)) }
        }
        #expect(sender.waitingCount > 0)
        try loop.turn { sender.waitingCount == 0 }
        var seen: Set<[UInt8]> = []
        for _ in 0..<200 { seen.insert(try received()) }
        #expect(seen.count == 200)
        #expect(failures.count == 1)
        #expect(network.gate.counters.packets == 200)
    }

    @Test("want of room makes packets wait, and nothing is lost", arguments: [EAGAIN])
    func room(number: Int32) throws {
        let sender = try RawSender(network, .inet)
        var drained = 0
        sender.onDrained = { drained += 1 }
        network.syscalls.force(ForcedFailure(call: "sendmmsg", occurrence: 1, number: number))
        network.syscalls.force(ForcedFailure(call: "sendmmsg", occurrence: 2, number: number))
        try sender.send(packet(1))
        try sender.send(packet(2))
        #expect(sender.waitingCount == 2)
        #expect(try received() == [1])
        #expect(try received() == [2])
        try loop.turn { drained == 1 }
    }

    @Test("a packet that the system refuses is told, and the others go")
    func refusal() throws {
        let sender = try RawSender(network, .inet)
        network.syscalls.force(ForcedFailure(call: "sendmmsg", occurrence: 1, number: EMSGSIZE))
        #expect(throws: PacketError.system(SystemError(number: EMSGSIZE, call: "sendmmsg"))) {
            try sender.send(packet(1))
        }
        var failures: [SystemError] = []
        sender.onFailure = { failures.append($0) }
        network.syscalls.force(ForcedFailure(call: "sendmmsg", occurrence: 1, number: EMSGSIZE))
        try sender.queue(packet(1))
        try sender.queue(packet(2))
        #expect(try received() == [2])
        #expect(failures.map(\.number) == [EMSGSIZE])
    }

    @Test("the rate of the gate spreads packets")
    func rate() throws {
        network.gate.rate = RateLimit(perSecond: 10)
        let sender = try RawSender(network, .inet)
        let start = loop.now
        for octet in 0..<4 as Range<UInt8> { try sender.queue(packet(octet)) }
        try sender.send(packet(4))
        for octet in 0..<5 as Range<UInt8> { #expect(try received() == [octet]) }
        #expect(loop.now - start >= .milliseconds(380))
    }

    @Test("what is out of scope does not leave")
    func scope() throws {
        network.gate.scope = Scope(excluded: [try #require(IPNetwork(parsing: "127.0.0.0/8"))])
        let sender = try RawSender(network, .inet)
        #expect(throws: PacketError.denied) { try sender.send(packet(1)) }
        #expect(throws: PacketError.denied) { try sender.queue(packet(1)) }
        #expect(network.gate.counters.packets == 0)
    }

    @Test("a frame goes out through its interface")
    func frame() throws {
        let loopback = try #require(try InterfaceList.current().first { $0.linkKind == .loopback })
        let frame = [UInt8](repeating: 0, count: 12) + [0x88, 0xB5] + [UInt8](repeating: 9, count: 20)
        var seen: [[UInt8]] = []
        let capture = try network.capture(
            CaptureRequest(device: loopback.name, filter: "ether proto 0x88b5")
        ) { _, octets in seen.append(unsafe octets.withUnsafeBytes { unsafe Array($0) }) }
        let sender = try LinkSender(network, on: loopback)
        try sender.send(frame)
        try sender.queue(frame)
        try loop.turn { seen.count >= 2 }
        #expect(seen.allSatisfy { $0 == frame } && capture.isOpen)
        #expect(sender.waitingCount == 0)
        #expect(throws: SystemError.self) {
            try LinkSender(network, on: Interface(name: "none", index: 9999, linkKind: .ethernet))
        }
    }

    @Test("an IPv6 packet leaves as it is")
    func ipv6() throws {
        let other = try network.openUDP(
            .inet6,
            options: ConnectOptions(source: SocketAddress(IPAddress(family: .inet6, value: 1), port: 0))
        )
        let port = try #require(other.localAddress?.port)
        let address = [UInt8](repeating: 0, count: 15) + [1]
        var datagram: [UInt8] = [0x30, 0x39, UInt8(port >> 8), UInt8(port & 255), 0, 9, 0, 0, 5]
        var sum = UInt32(2 + 9 + 17 + 0x3039 + 9) + UInt32(port) + 0x0500
        sum = (sum >> 16) + (sum & 0xFFFF)
        datagram[6] = UInt8((~sum & 0xFFFF) >> 8)
        datagram[7] = UInt8(~sum & 0xFF)
        let sender = try RawSender(network, .inet6)
        try sender.send([0x60, 0, 0, 0, 0, 9, 17, 64] + address + address + datagram)
        #expect(try loop.value { then in other.receive(before: nil, then: then) }.bytes == [5])
    }

    @Test("a socket that cannot be opened leaves nothing behind", arguments: ["raw socket", "setsockopt"])
    func anomalies(call: String) throws {
        let before = network.gate.budget.inUse
        network.syscalls.force(ForcedFailure(call: call, occurrence: 1, number: EPERM))
        #expect(throws: SystemError(number: EPERM, call: call)) { try RawSender(network, .inet) }
        #expect(network.gate.budget.inUse == before)
    }
}
