// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What an earlier run got done, ready to be asked for.
struct EarlierWork {
    private var finished: [HostKey: Host] = [:]
    private var begun: [HostKey: Host] = [:]
    private var records: [HostKey: [ScriptRecord]] = [:]
    /// What scripts said before all hosts.
    let preScripts: [ScriptResult]

    init(_ resumption: Resumption?) {
        preScripts = resumption?.preScripts ?? []
        guard let resumption else { return }
        for host in resumption.finished { finished[HostKey(host)] = host }
        for host in resumption.begun { begun[HostKey(host)] = host }
        records = Dictionary(grouping: resumption.records) { HostKey($0) }
    }

    /// Whether there is none.
    var isEmpty: Bool { finished.isEmpty && begun.isEmpty }

    /// Takes a host that was done.
    mutating func takeFinished(_ key: HostKey) -> Host? { finished.removeValue(forKey: key) }

    /// A host whose ports are known.
    func begunHost(_ key: HostKey) -> Host? { begun[key] }

    /// Takes a host whose ports are known.
    mutating func takeBegun(_ key: HostKey) -> Host? { begun.removeValue(forKey: key) }

    /// What became of scripts on a host, or before all hosts.
    func records(of key: HostKey) -> [ScriptRecord] { records[key] ?? [] }

    /// The scripts that need not run again on a host, or before all hosts.
    func tasks(of key: HostKey) -> Set<ScriptTask> { Set(records(of: key).map { ScriptTask($0) }) }
}
