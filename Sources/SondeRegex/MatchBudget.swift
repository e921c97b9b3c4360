// SPDX-License-Identifier: Apache-2.0

/// How much work one search may cost before it is given up.
package struct MatchBudget: Hashable, Sendable {
    /// How often the matcher may go back.
    package var steps: UInt32
    /// How deep its alternatives may nest.
    package var depth: UInt32
    /// Memory that it may take, KiB.
    package var kibibytes: UInt32

    /// Makes a budget.
    package init(steps: UInt32, depth: UInt32, kibibytes: UInt32) {
        self.steps = steps
        self.depth = depth
        self.kibibytes = kibibytes
    }

    /// The budget of service probes: spec `service-detection`, section 1.
    package static let standard = MatchBudget(steps: 100_000, depth: 10_000, kibibytes: 10_240)
}

/// What a search came to.
package enum MatchOutcome: Hashable, Sendable {
    /// The pattern matches.
    case matched(Captures)
    /// It does not.
    case noMatch
    /// The budget was spent before either was known.
    case exhausted

    /// The captures of a match; nothing otherwise.
    package var captures: Captures? {
        if case .matched(let captures) = self { captures } else { nil }
    }
}
