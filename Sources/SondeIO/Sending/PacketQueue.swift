// SPDX-License-Identifier: Apache-2.0

internal import CSystemShim
internal import Glibc
internal import SondeModel

/// Packets on their way to one socket: in order, many in one system call, at the pace that the gate allows.
///
/// What is added during a turn of the loop leaves at its end at the latest. When the system has no room, or the gate says
/// later, packets wait here. Many at once are handed to the network's ``CallThread``, if it has one.
final class PacketQueue: ReadinessHandler {
    /// Packets that may wait.
    static let capacity = 65_536
    /// Packets that go in one call.
    static let batch = 64
    /// Packets from which on another thread sends them.
    static let leastAway = 16
    /// Packets from which on the loop sends them itself while the other thread is busy.
    static let leastBeside = 32
    /// How long to wait where the system names a shortage that no event ends.
    static let pause = TimeSpan.milliseconds(1)

    /// Told of each packet that the system refused.
    var onFailure: (SystemError) -> Void = { _ in }
    /// Called when nothing waits any more, after packets had to wait.
    var onDrained: () -> Void = {}

    private let network: Network
    private let descriptor: SharedDescriptor
    /// The name of the interface if these are frames.
    private let interface: String?
    private var registration: Registration?
    private var bytes: [UInt8] = []
    private var packets: [sonde_packet] = []
    /// The first packet that has not left.
    private var next = 0
    /// Packets that have their place in the rate and have not left.
    private var paid = 0
    private var isFlushComing = false
    private var isBlocked = false
    /// Packets that another thread is sending.
    private var away = 0
    private var owesDrained = false
    private var alarm: DeadlineID?

    init(_ network: Network, _ descriptor: consuming OwnedDescriptor, interface: String?) {
        network.loop.assertOnLoop()
        self.network = network
        self.descriptor = SharedDescriptor(descriptor)
        self.interface = interface
        network.gate.enterWithoutWaiting()
    }

    deinit {
        if let registration { network.loop.deregisterClosing(registration) }
        if let alarm { network.loop.cancel(alarm) }
        network.gate.leave()
    }

    /// Packets that have not left.
    var waitingCount: Int { waitingHere + away }

    private var waitingHere: Int { packets.count - next }

    /// Sends a packet now; only if others wait, or the gate says later, does it wait too.
    func send(_ octets: [UInt8], to address: SocketAddress?) throws(PacketError) {
        network.loop.assertOnLoop()
        guard waitingCount == 0, network.gate.takeDatagram() == nil else {
            return try add(octets, to: address)
        }
        clear()
        append(octets, to: address)
        paid = 1
        do throws(SystemError) {
            if try sendOnce(1) == nil { try waitForRoom() }
        } catch {
            clear()
            throw .system(error)
        }
        if waitingCount == 0 { clear() }
    }

    /// Adds a packet to those that leave at the end of the turn.
    func add(_ octets: [UInt8], to address: SocketAddress?) throws(PacketError) {
        network.loop.assertOnLoop()
        guard waitingCount < Self.capacity else { throw .full }
        append(octets, to: address)
        if waitingCount >= Self.batch { return flush() }
        guard !isFlushComing, !isBlocked else { return }
        isFlushComing = true
        network.loop.soon { [weak self] in
            self?.isFlushComing = false
            self?.flush()
        }
    }

    /// Sends as much as may leave now.
    func flush() {
        guard !isBlocked, away == 0 || waitingHere >= Self.leastBeside else { return }
        if away == 0, waitingHere >= Self.leastAway, next == 0, giveAway() { return }
        flushHere()
    }

    private func flushHere() {
        while waitingHere > 0 {
            let ready = takePlaces()
            guard ready > 0 else { return }
            do throws(SystemError) {
                guard try sendOnce(ready) != nil else { return try waitForRoom() }
            } catch {
                skip(error)
            }
        }
        clear()
    }

    // MARK: Another thread

