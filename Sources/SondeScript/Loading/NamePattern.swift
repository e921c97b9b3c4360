// SPDX-License-Identifier: Apache-2.0

/// A pattern for script names in which `*` stands for any run of characters.
///
/// All other characters stand for themselves, in their own case; the whole name must fit. One `.nse` at the
/// pattern's end is dropped, since names come without it.
struct NamePattern: Hashable, Sendable {
    private let octets: [UInt8]

    /// Whether the pattern has a wildcard.
    var hasWildcard: Bool { octets.contains(NamePattern.wildcard) }

    private static let wildcard = UInt8(ascii: "*")

    init(_ text: String) { self.octets = Array(text[...].droppingScriptExtension().utf8) }

    /// Whether the pattern fits the whole name.
    ///
    /// Only the last wildcard is ever tried again, so the time is at most the product of both lengths.
    func matches(_ name: String) -> Bool {
        matches(name.utf8.span)
    }

    private func matches(_ name: Span<UInt8>) -> Bool {
        var patternIndex = 0
        var nameIndex = 0
        var retry: (pattern: Int, name: Int)?
        while nameIndex < name.count {
            if patternIndex < octets.count, octets[patternIndex] == NamePattern.wildcard {
                patternIndex += 1
                retry = (patternIndex, nameIndex)
            } else if patternIndex < octets.count, octets[patternIndex] == name[nameIndex] {
                patternIndex += 1
                nameIndex += 1
            } else if let last = retry {
                patternIndex = last.pattern
                nameIndex = last.name + 1
                retry = (patternIndex, nameIndex)
            } else {
                return false
            }
        }
        return octets[patternIndex...].allSatisfy { $0 == NamePattern.wildcard }
    }
}
