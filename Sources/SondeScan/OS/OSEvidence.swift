// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase
package import SondeModel

/// What the rounds of OS detection told of one host, and what follows from it.
package struct OSEvidence: Sendable {
    /// The fingerprints of the rounds so far.
    package private(set) var fingerprints: [OSFingerprint] = []
    /// What they resemble.
    package private(set) var candidates: [OSCandidates] = []
    /// How many hops away the host is, as far as a quoted probe told.
    package private(set) var distance: Int?
    /// How numbers went on in the latest round.
    package private(set) var sequence = SequenceTest()

    /// Makes a record without rounds.
    package init() {}

    /// Adds a round that is over, and compares its fingerprint with the database.
    package mutating func add(_ round: OSRound, _ database: OSDatabaseFile) {
        if let distance = round.distance { self.distance = distance }
        sequence = round.sequence
        let fingerprint = round.fingerprint(distance: distance)
        fingerprints.append(fingerprint)
        candidates.append(database.candidates(for: fingerprint))
    }

    /// Whether a system was found that fits in every point, so that no further round is needed.
    package var isSettled: Bool { candidates.contains { $0.perfectCount > 0 && !$0.hasTooMany } }

    /// How many rounds are worth their while.
    ///
    /// - Parameters:
    ///   - limit: how many were asked for.
    ///   - isSuitable: whether the fingerprint is good enough for the database.
    /// - Returns: the smaller number.
    package static func roundLimit(_ limit: Int, isSuitable: Bool) -> Int {
        isSuitable ? limit : min(limit, 2)
    }

    /// What the round with the best match resembles.
    private var best: OSCandidates {
        if let perfect = candidates.first(where: { $0.perfectCount > 0 && !$0.hasTooMany }) { return perfect }
        var best = OSCandidates()
        for list in candidates {
            let accuracy = { (list: OSCandidates) in list.best.first?.accuracy ?? 0 }
            if accuracy(list) > accuracy(best) { best = list }
        }
        return best
    }

    /// The lines of all rounds together: for each test those that tell of different attributes.
    ///
    /// Where two lines tell of the same attributes, the values of the earlier round stay.
    package var mergedLines: [OSTestLine] {
        OSTest.allCases.flatMap { test in
            var lines: [OSTestLine] = []
            for line in fingerprints.compactMap({ $0[test] })
            where !lines.contains(where: { $0.hasSameAttributes(as: line) }) {
                lines.append(line)
            }
            return lines
        }
    }

    /// Puts the verdict, the matches, the lines and the sequences into a result.
    ///
    /// - Parameters:
    ///   - result: where to; its ports and conditions are the caller's.
    ///   - database: the database that the rounds were compared with.
    ///   - wallTime: gives the time of day of an instant, seconds since 1970.
    package func fill(
        _ result: inout OSResult,
        _ database: OSDatabaseFile,
        wallTime: (Instant) -> Double
    ) {
        let best = best
        result.verdict = best.hasTooMany ? .tooMany : best.best.isEmpty ? .none : .matches
        result.matches = best.best.map { candidate in
            let reference = database.reference(at: candidate.index)
            return OSMatch(
                name: reference.name,
                accuracy: candidate.accuracy,
                line: reference.line,
                classes: reference.classes
            )
        }
        result.lines = mergedLines.map(\.description)
        result.sequence = sequenceRecord(wallTime)
    }

    private func sequenceRecord(_ wallTime: (Instant) -> Double) -> OSSequence {
        var record = OSSequence()
        let samples = sequence.samples
        if let timestamps = sequence.timestamps, let first = samples.first, let stamp = first.timestamp,
            let age = timestamps.age(at: stamp)
        {
            record.lastBoot = wallTime(first.sent) - Double(age)
        }
        if samples.count > 3 {
            record.difficulty = sequence.growth?.predictability ?? 0
            record.numbers = samples.map(\.number)
        }
        guard samples.count > 2 else { return record }
        record.identifierClass = (sequence.identifiers ?? .unknown).text
        record.identifiers = samples.map(\.identification)
        record.timestampClass = sequence.timestamps?.text ?? TimestampSequence.standing.text
        if sequence.timestamps != .unsupported { record.timestamps = samples.map { $0.timestamp ?? 0 } }
        return record
    }
}
