// SPDX-License-Identifier: Apache-2.0

@testable import SondeScript

/// A made-up index; the expectations of the selection tests are what the reference did with the same scripts.
enum SampleIndex {
    static let index = ScriptIndex(entries: [
        .init(fileName: "Upper-Case.nse", categories: ["SAFE", "Odd-Cat"]),
        .init(fileName: "all-x.nse", categories: ["external"]),
        .init(fileName: "alpha-one.nse", categories: ["default", "safe"]),
        .init(fileName: "alpha-two.nse", categories: ["intrusive", "vuln"]),
        .init(fileName: "and.nse", categories: ["safe"]),
        .init(fileName: "android-x.nse", categories: ["discovery"]),
        .init(fileName: "beta.nse.more.nse", categories: ["safe", "discovery"]),
        .init(fileName: "gamma.nse", categories: ["version"]),
        .init(fileName: "nothing.nse", categories: ["brute"]),
        .init(fileName: "q?x.nse", categories: ["dos"]),
        .init(fileName: "qyx.nse", categories: ["dos"]),
        .init(fileName: "safe.nse", categories: ["auth"]),
        .init(fileName: "true-false.nse", categories: ["dos"]),
        .init(fileName: "vuln-a.nse", categories: ["vuln", "safe"]),
    ])

    static let allNames = index.entries.map(\.name)

    /// The scripts that `safe` chooses.
    static let safe = ["Upper-Case", "alpha-one", "and", "beta.nse.more", "safe", "vuln-a"]

    /// Files and directories beside the index.
    static func locate(_ path: String) -> ScriptSelector.Location? {
        if let entry = index.entries.first(where: { $0.fileName == path || "/s/" + $0.fileName == path }) {
            return .file(path: "/s/" + entry.fileName)
        }
        switch path {
        case "lit.nse", "./lit.nse", "noext": return .file(path: path)
        case "both.nse": return .file(path: path)
        case "sub/insub.nse": return .file(path: "/s/sub/insub.nse")
        case "both", "adir", "adir/": return .directory(path: path, files: ["adir//z2.nse", "adir//z1.nse"])
        case "adir/z1.nse": return .file(path: path)
        case "empty/": return .directory(path: path, files: [])
        default: return nil
        }
    }
}
