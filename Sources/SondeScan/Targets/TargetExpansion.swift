// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// One address to scan, with what the user called it.
package struct Target: Hashable, Sendable {
    /// The address.
    package let address: IPAddress
    /// What the user typed, if that was a name for this address.
    package let name: String?
    /// Further addresses of that name, which are not scanned.
    package let otherAddresses: [IPAddress]

    /// Makes a target.
    package init(_ address: IPAddress, name: String? = nil, otherAddresses: [IPAddress] = []) {
        self.address = address
        self.name = name
        self.otherAddresses = otherAddresses
    }
}

/// The addresses of a list of targets, one at a time.
///
/// Targets come in the order given, and the addresses of each ascend, so the last octet changes fastest.
/// Nothing is stored per address, so that `10.0.0.0/8` costs no more than one host.
package struct TargetExpansion: Sequence, IteratorProtocol, Sendable {
    private var targets: ArraySlice<ResolvedTarget>
    private let exclusions: Exclusions
    /// The number from which to look for the next address of the first target.
    private var cursor: UInt128?

    /// How many addresses the targets have, excluded ones included; at most the largest `Int`.
    package let count: Int

    /// Starts before the first address.
    package init(_ targets: [ResolvedTarget], excluding exclusions: Exclusions = .none) {
        self.targets = targets[...]
        self.exclusions = exclusions
        count = targets.reduce(0) { sum, target in
            let (total, overflow) = sum.addingReportingOverflow(target.count)
            return overflow ? Int.max : total
        }
        cursor = 0
    }

    /// Addresses of names that occur among the targets more than once: under several names, or as a number too.
    package var repeatedAddresses: Set<IPAddress> {
        guard targets.contains(where: { $0.namedAddress != nil }) else { return [] }
        var seen: Set<IPAddress> = []
        var repeated: Set<IPAddress> = []
        for address in targets.compactMap(\.namedAddress) where !seen.insert(address).inserted {
            repeated.insert(address)
        }
        let others = Exclusions(targets.filter { $0.namedAddress == nil || $0.count > 1 })
        for (address, target) in targets.map({ ($0.namedAddress, $0) }) {
            guard let address, target.count == 1, others.contains(address) else { continue }
            repeated.insert(address)
        }
        return repeated
    }

    /// The next address that is not excluded; nothing after the last.
    package mutating func next() -> Target? {
        while let target = targets.first {
            guard let start = cursor, let address = target.first(atLeast: start) else {
                targets.removeFirst()
                cursor = 0
                continue
            }
            let last = exclusions.lastExcluded(from: address)
            let (following, overflow) = (last ?? address.value).addingReportingOverflow(1)
            cursor = overflow ? nil : following
            guard last == nil else { continue }
            guard address == target.namedAddress else { return Target(address) }
            return Target(address, name: target.name, otherAddresses: target.otherAddresses)
        }
        return nil
    }
}

extension ResolvedTarget {
    /// The least address whose number is not below another; nothing if there is none.
    fileprivate func first(atLeast number: UInt128) -> IPAddress? {
        switch addresses {
        case .pattern(let pattern):
            guard let start = UInt32(exactly: number), let found = pattern.next(atLeast: start) else {
                return nil
            }
            return IPAddress(family: .inet, value: UInt128(found))
        case .network(let network):
            let value = max(number, network.base.value)
            guard value <= network.last.value else { return nil }
            return IPAddress(family: .inet6, value: value, zone: network.base.zone)
        }
    }
}
