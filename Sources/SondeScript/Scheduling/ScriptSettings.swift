// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel

/// What the engine and scripts know of the run they are in.
package struct ScriptSettings {
    /// `-v` level; may change while the scan runs.
    package var verbosity = 0
    /// `-d` level; may change while the scan runs.
    package var debugging = 0
    /// The family that is scanned.
    package var family = AddressFamily.inet
    /// 0 to 5.
    package var timingLevel = 3
    /// Whether raw packets are allowed.
    package var isPrivileged = false
    /// `--ttl`, if given.
    package var ttl: Int?
    /// `--data-length`.
    package var payloadLength = 0
    /// Whether packets leave in frames that we build (`--send-eth`).
    package var sendsFrames = false
    /// `-e`, if given.
    package var interface: String?
    /// `--version-intensity`.
    package var versionIntensity = 7
    /// Whether services are asked for their versions (`-sV`).
    package var detectsVersions = false
    /// Whether what port scripts say is reported: not where only the scripts of `-sV` run.
    package var keepsPortResults = true
    /// Longest time for one script; nothing for no limit.
    package var timeout: TimeSpan?
    /// `--script-trace`.
    package var traces = false
    /// Threads that may hold sockets at a time; nothing for no limit but descriptors.
    package var maximumParallelism: Int?
    /// Threads that may always hold sockets, with each host; nothing for what the engine finds right.
    package var minimumParallelism: Int?
    /// Script threads that live at a time at most.
    package var maximumThreads = 1000
    /// The address that connections come from (`-S`), if given.
    package var sourceAddress: IPAddress?
    /// Where scripts may go; nothing for everywhere.
    package var scope: ScriptScope?
    /// Connections and datagrams that scripts may begin with one host per second; nothing for no limit.
    package var hostRate: Double?
    /// Where compiled scripts are kept; nothing for nowhere.
    package var chunks: ChunkCache?
    /// What scripts may touch on this machine; nothing for everything.
    package var sandbox: ScriptSandbox? = ScriptSandbox()
    /// The scripts and libraries that may be loaded, by their hashes; nothing for all.
    package var lock: ScriptLock?
    /// What one script instance may use.
    package var limits = ScriptLimits()
    /// Worlds that scripts may be spread over, the scan's own included.
    package var worlds = 1
    /// The script arguments.
    package var arguments: ScriptArgument = .table([])

    /// Makes settings with all defaults.
    package init() {}
}

/// What one script instance may use, its workers included.
package struct ScriptLimits: Hashable, Sendable {
    /// Processor time; nothing for no limit.
    package var processorTime: TimeSpan? = .seconds(30)
    /// Octets of memory; nothing for no limit.
    package var memory: Int? = 256 << 20
    /// Octets of output.
    package var output = 1 << 20
    /// Sockets open at a time.
    package var sockets = 1000
    /// Workers that live at a time.
    package var workers = 5000
    /// Files open at a time.
    package var files = 256

    /// Makes the default limits.
    package init() {}
}