    /// Has another thread send all that waits: not if there is none, or if the rate holds some back.
    private func giveAway() -> Bool {
        guard let thread = network.calls, !network.syscalls.isForcing else { return false }
        while paid < packets.count {
            guard network.gate.takeDatagram() == nil else { return false }
            paid += 1
        }
        let batch = PacketBatch(descriptor, bytes, packets)
        let way = PacketReturn(self, network.loop)
        away = packets.count
        bytes = []
        packets = []
        paid = 0
        thread.submit {
            batch.send()
            way.give(back: batch)
        }
        return true
    }

    /// Takes a batch back that another thread has sent as far as there was room.
    func takeBack(_ batch: PacketBatch) {
        away = 0
        var refused = batch.refused[...]
        for place in 0..<batch.next {
            if refused.first?.place == place, let failure = refused.popFirst() {
                onFailure(failure.error)
            } else {
                note(batch.packets[place], batch.bytes)
            }
        }
        let rest = batch.packets.count - batch.next
        if rest > 0 {
            packets.removeFirst(next)
            next = 0
            batch.putRest(before: &bytes, &packets)
            paid += rest
            owesDrained = true
            do throws(SystemError) {
                return try waitForRoom()
            } catch {
                skip(error)
            }
        }
        if waitingHere > 0 { flush() }
        tellDrained()
    }

    private func tellDrained() {
        guard owesDrained, waitingCount == 0 else { return }
        owesDrained = false
        onDrained()
    }

    /// How many of the next packets may leave; sets the alarm if that is none.
    private func takePlaces() -> Int {
        let wanted = min(waitingHere, Self.batch)
        while paid < wanted {
            if let later = network.gate.takeDatagram() {
                if paid == 0 { wait(until: later) }
                break
            }
            paid += 1
        }
        return min(paid, wanted)
    }

    /// Makes one call: how many left, `nil` if there is no room.
    private func sendOnce(_ size: Int) throws(SystemError) -> Int? {
        let syscalls = network.syscalls
        let number = descriptor.number
        let range = next..<next + size
        let result: Result<Int?, SystemError> = unsafe bytes.withUnsafeBytes { all in
            unsafe packets.withUnsafeBufferPointer { slots in
                do throws(SystemError) {
                    let part = unsafe UnsafeBufferPointer(rebasing: slots[range])
                    return .success(unsafe try syscalls.sendPackets(number, from: all, part))
                } catch {
                    return .failure(error)
                }
            }
        }
        guard let sent = try result.get() else { return nil }
        for packet in packets[next..<next + sent] { note(packet, bytes) }
        next += sent
        paid = max(0, paid - sent)
        return sent
    }

    /// Counts and tells a packet that was sent.
    private func note(_ packet: sonde_packet, _ bytes: [UInt8]) {
        network.gate.packetSent(packet.count)
        guard let observer = network.gate.observer else { return }
        let octets = Array(bytes[packet.offset..<packet.offset + packet.count])
        observer(interface.map { .frameSent(octets, interface: $0) } ?? .packetSent(octets))
    }

    /// Passes over the packet that the system refused.
    private func skip(_ error: SystemError) {
        next += 1
        paid = max(0, paid - 1)
        onFailure(error)
    }

    private func append(_ octets: [UInt8], to address: SocketAddress?) {
        let raw = address?.raw ?? sonde_address()
        packets.append(sonde_packet(address: raw, offset: bytes.count, count: octets.count))
        bytes.append(contentsOf: octets)
    }

    private func clear() {
        bytes.removeAll(keepingCapacity: true)
        packets.removeAll(keepingCapacity: true)
        next = 0
        paid = 0
    }

    // MARK: Waiting

    private func waitForRoom() throws(SystemError) {
        isBlocked = true
        // The registration tells at once if there is room again by now.
        if registration == nil {
            registration = try network.loop.register(descriptor.number, self)
        } else {
            wait(until: network.loop.now + Self.pause)
        }
    }

    private func wait(until instant: Instant) {
        isBlocked = true
        let id = alarm ?? network.loop.makeDeadline { [weak self] in self?.goOn() }
        alarm = id
        network.loop.set(id, at: instant)
    }

    func ready(_ readiness: Readiness) {
        if isBlocked, readiness.allowsWriting { goOn() }
    }

    private func goOn() {
        isBlocked = false
        owesDrained = true
        flush()
        tellDrained()
    }
}
