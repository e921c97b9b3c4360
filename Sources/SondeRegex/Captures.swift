// SPDX-License-Identifier: Apache-2.0

/// Where a match lies in its subject, and where its groups do.
package struct Captures: Hashable, Sendable {
    /// The whole match, then each group; nothing for a group that took no part.
    package let ranges: [Range<Int>?]

    /// Makes captures.
    package init(ranges: [Range<Int>?]) { self.ranges = ranges }

    /// The whole match.
    package var whole: Range<Int> { ranges.first.flatMap { $0 } ?? 0..<0 }

    /// A group's place, 0 for the whole match; nothing if it took no part or does not exist.
    package subscript(group: Int) -> Range<Int>? {
        ranges.indices.contains(group) ? ranges[group] : nil
    }
}
