// SPDX-License-Identifier: Apache-2.0

/// An entry of the OS database that a fingerprint resembles.
package struct OSCandidate: Hashable, Sendable {
    /// The entry's index.
    package let index: Int
    /// The share of points that the fingerprint got, 0 to 1.
    package let accuracy: Double
}

/// The entries that a fingerprint resembles, best first, in the file's order where they are equally good
/// (spec page `os-detection`, section 7).
package struct OSCandidates: Hashable, Sendable {
    /// Entries that are kept.
    package static let limit = 36
    /// The accuracy below which an entry is not looked at.
    package static let startThreshold = 0.85

    /// The entries.
    package private(set) var best: [OSCandidate] = []
    /// How many of them match in every point.
    package private(set) var perfectCount = 0
    /// Whether more entries match in every point than are kept.
    package private(set) var hasTooMany = false
    private var threshold = startThreshold
    private var names: [String] = []

    /// Makes an empty list.
    package init() {}

    /// Takes an entry into account; of those with one name the better stays, or the first.
    ///
    /// - Parameters:
    ///   - candidate: the entry and its accuracy.
    ///   - name: gives its name, and is asked only for entries that are good enough.
    mutating func consider(_ candidate: OSCandidate, name: () -> String) {
        let accuracy = candidate.accuracy
        guard !hasTooMany, accuracy >= threshold || accuracy == 1 else { return }
        let name = name()
        if let known = names.firstIndex(of: name) {
            guard best[known].accuracy < accuracy else { return }
            best.remove(at: known)
            names.remove(at: known)
        }
        if accuracy == 1 {
            guard perfectCount < Self.limit else {
                hasTooMany = true
                return
            }
            perfectCount += 1
        }
        let place = best.firstIndex { $0.accuracy < accuracy } ?? best.count
        best.insert(candidate, at: place)
        names.insert(name, at: place)
        if best.count > Self.limit {
            best.removeLast()
            names.removeLast()
        }
        if best.count == Self.limit, let last = best.last { threshold = last.accuracy + 0.00001 }
    }
}

extension OSDatabaseFile {
    /// The entries that a fingerprint resembles.
    ///
    /// An attribute counts if both the fingerprint and the entry tell of it.
    ///
    /// Complexity: O(*n*) in the entries and in the different lines of the file.
    package func candidates(for fingerprint: OSFingerprint) -> OSCandidates {
        let scores = lineScores(of: fingerprint)
        var list = OSCandidates()
        let testCount = OSTest.allCases.count
        for entry in entries.indices {
            var score = Score()
            for test in 0..<testCount {
                let line = entryLines[entry * testCount + test]
                guard line >= 0 else { continue }
                score.possible &+= scores[Int(line)].possible
                score.got &+= scores[Int(line)].got
            }
            guard score.possible > 0 else { continue }
            let accuracy = Double(score.got) / Double(score.possible)
            guard accuracy >= OSCandidates.startThreshold else { continue }
            list.consider(OSCandidate(index: entry, accuracy: accuracy)) { reference(at: entry).name }
        }
        return list
    }

    private struct Score {
        var possible: Int32 = 0
        var got: Int32 = 0
    }

    /// What each different line of the file gives the fingerprint.
    private func lineScores(of fingerprint: OSFingerprint) -> [Score] {
        let observed = observedValues(of: fingerprint)
        let verdicts = expressions.map { expression in
            observed[Int(expression.slot)].map {
                OSExpression.matches(octets, expression.range, $0, nests: Self.nests[Int(expression.slot)])
            }
        }
        return lines.map { line in
            var score = Score()
            for clause in clauses[line.clauses] {
                guard let isMatch = verdicts[Int(clause.expression)] else { continue }
                let worth = points[Int(clause.slot)]
                score.possible &+= worth
                if isMatch { score.got &+= worth }
            }
            return score
        }
    }

    private func observedValues(of fingerprint: OSFingerprint) -> [OSObservedValue?] {
        var observed: [OSObservedValue?] = Array(repeating: nil, count: Self.slotCount)
        for line in fingerprint.allLines {
            for (place, value) in line.values.enumerated() {
                guard let value else { continue }
                observed[Self.slot(line.test, place)] = OSObservedValue(Array(value.utf8))
            }
        }
        return observed
    }

    /// Whether numbers inside a slot's values may be compared: those that are lists of TCP options.
    private static let nests: [Bool] = {
        var nests = Array(repeating: false, count: slotCount)
        for test in OSTest.allCases {
            for (place, attribute) in test.attributes.enumerated() {
                nests[slot(test, place)] = test == .options || attribute == .options
            }
        }
        return nests
    }()
}
