// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import SondeModel

/// The probes of one host that wait for their answers, and those that have waited too long but may still be answered.
struct PacketFlights {
    /// A probe in flight: its place in the order of probing, and the try.
    struct Key: Hashable {
        let item: UInt16
        let octet: UInt8
    }

    /// Late probes that are remembered at most.
    private static let mostLate = 4096

    private var active: [Key: Instant] = [:]
    private var late: [Key: Instant] = [:]
    /// Probes in the order of sending; answered ones are passed over.
    private var queue: Deque<(key: Key, sent: Instant)> = []

    /// How many wait for answers.
    var count: Int { active.count }

    /// Takes note of a probe that is sent.
    mutating func sent(_ key: Key, _ now: Instant) {
        active[key] = now
        queue.append((key, now))
    }

    /// Takes a probe out that is answered: when it was sent, and whether it had not timed out.
    mutating func answered(_ key: Key) -> (sent: Instant, wasActive: Bool)? {
        if let sent = active.removeValue(forKey: key) { return (sent, true) }
        return late.removeValue(forKey: key).map { ($0, false) }
    }

    /// Takes a probe out that nobody needs to wait for any more: whether it was in flight.
    mutating func drop(_ key: Key) -> Bool { active.removeValue(forKey: key) != nil }

    /// Takes the earliest probe out if it has waited longer than a time.
    mutating func expire(_ now: Instant, after timeout: TimeSpan) -> (key: Key, sent: Instant)? {
        while let first = queue.first {
            guard active[first.key] == first.sent else {
                queue.removeFirst()
                continue
            }
            guard first.sent + timeout <= now else { return nil }
            queue.removeFirst()
            active[first.key] = nil
            if late.count >= Self.mostLate { late.removeAll(keepingCapacity: true) }
            late[first.key] = first.sent
            return first
        }
        return nil
    }

    /// When the earliest probe was sent; nothing if none is in flight.
    mutating func earliest() -> Instant? {
        while let first = queue.first {
            if active[first.key] == first.sent { return first.sent }
            queue.removeFirst()
        }
        return nil
    }

    /// Forgets all.
    mutating func removeAll() { self = PacketFlights() }
}
