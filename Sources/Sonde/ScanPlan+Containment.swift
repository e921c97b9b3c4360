// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// What scripts may reach, touch and use.
///
/// Without changes, scripts reach only what was typed, read only their own files, and have limits.
public struct ContainmentRequest: Hashable, Sendable {
    /// What can be opened for scripts.
    public enum Permission: Hashable, Sendable {
        /// Starting programs.
        case exec
        /// Loading machine code.
        case native
        /// The parts of the debug library that reach out of a script.
        case debug
        /// Reading environment variables.
        case env
        /// Reading what lies under a directory.
        case read(String)
        /// Reading and writing what lies under a directory.
        case write(String)
    }

    /// Networks, addresses and names that scripts may reach besides the targets; `any` opens all.
    public var scope: [String] = []
    /// A file of such words.
    public var scopeFile: String?
    /// What is opened.
    public var permissions: [Permission] = []
    /// Whether scripts are not confined at all, but for the network scope.
    public var isOff = false
    /// Longest processor time of one script; nothing for no limit.
    public var processorTime: TimeSpan? = .seconds(30)
    /// Most octets that one script may hold; nothing for no limit.
    public var memory: Int? = 256 << 20
    /// Most octets of output of one script.
    public var output = 1 << 20
    /// Connections and datagrams that scripts may begin with one host per second; nothing for no limit.
    public var hostRate: Double?
    /// Whether the kernel confines this whole process too, for good, before the first script runs.
    public var confinesProcess = false
    /// Directories in which the process writes reports and the like.
    public var outputDirectories: [String] = []
    /// A file of hashes that scripts and libraries must have.
    public var lockFile: String?

    /// Makes the default request.
    public init() {}
}
