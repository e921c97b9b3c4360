// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Octets being written, in network order, into memory that is used again for the next packet.
package struct OctetWriter: Hashable, Sendable {
    /// What is written so far.
    package private(set) var octets: [UInt8]

    /// Makes an empty writer.
    ///
    /// - Parameter capacity: for how many octets there is room before memory must grow.
    package init(capacity: Int = 256) {
        octets = []
        octets.reserveCapacity(capacity)
    }

    /// How many octets are written.
    package var count: Int { octets.count }

    /// Forgets what is written and keeps the memory.
    package mutating func clear() { octets.removeAll(keepingCapacity: true) }

    /// Hands the octets out and starts anew with memory of its own.
    package mutating func take() -> [UInt8] {
        defer { octets = [] }
        return octets
    }

    /// Writes one octet.
    package mutating func write(_ octet: UInt8) { octets.append(octet) }

    /// Writes a number of two octets.
    package mutating func write(_ number: UInt16) {
        octets.append(UInt8(truncatingIfNeeded: number >> 8))
        octets.append(UInt8(truncatingIfNeeded: number))
    }

    /// Writes a number of four octets.
    package mutating func write(_ number: UInt32) {
        write(UInt16(truncatingIfNeeded: number >> 16))
        write(UInt16(truncatingIfNeeded: number))
    }

    /// Writes a number of eight octets.
    package mutating func write(_ number: UInt64) {
        write(UInt32(truncatingIfNeeded: number >> 32))
        write(UInt32(truncatingIfNeeded: number))
    }

    /// Writes a number of sixteen octets.
    package mutating func write(_ number: UInt128) {
        write(UInt64(truncatingIfNeeded: number >> 64))
        write(UInt64(truncatingIfNeeded: number))
    }

    /// Writes an address: 4 or 16 octets.
    package mutating func write(_ address: IPAddress) {
        if address.family == .inet {
            write(UInt32(truncatingIfNeeded: address.value))
        } else {
            write(address.value)
        }
    }

    /// Writes a link-layer address.
    package mutating func write(_ address: MACAddress) {
        write(UInt16(truncatingIfNeeded: address.value >> 32))
        write(UInt32(truncatingIfNeeded: address.value))
    }

    /// Writes octets as they are.
    package mutating func write(_ more: [UInt8]) { octets.append(contentsOf: more) }

    /// Writes zeros.
    package mutating func write(zeros count: Int) {
        for _ in 0..<max(count, 0) { octets.append(0) }
    }

    /// Overwrites two octets written before; does nothing where there are none.
    package mutating func set(_ number: UInt16, at offset: Int) {
        guard offset >= 0, offset <= octets.count - 2 else { return }
        octets[offset] = UInt8(truncatingIfNeeded: number >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: number)
    }

    /// Overwrites four octets written before; does nothing where there are none.
    package mutating func set(_ number: UInt32, at offset: Int) {
        set(UInt16(truncatingIfNeeded: number >> 16), at: offset)
        set(UInt16(truncatingIfNeeded: number), at: offset + 2)
    }

    /// Overwrites one octet written before; does nothing where there is none.
    package mutating func set(_ octet: UInt8, at offset: Int) {
        guard octets.indices.contains(offset) else { return }
        octets[offset] = octet
    }
}
