// SPDX-License-Identifier: Apache-2.0

package import SondeModel
internal import SondeText

/// What a scan that did not end needs to go on.
package struct StoredProgress: Sendable {
    /// The number of the scan.
    package var id: Int64
    /// The words of its command line.
    package var arguments: [String]
    /// Its working directory.
    package var directory: String
    /// Hosts that are done.
    package var finished: [Host]
    /// Hosts whose ports are known.
    package var begun: [Host]
    /// What became of scripts, but for those that were cut short.
    package var records: [ScriptRecord]
    /// What scripts said before all hosts.
    package var preScripts: [ScriptResult]
}

extension ScanDatabase {
    /// The results of one scan.
    package func results(of id: Int64) throws(StoreError) -> ScanResults {
        var results = ScanResults(.database)
        let scan = try connection.prepare(
            "SELECT header,ended,elapsed,failure,hosts_up,hosts_down,hosts_total,arguments FROM scans WHERE id=?"
        )
        try scan.bind([.integer(id)])
        guard try scan.step() else { throw StoreError("\(path) holds no scan \(id)") }
        let row = scan.row
        results.header = row[0].json?.scanHeader
        results.arguments = row[7].json?.elements.compactMap(\.text) ?? []
        results.phases = try readPhases(of: id)
        if let ended = row[1].double {
            results.summary = ScanSummary(
                ended: ended,
                elapsed: row[2].double ?? 0,
                hostsUp: row[4].integer ?? 0,
                hostsDown: row[5].integer ?? 0,
                hostsTotal: row[6].integer ?? 0,
                failure: row[3].text
            )
        }
        let stored = try readHosts(of: id)
        results.records = try readRecords(of: id, stored.map { ($0.id, $0.host) })
        let finished = stored.filter(\.isDone).map(\.host)
        results.hosts = Self.withScripts(finished, results.records)
        for record in results.records {
            guard let result = record.result, result.ending != .cancelled else { continue }
            if record.phase == .prerule { results.preScripts.insertByID(result) }
            if record.phase == .postrule { results.postScripts.insertByID(result) }
        }
        return results
    }

    /// What a scan got done, and what it was asked.
    package func progress(of id: Int64) throws(StoreError) -> StoredProgress {
        let scan = try connection.prepare("SELECT arguments,directory FROM scans WHERE id=?")
        try scan.bind([.integer(id)])
        guard try scan.step() else { throw StoreError("\(path) holds no scan \(id)") }
        let arguments = scan.row[0].json?.elements.compactMap(\.text) ?? []
        let directory = scan.row[1].text ?? "."
        let stored = try readHosts(of: id)
        let all = try readRecords(of: id, stored.map { ($0.id, $0.host) })
        // A script that was cut short leaves its host unfinished, although a report told of it.
        let cut = Set(all.filter { $0.state == .cancelled && $0.address != nil }.map { HostKey($0) })
        let records = all.filter { $0.state != .cancelled && $0.phase != .postrule }
        let isFinished = { (stored: (id: Int64, host: Host, isDone: Bool)) in
            stored.isDone && !cut.contains(HostKey(stored.host))
        }
        var progress = StoredProgress(
            id: id,
            arguments: arguments,
            directory: directory,
            finished: Self.withScripts(stored.filter(isFinished).map(\.host), records),
            begun: Self.withScripts(stored.filter { !isFinished($0) }.map(\.host), records),
            records: records,
            preScripts: []
        )
        for record in records where record.phase == .prerule {
            if let result = record.result { progress.preScripts.insertByID(result) }
        }
        return progress
    }

    /// The phases that ended, in that order.
    private func readPhases(of id: Int64) throws(StoreError) -> [ScanResults.PhaseTime] {
        let extent = version < 3 ? "NULL" : "extent"
        let statement = try connection.prepare(
            "SELECT phase,started,elapsed,\(extent) FROM timings WHERE scan=?"
        )
        try statement.bind([.integer(id)])
        var phases: [ScanResults.PhaseTime] = []
        while try statement.step() {
            let row = statement.row
            guard let phase = row[0].text.flatMap(Phase.init(rawValue:)), let started = row[1].double,
                let elapsed = row[2].double
            else { continue }
            phases.append(
                ScanResults.PhaseTime(
                    phase: phase,
                    started: started,
                    elapsed: elapsed,
                    extent: row[3].text
                )
            )
        }
        return phases
    }

