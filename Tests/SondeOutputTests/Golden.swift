// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Files with the expected text of whole reports; `SONDE_UPDATE_GOLDENS=1` rewrites them.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/Golden")

    /// The paths of all files with an extension.
    static func paths(_ suffix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix("." + suffix) }.sorted()
            .map { folder.appendingPathComponent($0).path }
    }

    /// Compares a report with its file, and prints the first lines that differ.
    static func expect(_ text: String, is name: String, at location: SourceLocation = #_sourceLocation) throws
    {
        let file = folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["SONDE_UPDATE_GOLDENS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        guard text != expected else { return }
        Issue.record("\(name) differs:\n\(difference(expected, text))", sourceLocation: location)
    }

    private static func difference(_ expected: String, _ text: String) -> String {
        let old = expected.components(separatedBy: "\n")
        let new = text.components(separatedBy: "\n")
        let rule = String(repeating: "-", count: 60)
        let changes = new.difference(from: old).map { change in
            switch change {
            case .remove(let line, let text, _): (line, "-\(line + 1): \(text)")
            case .insert(let line, let text, _): (line, "+\(line + 1): \(text)")
            }
        }
        return ([rule] + changes.sorted { $0.0 < $1.0 }.map(\.1) + [rule]).joined(separator: "\n")
    }
}
