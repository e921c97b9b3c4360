// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Which addresses may be talked to.
///
/// An address passes if it is not excluded, and is allowed: no list of allowed networks allows all.
package struct Scope: Sendable {
    private let allowed: AddressRanges?
    private let excluded: AddressRanges
    /// Further addresses that may never be talked to.
    package var exclusions: (any AddressSet)?

    /// Makes a scope.
    ///
    /// - Parameters:
    ///   - allowed: networks that may be talked to; `nil` for all.
    ///   - excluded: networks that may never be talked to; these win.
    package init(allowed: [IPNetwork]? = nil, excluded: [IPNetwork] = []) {
        self.allowed = allowed.map(AddressRanges.init)
        self.excluded = AddressRanges(excluded)
    }

    /// Whether no list says what is allowed.
    package var isUnlimited: Bool { allowed == nil }
    /// Whether no address is out of scope.
    package var permitsEverything: Bool { allowed == nil && excluded.isEmpty && exclusions == nil }

    /// Whether an address may be talked to; its zone plays no part.
    ///
    /// An address is judged by what it really reaches: an IPv4 address in the guise of an IPv6 one
    /// (`::ffff:192.0.2.1`) as what it is, `0.0.0.0` and `::` as this machine.
    package func permits(_ address: IPAddress) -> Bool {
        let reached = address.reached
        if excludes(reached) { return false }
        return allowed?.contains(reached) ?? true
    }

    /// Whether an address may never be talked to.
    package func excludes(_ address: IPAddress) -> Bool {
        let reached = address.reached
        if excluded.contains(reached) || exclusions?.contains(reached) ?? false { return true }
        guard let embedded = reached.embedded else { return false }
        return excluded.contains(embedded) || exclusions?.contains(embedded) ?? false
    }
}

/// Networks as sorted ranges that do not overlap, to be searched by halving.
private struct AddressRanges: Sendable {
    private typealias Span = (first: UInt128, last: UInt128)
    private let inet: [Span]
    private let inet6: [Span]

    init(_ networks: [IPNetwork]) {
        inet = Self.merged(networks, .inet)
        inet6 = Self.merged(networks, .inet6)
    }

    private static func merged(_ networks: [IPNetwork], _ family: AddressFamily) -> [Span] {
        var result: [Span] = []
        let spans = networks.filter { $0.base.family == family }.map { ($0.base.value, $0.last.value) }
        for (first, last) in spans.sorted(by: <) {
            if let previous = result.last, first <= previous.last {
                result[result.count - 1].last = max(previous.last, last)
            } else {
                result.append((first, last))
            }
        }
        return result
    }

    var isEmpty: Bool { inet.isEmpty && inet6.isEmpty }

    func contains(_ address: IPAddress) -> Bool {
        let spans = address.family == .inet ? inet : inet6
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].last < address.value { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].first <= address.value
    }
}
