// SPDX-License-Identifier: Apache-2.0

/// Why a name has no addresses.
package struct ResolveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong; an open set.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// The system resolver's words for it, which scripts compare.
        package let rawValue: String
        /// Makes a code.
        package init(rawValue: String) { self.rawValue = rawValue }
        /// There is no such name, or it is not a name.
        package static let unknownName = Self(rawValue: "Name or service not known")
        /// No server has given a usable answer in time; asking again may help.
        package static let temporary = Self(rawValue: "Temporary failure in name resolution")
        /// The name exists, but has no address of the wanted family.
        package static let noAddress = Self(rawValue: "No address associated with hostname")
        /// The name is a numeric address of the other family.
        package static let wrongFamily = Self(rawValue: "Address family for hostname not supported")
    }

    /// What went wrong.
    package let code: Code
    /// The name that was asked for.
    package let name: String

    /// Makes an error.
    package init(_ code: Code, name: String) {
        self.code = code
        self.name = name
    }

    /// The system resolver's words.
    package var description: String { code.rawValue }

    /// Whether the same question will get the same answer for the rest of the run.
    var isFinal: Bool { code != .temporary }
}
