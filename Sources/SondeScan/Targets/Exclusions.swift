// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
package import SondeModel

/// Addresses that must not be touched (`--exclude`, `--excludefile`), or any other set that targets stand for.
package struct Exclusions: AddressSet {
    /// IPv4 addresses, ascending and disjoint.
    private var inet: [ClosedRange<UInt128>] = []
    /// IPv6 addresses, ascending and disjoint.
    private var inet6: [ClosedRange<UInt128>] = []
    /// Expressions that are no single run of addresses.
    private var patterns: [OctetPattern] = []

    /// Excludes nothing.
    package static let none = Exclusions([])

    /// Excludes what targets stand for; zones play no part.
    package init(_ targets: [ResolvedTarget]) {
        for target in targets {
            switch target.addresses {
            case .network(let network): add(network)
            case .pattern(let pattern):
                if let network = pattern.network { add(network) } else { patterns.append(pattern) }
            }
        }
        inet = Self.merged(inet)
        inet6 = Self.merged(inet6)
    }

    private mutating func add(_ network: IPNetwork) {
        let range = network.base.value...network.last.value
        if network.base.family == .inet { inet.append(range) } else { inet6.append(range) }
    }

    private static func merged(_ ranges: [ClosedRange<UInt128>]) -> [ClosedRange<UInt128>] {
        var merged: [ClosedRange<UInt128>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Splits the value of `--exclude` into specifications; names among them are the caller's to resolve.
    ///
    /// - Throws: for the first part that is no specification.
    package static func specifications(
        in list: String,
        family: AddressFamily
    ) throws(TargetError) -> [TargetSpecification] {
        var specifications: [TargetSpecification] = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            // An address of the other family excludes nothing here, but it is no mistake either.
            let isIPv6 = part.contains(":")
            specifications.append(
                try TargetSpecification(parsing: String(part), family: isIPv6 ? .inet6 : family)
            )
        }
        return specifications
    }

    /// Whether an address must not be touched.
    ///
    /// Complexity: O(log *n*) in the number of networks, O(*n*) in that of octet expressions.
    package func contains(_ address: IPAddress) -> Bool { lastExcluded(from: address) != nil }

    /// The end of the excluded run that an address lies in; nothing if the address is not excluded.
    ///
    /// Lets an expansion step over a whole network at once.
    package func lastExcluded(from address: IPAddress) -> UInt128? {
        if let range = range(around: address) { return range.upperBound }
        guard address.family == .inet else { return nil }
        let number = UInt32(truncatingIfNeeded: address.value)
        return patterns.contains { $0.contains(number) } ? address.value : nil
    }

    private func range(around address: IPAddress) -> ClosedRange<UInt128>? {
        let ranges = address.family == .inet ? inet : inet6
        var rest = 0..<ranges.count
        while !rest.isEmpty {
            let middle = rest.lowerBound + rest.count / 2
            if ranges[middle].contains(address.value) { return ranges[middle] }
            rest =
                ranges[middle].upperBound < address.value
                ? middle + 1..<rest.upperBound : rest.lowerBound..<middle
        }
        return nil
    }
}
