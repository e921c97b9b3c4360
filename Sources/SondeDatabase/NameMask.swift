// SPDX-License-Identifier: Apache-2.0

/// A service or protocol name with wildcards, as `http*` or `?map`.
///
/// `*` stands for any run of characters, `?` for one; letters match in either case.
package struct NameMask: Hashable, Sendable {
    private let pattern: [UInt8]

    /// Makes a mask.
    package init(_ text: some StringProtocol) { pattern = text.utf8.map(Octet.lowercased) }

    /// Whether a name matches.
    ///
    /// Complexity: O(*n* × *m*) at worst; no recursion.
    package func matches(_ name: ArraySlice<UInt8>) -> Bool {
        var place = 0
        var index = name.startIndex
        // Where to go on if the text behind the last star does not fit: one character further.
        var retry: (place: Int, index: Int)?
        while index < name.endIndex {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                place += 1
                retry = (place, index)
            } else if place < pattern.count, fits(pattern[place], name[index]) {
                place += 1
                index += 1
            } else if let last = retry {
                place = last.place
                index = last.index + 1
                retry = (place, index)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private func fits(_ wanted: UInt8, _ octet: UInt8) -> Bool {
        wanted == UInt8(ascii: "?") || wanted == Octet.lowercased(octet)
    }
}
