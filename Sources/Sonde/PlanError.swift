// SPDX-License-Identifier: Apache-2.0

/// Why a plan cannot be carried out.
///
/// Thrown before anything is sent: something that was asked for does not exist, cannot be read or makes no
/// sense.
public struct PlanError: Error, Hashable, Sendable {
    /// What kind of thing is wrong.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The word for it.
        public let rawValue: String

        /// Makes a code from its word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A target specification, a target list or an exclusion.
        public static let targets = Self(rawValue: "targets")
        /// A port list.
        public static let ports = Self(rawValue: "ports")
        /// A script or a script rule.
        public static let scripts = Self(rawValue: "scripts")
        /// Script arguments.
        public static let arguments = Self(rawValue: "arguments")
        /// A file that is missing or cannot be read.
        public static let files = Self(rawValue: "files")
        /// An interface, an address of ours, or a socket.
        public static let network = Self(rawValue: "network")
        /// Something that needs more rights.
        public static let privileges = Self(rawValue: "privileges")
    }

    /// What kind of thing is wrong.
    public let code: Code
    /// One line that names the offending text and says what would be right.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension PlanError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
