// SPDX-License-Identifier: Apache-2.0

/// What tells hosts of one scan apart: their address, and the name under which each was asked for.
public struct HostKey: Hashable, Sendable {
    /// The address, without a zone.
    public let address: IPAddress?
    /// The name as typed.
    public let name: String?

    /// Makes a key.
    public init(_ address: IPAddress?, name: String?) {
        self.address = address?.withoutZone
        self.name = name
    }

    /// The key of a host.
    public init(_ host: Host) { self.init(host.address, name: host.targetName) }

    /// The key of the host that a record is about.
    public init(_ record: ScriptRecord) { self.init(record.address, name: record.targetName) }
}

/// One script to be run on one thing, as a scan that goes on must know which were run.
public struct ScriptTask: Hashable, Sendable {
    /// The script's output id.
    public let id: String
    /// What it is asked for.
    public let phase: ScriptPhase
    /// The port; nothing for scripts that work on a host, or on none.
    public let port: Port?

    /// Makes a task.
    public init(id: String, phase: ScriptPhase, port: Port?) {
        self.id = id
        self.phase = phase
        self.port = port
    }

    /// The task that a record tells of.
    public init(_ record: ScriptRecord) { self.init(id: record.id, phase: record.phase, port: record.port) }
}
