// SPDX-License-Identifier: Apache-2.0

/// Where a data file was found.
package enum FoundPath: Hashable, Sendable {
    /// A readable file.
    case file(String)
    /// A readable directory.
    case directory(String)

    /// The path, whatever is there.
    package var path: String {
        switch self {
        case .file(let path), .directory(let path): path
        }
    }
}
