// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why a report could not be written.
package struct OutputError: Error, Hashable, Sendable {
    /// What was tried.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The word for it.
        package let rawValue: String

        /// Makes a code from its word.
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The name is not one that we write to.
        package static let name = Code(rawValue: "name")
        /// The file holds a database, which a report would destroy.
        package static let database = Code(rawValue: "database")
        /// Another scan writes the file.
        package static let busy = Code(rawValue: "busy")
        /// Opening failed.
        package static let open = Code(rawValue: "open")
        /// Writing failed.
        package static let write = Code(rawValue: "write")
    }

    /// What was tried.
    package let code: Code
    /// The file's name as the user gave it.
    package let file: String
    /// The system's `errno`; 0 if the system had no part in it.
    package let systemCode: CInt

    /// Makes an error.
    package init(_ code: Code, file: String, systemCode: CInt = 0) {
        self.code = code
        self.file = file
        self.systemCode = systemCode
    }
}

extension OutputError: CustomStringConvertible {
    /// One line for the user: what failed, on which file, and why.
    package var description: String {
        let shown = printable(file)
        switch code {
        case .name:
            return "output file name '\(shown)' begins with '-'; write './\(shown)' if it is meant so"
        case .database:
            return
                "output file \(shown) is a database, as of stored scans; choose another name, or add --force"
        case .busy:
            return
                "output file \(shown) is being written by another scan; choose another name, or add --force"
        case .open: return "cannot open output file \(shown) for writing: \(reason)"
        default: return "cannot write to output file \(shown): \(reason)"
        }
    }

    private var reason: String {
        // The text is the C library's own and is copied at once; only this thread reports errors.
        guard let text = unsafe strerror(systemCode) else { return "error \(systemCode)" }
        return unsafe String(cString: text) + " (\(systemCode))"
    }
}
