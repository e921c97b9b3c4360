// SPDX-License-Identifier: Apache-2.0

/// How the IP identifications of a host's packets go on (spec page `os-detection`, section 5.1).
package enum IdentifierSequence: Hashable, Sendable {
    /// Each is the same number, not zero.
    case constant(UInt16)
    /// Each is zero.
    case zero
    /// They go anywhere.
    case random
    /// They grow by much.
    case randomPositive
    /// They grow by little, but the octets are swapped.
    case brokenIncremental
    /// They grow by little.
    case incremental
    /// They grow by little, and by even numbers only.
    case incrementalByTwo
    /// None of these.
    case unknown

    /// Judges identifications in the order in which they were sent.
    ///
    /// - Parameters:
    ///   - identifiers: what was received; fewer than two tell nothing.
    ///   - isLocal: whether they are of this machine, whose own probes count along.
    package init?(of identifiers: [UInt16], isLocal: Bool = false) {
        guard identifiers.count >= 2 else { return nil }
        let pairs = zip(identifiers, identifiers.dropFirst())
        if identifiers.count > 2, pairs.contains(where: { UInt32($1) &- UInt32($0) > 20000 }) {
            self = .random
        } else if identifiers.allSatisfy({ $0 == 0 }) {
            self = .zero
        } else {
            let steps = pairs.map { $1 &- $0 }
            self.init(steps: isLocal ? Self.withoutOwn(steps) : steps, first: identifiers[0])
        }
    }

    /// On this machine each probe takes a number before its answer does.
    private static func withoutOwn(_ steps: [UInt16]) -> [UInt16] {
        guard steps.allSatisfy({ $0 >= 2 }) else { return steps }
        return steps.map { $0.isMultiple(of: 256) ? $0 - 256 : $0 - 1 }
    }

    private init(steps: [UInt16], first: UInt16) {
        if steps.allSatisfy({ $0 == 0 }) {
            self = .constant(first)
        } else if steps.contains(where: { $0 > 1000 && (!$0.isMultiple(of: 256) || $0 >= 25600) }) {
            self = .randomPositive
        } else if steps.allSatisfy({ $0.isMultiple(of: 256) && $0 <= 5120 }) {
            self = .brokenIncremental
        } else if steps.allSatisfy({ $0.isMultiple(of: 2) }) {
            self = .incrementalByTwo
        } else if steps.allSatisfy({ $0 < 10 }) {
            self = .incremental
        } else {
            self = .unknown
        }
    }

    /// The value in fingerprints; nothing if it has none.
    package var attribute: String? {
        switch self {
        case .constant(let number): String(number, radix: 16, uppercase: true)
        case .zero: "Z"
        case .random: "RD"
        case .randomPositive: "RI"
        case .brokenIncremental: "BI"
        case .incremental, .incrementalByTwo: "I"
        case .unknown: nil
        }
    }

    /// The words of reports.
    package var text: String {
        switch self {
        case .constant: "Duplicated ipid (!)"
        case .zero: "All zeros"
        case .random: "Randomized"
        case .randomPositive: "Random positive increments"
        case .brokenIncremental: "Broken little-endian incremental"
        case .incremental: "Incremental"
        case .incrementalByTwo: "Incrementing by 2"
        case .unknown: "Busy server or unknown class"
        }
    }

    /// Whether one counter can be told from two.
    var isCounter: Bool { self == .incremental || self == .brokenIncremental || self == .randomPositive }

    /// Whether TCP and ICMP count together: `S` if they do, else `O`; nothing if it cannot be told.
    ///
    /// - Parameters:
    ///   - tcp: identifications of TCP segments.
    ///   - icmp: those of echo replies, which were sent later.
    ///   - isLocal: whether they are of this machine.
    /// - Returns: the letter.
    static func sharing(tcp: [UInt16], icmp: [UInt16], isLocal: Bool = false) -> String? {
        guard tcp.count >= 3, icmp.count == 2, let first = tcp.first, let last = tcp.last,
            IdentifierSequence(of: tcp, isLocal: isLocal)?.isCounter ?? false,
            IdentifierSequence(of: icmp, isLocal: isLocal)?.isCounter ?? false
        else { return nil }
        let average = (Int(last) - Int(first)) / (tcp.count - 1)
        return Int(icmp[0]) < Int(last) + 3 * average ? "S" : "O"
    }
}
