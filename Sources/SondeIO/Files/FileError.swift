// SPDX-License-Identifier: Apache-2.0

/// Why a file could not be read.
package struct FileError: Error, Hashable, Sendable {
    /// What went wrong.
    package enum Kind: Hashable, Sendable {
        /// No directory on the search path has a readable file of this name.
        case notFound
        /// A system call failed.
        case system(SystemError)
        /// The file has more octets than the reader accepts.
        case tooLarge(limit: Int)
    }

    /// The file's path, or its logical name if it was not found.
    package let path: String
    /// What went wrong.
    package let kind: Kind

    /// Makes an error.
    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension FileError: CustomStringConvertible {
    /// The path and the system's words: `/etc/shadow: Permission denied`.
    package var description: String {
        switch kind {
        case .notFound: "\(path): not found in any data directory"
        case .system(let error): "\(path): \(error.reason)"
        case .tooLarge(let limit): "\(path): larger than \(limit) octets"
        }
    }
}
