// SPDX-License-Identifier: Apache-2.0

/// A set of port numbers, one bit each.
package struct PortSet: Hashable, Sendable {
    /// 1024 words, or none while the set is empty.
    private var words: [UInt64] = []

    /// Makes an empty set.
    package init() {}

    /// Makes a set of numbers.
    package init(_ numbers: some Sequence<UInt16>) {
        for number in numbers { insert(number) }
    }

    /// Adds a number.
    ///
    /// - Returns: whether it was missing.
    @discardableResult
    package mutating func insert(_ number: UInt16) -> Bool {
        if words.isEmpty { words = [UInt64](repeating: 0, count: 1024) }
        let bit = UInt64(1) << UInt64(number & 63)
        let word = Int(number >> 6)
        guard words[word] & bit == 0 else { return false }
        words[word] |= bit
        return true
    }

    /// Removes all numbers of another set.
    package mutating func subtract(_ other: PortSet) {
        guard !words.isEmpty, !other.words.isEmpty else { return }
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// Whether a number is in the set.
    package func contains(_ number: UInt16) -> Bool {
        !words.isEmpty && words[Int(number >> 6)] >> UInt64(number & 63) & 1 == 1
    }

    /// Whether no number is in the set.
    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The numbers, ascending.
    ///
    /// Complexity: O(*n*).
    package var numbers: [UInt16] {
        var numbers: [UInt16] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                numbers.append(UInt16(truncatingIfNeeded: index << 6 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return numbers
    }
}
