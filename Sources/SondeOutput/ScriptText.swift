// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// Script results as lines of a normal report (spec `nse-output`, section 3).
enum ScriptText {
    /// The lines of one result; none if it has no text.
    static func lines(_ result: ScriptResult) -> [String] {
        guard !result.output.isEmpty else { return [] }
        var parts = result.output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if result.output.last == UInt8(ascii: "\n") { parts.removeLast() }
        return parts.enumerated().map { index, part in
            let prefix = index == parts.count - 1 ? "|_" : "| "
            let id = index == 0 ? printable(result.id) + ": " : ""
            return prefix + id + printable(part, keeping: .tab)
        }
    }

    /// What is said of a script that gave a result without a text.
    static func complaint(_ result: ScriptResult) -> String {
        "Bug in \(printable(result.id)): no string output."
    }
}
