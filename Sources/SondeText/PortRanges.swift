// SPDX-License-Identifier: Apache-2.0

/// Lists of port numbers as reports write them, `1-5,7`.
package enum PortRanges {
    /// The numbers, ascending and unique; what is no number is left out.
    package static func numbers(_ text: String) -> [UInt16] {
        var found: [UInt16] = []
        var isAscending = true
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1)
            guard let first = ends.first.flatMap({ UInt16($0) }),
                let last = ends.last.flatMap({ UInt16($0) }),
                first <= last
            else { continue }
            if let latest = found.last, latest >= first { isAscending = false }
            found.append(contentsOf: first...last)
        }
        // Reports write them in order, each once.
        return isAscending ? found : Set(found).sorted()
    }

    /// Ascending numbers as ranges.
    package static func text(_ numbers: [UInt16]) -> String {
        var parts: [String] = []
        var index = 0
        while index < numbers.count {
            let first = numbers[index]
            while index + 1 < numbers.count, Int(numbers[index + 1]) == Int(numbers[index]) + 1 { index += 1 }
            parts.append(first == numbers[index] ? "\(first)" : "\(first)-\(numbers[index])")
            index += 1
        }
        return parts.joined(separator: ",")
    }
}
