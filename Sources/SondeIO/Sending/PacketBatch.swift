// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim

/// Packets that another thread hands to the system.
// Safe because one thread at a time has it: the loop's gives it away and touches it again once it came back.
final class PacketBatch: @unchecked Sendable {
    private let socket: SharedDescriptor
    /// The octets of all packets.
    private(set) var bytes: [UInt8]
    /// Where they lie in them.
    private(set) var packets: [sonde_packet]
    /// The first packet that was neither sent nor refused.
    private(set) var next = 0
    /// Those that the system refused.
    private(set) var refused: [(place: Int, error: SystemError)] = []

    init(_ socket: SharedDescriptor, _ bytes: [UInt8], _ packets: [sonde_packet]) {
        self.socket = socket
        self.bytes = bytes
        self.packets = packets
    }

    /// Sends until all are gone or the system has no room.
    func send() {
        while next < packets.count {
            let rest = packets[next..<min(next + PacketQueue.batch, packets.count)]
            switch Syscalls.sendPackets(socket.number, bytes, rest) {
            case .success(let count?): next += count
            case .success(nil): return
            case .failure(let error):
                refused.append((next, error))
                next += 1
            }
        }
    }

    /// Puts those that have not gone before others.
    func putRest(before bytes: inout [UInt8], _ packets: inout [sonde_packet]) {
        guard next < self.packets.count else { return }
        let start = self.packets[next].offset
        let count = self.bytes.count - start
        let first = self.packets[next...].map { packet in
            sonde_packet(address: packet.address, offset: packet.offset - start, count: packet.count)
        }
        let others = packets.map { packet in
            sonde_packet(address: packet.address, offset: packet.offset + count, count: packet.count)
        }
        bytes = self.bytes[start...] + bytes
        packets = first + others
    }
}

/// How another thread tells a queue that its packets are gone.
// Safe because the queue is looked at only by what its own loop runs.
struct PacketReturn: @unchecked Sendable {
    private weak var queue: PacketQueue?
    private let loop: EventLoop

    init(_ queue: PacketQueue, _ loop: EventLoop) {
        self.queue = queue
        self.loop = loop
    }

    /// Gives a batch back on the loop.
    func give(back batch: PacketBatch) { loop.submit { queue?.takeBack(batch) } }
}