    private func readHosts(of id: Int64) throws(StoreError) -> [(id: Int64, host: Host, isDone: Bool)] {
        let statement = try connection.prepare(
            "SELECT id,facts,done FROM hosts WHERE scan=? ORDER BY ended,id"
        )
        let ports = try connection.prepare("SELECT facts FROM ports WHERE host=?")
        try statement.bind([.integer(id)])
        var found: [(id: Int64, host: Host, isDone: Bool)] = []
        while try statement.step() {
            let row = statement.row
            guard let id = row[0].integer.map(Int64.init), let facts = row[1].json, let host = facts.host
            else {
                continue
            }
            var draft = HostCollector.Draft(host)
            facts["trace"]?.addTrace(to: &draft.host)
            draft.addGroups(facts["other_ports"])
            for port in facts["ports"]?.elements ?? [] {
                if let record = port.portRecord { draft.add(record) }
            }
            try ports.bind([.integer(id)])
            while try ports.step() {
                if let record = ports.row[0].json?.portRecord { draft.add(record) }
            }
            found.append((id, draft.finished, row[2].integer == 1))
        }
        return found
    }

    private func readRecords(
        of id: Int64,
        _ hosts: [(Int64, Host)]
    ) throws(StoreError) -> [ScriptRecord] {
        let byNumber = Dictionary(hosts, uniquingKeysWith: { first, _ in first })
        let statement = try connection.prepare(
            """
            SELECT script,phase,port,protocol,state,reason,started,duration,cpu,bytes_out,bytes_in,denied,output,
            structured,host FROM scripts WHERE scan=? ORDER BY id
            """
        )
        try statement.bind([.integer(id)])
        var records: [ScriptRecord] = []
        while try statement.step() {
            let row = statement.row
            let host = row[14].integer.flatMap { byNumber[Int64($0)] }
            if let record = Self.record(row, of: host) { records.append(record) }
        }
        return records
    }

    /// A row of the table `scripts`; nothing if it names no phase or state that we know.
    private static func record(_ row: [SQLiteValue], of host: Host?) -> ScriptRecord? {
        guard let task = ScriptTask(row[0...3]),
            let state = row[4].text.flatMap(ScriptRecord.State.init(rawValue:))
        else { return nil }
        var record = ScriptRecord(
            id: task.id,
            phase: task.phase,
            address: host?.address,
            targetName: host?.targetName,
            port: task.port,
            state: state,
            reason: row[5].text,
            started: row[6].double ?? 0,
            duration: row[7].double ?? 0
        )
        record.cpu = row[8].double ?? 0
        record.bytesOut = row[9].integer ?? 0
        record.bytesIn = row[10].integer ?? 0
        record.denials = row[11].json?.denials ?? []
        if let output = row[12].text {
            record.result = ScriptResult(
                id: task.id,
                ending: ScriptResult.Ending(rawValue: state.rawValue) ?? .ok,
                output: Array(output.utf8),
                structured: row[13].json?.structured
            )
        }
        return record
    }

    /// Hosts with what scripts said of them.
    private static func withScripts(_ hosts: [Host], _ records: [ScriptRecord]) -> [Host] {
        var said: [HostKey: [ScriptRecord]] = [:]
        for record in records where record.result != nil && record.address != nil {
            said[HostKey(record), default: []].append(record)
        }
        return hosts.map { host in
            var host = host
            for record in said[HostKey(host)] ?? [] {
                guard let result = record.result else { continue }
                if let port = record.port {
                    host.ports.add(result, to: port)
                } else {
                    host.scripts.insertByID(result)
                }
            }
            return host
        }
    }
}

extension SQLiteValue {
    /// JSON that the store wrote; nothing for other values.
    fileprivate var json: JSONValue? { text.flatMap { try? JSONParser.parse(Array($0.utf8)) } }
}
