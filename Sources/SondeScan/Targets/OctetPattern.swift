// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// A set of IPv4 addresses, given by one set for each of the four octets.
///
/// Stands for single addresses, networks and expressions like `10.0,2.*.1-9` alike. Members are ordered
/// as Nmap scans them: the last octet changes fastest.
package struct OctetPattern: Hashable, Sendable {
    private let first: OctetSet
    private let second: OctetSet
    private let third: OctetSet
    private let fourth: OctetSet

    /// Makes a pattern from its sets; nothing unless there are four, none of them empty.
    ///
    /// - Parameters:
    ///   - octets: the sets, from the first octet.
    ///   - prefixLength: how many bits, 0 to 32, members must share with what the sets say; each octet is
    ///     widened by itself.
    package init?(_ octets: [OctetSet], prefixLength: Int = 32) {
        guard octets.count == 4, octets.allSatisfy({ $0.count > 0 }), (0...32).contains(prefixLength)
        else { return nil }
        func part(_ index: Int) -> OctetSet {
            let bits = min(max(prefixLength - 8 * index, 0), 8)
            return octets[index].widened(by: UInt8(truncatingIfNeeded: 0xFF00 >> bits))
        }
        (first, second, third, fourth) = (part(0), part(1), part(2), part(3))
    }

    /// Makes the pattern of one address or network; nothing for IPv6.
    package init?(_ network: IPNetwork) {
        guard network.base.family == .inet else { return nil }
        let sets = network.base.octets.map { OctetSet($0...$0) }
        self.init(sets, prefixLength: network.prefixLength)
    }

    /// How many addresses are members: 1 to 2³².
    package var count: Int { first.count * second.count * third.count * fourth.count }

    /// Whether an address is a member.
    package func contains(_ address: UInt32) -> Bool {
        fourth.contains(UInt8(address & 255)) && third.contains(UInt8(address >> 8 & 255))
            && second.contains(UInt8(address >> 16 & 255)) && first.contains(UInt8(address >> 24))
    }

    /// The least member that is not below an address; nothing if there is none.
    package func next(atLeast address: UInt32) -> UInt32? {
        // As a rule only the last octet changes.
        if third.contains(UInt8(address >> 8 & 255)), second.contains(UInt8(address >> 16 & 255)),
            first.contains(UInt8(address >> 24)), let octet = fourth.next(atLeast: Int(address & 255))
        {
            return address & 0xFFFF_FF00 | UInt32(octet)
        }
        return nextByCarrying(from: address)
    }

    private func nextByCarrying(from address: UInt32) -> UInt32? {
        let parts = [first, second, third, fourth]
        var wanted = [24, 16, 8, 0].map { Int(address >> UInt32($0) & 255) }
        var index = 0
        while index < 4 {
            if let octet = parts[index].next(atLeast: wanted[index]) {
                // A step up makes all later octets start anew.
                if Int(octet) > wanted[index] {
                    for later in index + 1..<4 { wanted[later] = 0 }
                }
                wanted[index] = Int(octet)
                index += 1
            } else {
                guard index > 0 else { return nil }
                for later in index..<4 { wanted[later] = 0 }
                index -= 1
                wanted[index] += 1
            }
        }
        return wanted.reduce(0) { $0 << 8 | UInt32(truncatingIfNeeded: $1) }
    }

    /// The network that has exactly these members, if there is one.
    package var network: IPNetwork? {
        guard first.isRange, second.isRange, third.isRange, fourth.isRange, count.nonzeroBitCount == 1,
            let base = next(atLeast: 0)
        else { return nil }
        let address = IPAddress(family: .inet, value: UInt128(base))
        let network = IPNetwork(address, prefixLength: 32 - count.trailingZeroBitCount)
        return network.flatMap { OctetPattern($0) == self ? $0 : nil }
    }
}
