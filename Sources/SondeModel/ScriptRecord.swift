// SPDX-License-Identifier: Apache-2.0

/// The kinds of work a script can be asked for.
public enum ScriptPhase: String, Hashable, Sendable {
    /// Before all hosts.
    case prerule
    /// On a host.
    case hostrule
    /// On a port.
    case portrule
    /// After all hosts.
    case postrule
}

/// What became of one script on one host or port: every script asked for has one, whether it said anything or not.
public struct ScriptRecord: Hashable, Sendable {
    /// How it ended.
    public enum State: String, Hashable, Sendable {
        /// Its action ended by itself.
        case ok
        /// Its rule did not match.
        case noMatch = "no-match"
        /// It failed with an error.
        case error
        /// Its time limit, wall or processor, ran out.
        case timeout
        /// Something that it needed was refused, and it failed for that.
        case denied
        /// Its memory limit ran out.
        case memory
        /// It was stopped with its host, or with the scan.
        case cancelled
    }

    /// One thing that was refused to it.
    public struct Denial: Hashable, Sendable {
        /// What: an address as `192.0.2.1:80`, or a capability as `exec`.
        public let subject: String
        /// How to allow it, as `--scope 192.0.2.1`.
        public let remedy: String
        /// How often it was refused.
        public var count: Int

        /// Makes a denial.
        public init(subject: String, remedy: String, count: Int = 1) {
            self.subject = subject
            self.remedy = remedy
            self.count = count
        }
    }

    /// The script's output id, as `http-title`.
    public var id: String
    /// What it was asked for.
    public var phase: ScriptPhase
    /// The host; nothing before and after all hosts.
    public var address: IPAddress?
    /// The host's name as typed, if a name was typed.
    public var targetName: String?
    /// The port; nothing for scripts that work on a host, or on none.
    public var port: Port?
    /// How it ended.
    public var state: State
    /// Why, where the state alone does not tell: an error's message, the limit that ran out.
    public var reason: String?
    /// When it began, seconds since 1970.
    public var started: Double
    /// How long it took, seconds.
    public var duration: Double
    /// Processor time that it took, seconds.
    public var cpu: Double = 0
    /// Octets that it sent.
    public var bytesOut = 0
    /// Octets that it received.
    public var bytesIn = 0
    /// What was refused to it.
    public var denials: [Denial] = []
    /// What it said; nothing if it said nothing.
    public var result: ScriptResult?

    /// Makes a record.
    public init(
        id: String,
        phase: ScriptPhase,
        address: IPAddress? = nil,
        targetName: String? = nil,
        port: Port? = nil,
        state: State,
        reason: String? = nil,
        started: Double,
        duration: Double
    ) {
        self.id = id
        self.phase = phase
        self.address = address
        self.targetName = targetName
        self.port = port
        self.state = state
        self.reason = reason
        self.started = started
        self.duration = duration
    }
}
