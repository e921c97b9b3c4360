// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// Hosts with their ports, found out by somebody else; typed targets and ports choose among them.
public struct GivenHosts: Hashable, Sendable {
    /// Where they come from, for messages.
    public var source: String
    /// The hosts; those that are down are left out, and what scripts said earlier is forgotten.
    public var hosts: [Host]
    /// Open ports of hosts of which only a name is known.
    public var namedPorts: [String: [Port]]

    /// Makes a list of hosts.
    public init(source: String, hosts: [Host], namedPorts: [String: [Port]] = [:]) {
        self.source = source
        self.hosts = hosts
        self.namedPorts = namedPorts
    }
}

/// What an earlier run of a scan got done: it is told again and not done again.
public struct Resumption: Hashable, Sendable {
    /// Hosts that were done.
    public var finished: [Host] = []
    /// Hosts whose ports are known, but whose scripts are not all done.
    public var begun: [Host] = []
    /// What became of scripts.
    public var records: [ScriptRecord] = []
    /// What scripts said before all hosts.
    public var preScripts: [ScriptResult] = []

    /// Makes an empty one.
    public init() {}
}
