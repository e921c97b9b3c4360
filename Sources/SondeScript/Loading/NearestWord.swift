// SPDX-License-Identifier: Apache-2.0

/// Finds the known word that a mistyped one was probably meant to be.
package enum NearestWord {
    /// Longer words are never compared: nobody mistypes them, and the work would grow with their square.
    static let maximumLength = 64

    /// The candidate with the fewest typing errors: a wrong, missing, added or exchanged character each.
    ///
    /// Case does not count. At most a third of the word may be wrong, and never more than three characters.
    ///
    /// - Returns: the first of the nearest candidates, or nothing if none is near.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = word.utf8.map(\.asciiLowercased)
        guard !wanted.isEmpty, wanted.count <= maximumLength else { return nil }
        var best: (distance: Int, word: String)?
        var bound = min(3, max(1, wanted.count / 3))
        for candidate in candidates where abs(candidate.utf8.count - wanted.count) <= bound {
            let distance = distance(wanted, candidate.utf8.map(\.asciiLowercased))
            guard distance <= bound else { continue }
            best = (distance, candidate)
            if distance == 0 { break }
            bound = distance - 1
        }
        return best?.word
    }

    /// The optimal string alignment distance.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: other.count + 1)
        var last = Array(0...other.count)
        for row in one.indices {
            var current = [row + 1]
            for column in other.indices {
                let isSame = one[row] == other[column]
                var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}
