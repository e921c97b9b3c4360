// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeText

/// Writes events into a database; belongs to one thread.
final class StoreTransactions {
    /// Ports of one outcome that are kept one by one; more are kept as a list of numbers.
    private static let mostSinglePorts = 25

    /// Pages in the log after which they are written to the database itself: half a megabyte.
    private static let mostLogPages = 128

    private let connection: SQLiteConnection
    private let request: StoreWriter.Request
    private(set) var scan: Int64 = 0
    /// The rows of the hosts under way; those of others are looked up, so that a scan of many hosts needs no memory for them.
    private var underWay: [HostKey: Int64] = [:]
    /// How many hosts are told of and not done.
    var hostsUnderWay: Int { underWay.count }
    private var known: [Int64: Set<ScriptTask>] = [:]
    private let findHost: SQLiteStatement
    private let addHost: SQLiteStatement
    private let updateHost: SQLiteStatement
    private let addPort: SQLiteStatement
    private let addScript: SQLiteStatement
    private let addSystem: SQLiteStatement
    private let addHop: SQLiteStatement

    /// Opens the database, and makes it if it is not there.
    init(_ request: StoreWriter.Request) throws(StoreError) {
        self.request = request
        connection = try SQLiteConnection(request.path, isReadOnly: false)
        try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF")
        // The first who opens the file after everybody left it reads the whole log, so it is kept short.
        try connection.execute("PRAGMA wal_autocheckpoint=\(Self.mostLogPages)")
        if !request.isPortable { connection.keepLogOnClose() }
        try StoreSchema.prepare(connection, path: request.path)
        findHost = try connection.prepare(
            "SELECT id,done FROM hosts WHERE scan=? AND address=? AND name IS ?"
        )
        addHost = try connection.prepare(
            """
            INSERT INTO hosts(scan,address,name,reverse_name,state,reason,started,ended,done,facts,mac,mac_vendor,
            distance,last_boot) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """
        )
        updateHost = try connection.prepare(
            """
            UPDATE hosts SET reverse_name=?,state=?,reason=?,started=?,ended=?,done=?,facts=?,mac=?,mac_vendor=?,
            distance=?,last_boot=? WHERE id=?
            """
        )
        addSystem = try connection.prepare("INSERT OR REPLACE INTO systems VALUES(?,?,?,?,?,?,?,?,?)")
        addHop = try connection.prepare("INSERT OR REPLACE INTO hops VALUES(?,?,?,?,?)")
        addPort = try connection.prepare(
            "INSERT OR REPLACE INTO ports VALUES(?,?,?,?,?,?,?,?,?)"
        )
        addScript = try connection.prepare(
            """
            INSERT INTO scripts(scan,host,script,phase,port,protocol,state,reason,started,duration,cpu,bytes_out,
            bytes_in,denied,output,structured) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """
        )
    }

    /// Writes events, all or none of them.
    func write(_ events: [ScanEvent]) throws(StoreError) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreError) {
            let finished = Self.finished(in: events)
            for event in events { try write(event, finished) }
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
        try connection.execute("COMMIT")
    }

    /// The hosts that are done within these events.
    private static func finished(in events: [ScanEvent]) -> [HostKey: Host] {
        var finished: [HostKey: Host] = [:]
        for case .host(let host) in events { finished[HostKey(host)] = host }
        return finished
    }

    /// Writes one event; a host whose ports become known is written as it is at the end, where the end comes in the same
    /// transaction.
    private func write(_ event: ScanEvent, _ finished: [HostKey: Host]) throws(StoreError) {
        switch event {
        case .started(let header): try start(header)
        case .phaseEnded(let phase, let time, let elapsed, let extent):
            try connection.prepare("INSERT INTO timings VALUES(?,?,?,?,?)").run([
                .integer(scan), .text(phase.rawValue), .real(time - elapsed), .real(elapsed),
                .optional(extent),
            ])
        case .script(let record): try write(record)
        case .portsKnown(let host):
            let last = finished[HostKey(host)]
            try write(last ?? host, isDone: last != nil)
        case .host(let host): try write(host, isDone: true)
        case .finished(let summary): try finish(summary)
        case .hostFound, .phaseStarted, .preScripts, .postScripts, .diagnostic, .progress: return
        }
    }

    // MARK: Scans

    private func start(_ header: ScanHeader) throws(StoreError) {
        if let earlier = request.continuing { return try goOn(earlier) }
        var writer = JSONWriter()
        writer.scanHeader(header)
        try connection.prepare(
            """
            INSERT INTO scans(started,status,process,version,command,arguments,directory,header)
            VALUES(?,'running',?,?,?,?,?,?)
            """
        ).run([
            .real(header.started), .whole(request.process), .text(header.version), .text(header.commandLine),
            .json(JSONValue.array(request.arguments.map(JSONValue.string)).serialized),
            .text(request.directory), .json(writer.octets),
        ])
        scan = connection.lastRow
    }

    /// Goes on with a scan that did not end: what was cut short is forgotten, what was done is known.
    private func goOn(_ earlier: Int64) throws(StoreError) {
        scan = earlier
        try connection.prepare("UPDATE scans SET status='running',failure=NULL,process=? WHERE id=?")
            .run([.whole(request.process), .integer(scan)])
        try connection.prepare(
            """
            UPDATE hosts SET done=0 WHERE scan=?1
            AND id IN (SELECT host FROM scripts WHERE scan=?1 AND state='cancelled')
            """
        ).run([.integer(scan)])
        try connection.prepare("DELETE FROM scripts WHERE scan=? AND state='cancelled'").run([.integer(scan)])
        let scripts = try connection.prepare(
            "SELECT host,script,phase,port,protocol FROM scripts WHERE scan=?"
        )
        try scripts.bind([.integer(scan)])
        while try scripts.step() {
            let row = scripts.row
            guard let task = ScriptTask(row.dropFirst()) else { continue }
            known[Int64(row[0].integer ?? 0), default: []].insert(task)
        }
    }

    private func finish(_ summary: ScanSummary) throws(StoreError) {
        try connection.prepare(
            """
            UPDATE scans SET ended=?,elapsed=?,status=?,failure=?,hosts_up=?,hosts_down=?,hosts_total=?,process=NULL
            WHERE id=?
            """
        ).run([
            .real(summary.ended), .real(summary.elapsed), .text(summary.failure == nil ? "done" : "stopped"),
            .optional(summary.failure), .whole(summary.hostsUp), .whole(summary.hostsDown),
            .whole(summary.hostsTotal), .integer(scan),
        ])
        try connection.prepare(
            """
            INSERT INTO costs SELECT script,count(*),sum(duration) FROM scripts
            WHERE scan=? AND state IN ('ok','error','timeout','denied','memory') GROUP BY script
            ON CONFLICT(script) DO UPDATE SET runs=runs+excluded.runs,seconds=seconds+excluded.seconds
            """
        ).run([.integer(scan)])
    }

    // MARK: Hosts

    /// The row of a host, and whether the host is done; nothing for one that was not told of yet.
    private func row(of key: HostKey, at address: IPAddress) throws(StoreError) -> (id: Int64, isDone: Bool)?
    {
        if let id = underWay[key] { return (id, false) }
        defer { findHost.reset() }
        try findHost.bind([.integer(scan), .text(address.description), .optional(key.name)])
        guard try findHost.step() else { return nil }
        let row = findHost.row
        return (Int64(row[0].integer ?? 0), row[1].integer == 1)
    }

    private func write(_ host: Host, isDone: Bool) throws(StoreError) {
        let key = HostKey(host)
        let earlier = try row(of: key, at: host.address)
        // A host that an earlier run has done is told again.
        if let earlier, earlier.isDone { return }
        var facts = JSONWriter()
        facts.beginObject()
        facts.hostMembers(host)
        let single = write(groupsOf: host.ports, &facts)
        let records = host.ports.records { single.contains($0) }
        if !isDone { write(records, &facts) }
        if !host.hops.isEmpty {
            facts.key("trace")
            facts.beginObject()
            facts.traceMembers(host)
            facts.endObject()
        }
        facts.endObject()
        let state: [SQLiteValue] = [
            .optional(host.name), .text(host.state.rawValue), .text(host.reason.rawValue),
            .optional(host.started), .optional(host.ended), .integer(isDone ? 1 : 0), .json(facts.octets),
            .optional(host.macAddress?.description), .optional(host.macVendor),
            host.distance.map { .whole($0.hops) } ?? .null, .optional(host.os?.sequence.lastBoot),
        ]
        let id: Int64
        if let earlier {
            id = earlier.id
            try updateHost.run(state + [.integer(id)])
        } else {
            try addHost.run(
                [.integer(scan), .text(host.address.description), .optional(host.targetName)] + state
            )
            id = connection.lastRow
        }
        underWay[key] = isDone ? nil : id
        // Ports may change until the host is done; only then they get rows of their own.
        guard isDone else { return }
        for record in records { try write(record, of: id) }
        try writeSystem(host, id)
    }

    /// Writes the rows that say which systems a host resembles, and the stations on the way to it.
    private func writeSystem(_ host: Host, _ id: Int64) throws(StoreError) {
        for (index, match) in (host.os?.matches ?? []).enumerated() {
            let kind = match.classes.first
            try addSystem.run([
                .integer(id), .whole(index + 1), .text(match.name), .real(match.accuracy),
                .optional(kind?.type), .optional(kind?.vendor), .optional(kind?.family),
                .optional(kind?.generation), .optional(kind?.cpes.first),
            ])
        }
        for hop in host.hops {
            try addHop.run([
                .integer(id), .whole(hop.timeToLive), .optional(hop.address?.description),
                .optional(hop.name),
                .optional(hop.roundTrip),
            ])
        }
    }

    /// Writes the ports of a host that is not done into its facts.
    private func write(_ records: [PortRecord], _ facts: inout JSONWriter) {
        facts.key("ports")
        facts.beginArray()
        for record in records {
            facts.beginObject()
            facts.portMembers(record)
            facts.endObject()
        }
        facts.endArray()
    }

    private func write(_ record: PortRecord, of host: Int64) throws(StoreError) {
        var facts = JSONWriter()
        facts.beginObject()
        facts.portMembers(record)
        facts.endObject()
        try addPort.run([
            .integer(host), .whole(record.port.number), .text(record.port.transport.rawValue),
            .text(record.outcome.state.rawValue), .text(record.outcome.reason.rawValue),
            .optional(record.service?.name), .optional(record.service?.product),
            .optional(record.service?.version), .json(facts.octets),
        ])
    }

    /// Writes the ports that are many and alike as lists of numbers.
    ///
    /// - Returns: the outcomes of all others.
    private func write(groupsOf ports: PortTable, _ facts: inout JSONWriter) -> Set<PortOutcome> {
        var single: Set<PortOutcome> = []
        facts.key("other_ports")
        facts.beginArray()
        for transport in ports.transports {
            for (outcome, count) in ports.tally(transport) {
                guard count > Self.mostSinglePorts, !outcome.state.mayBeOpen else {
                    single.insert(outcome)
                    continue
                }
                facts.beginObject()
                facts.member("protocol", transport.rawValue)
                facts.member("state", outcome.state.rawValue)
                facts.member("reason", outcome.reason.rawValue)
                facts.member("ttl", Int(outcome.ttl))
                if let source = outcome.source { facts.member("source", source.description) }
                facts.member("ports", PortRanges.text(ports.numbers(of: transport) { $0 == outcome }))
                facts.endObject()
            }
        }
        facts.endArray()
        return single
    }

    // MARK: Scripts

    private func write(_ record: ScriptRecord) throws(StoreError) {
        let host = try record.address.flatMap { (address) throws(StoreError) in
            try row(of: HostKey(record), at: address)?.id
        }
        if known[host ?? 0]?.contains(ScriptTask(record)) ?? false { return }
        var denied: SQLiteValue = .null
        if !record.denials.isEmpty {
            var writer = JSONWriter()
            writer.denials(record.denials)
            denied = .json(writer.octets)
        }
        var structured: SQLiteValue = .null
        if let value = record.result?.structured {
            var writer = JSONWriter()
            writer.structured(value)
            structured = .json(writer.octets)
        }
        try addScript.run([
            .integer(scan), host.map(SQLiteValue.integer) ?? .null, .text(record.id),
            .text(record.phase.rawValue), record.port.map { .whole($0.number) } ?? .null,
            .optional(record.port?.transport.rawValue), .text(record.state.rawValue),
            .optional(record.reason), .real(record.started), .real(record.duration), .real(record.cpu),
            .whole(record.bytesOut), .whole(record.bytesIn), denied,
            .optional(record.result.map { JSONWriter.visible($0.output) }), structured,
        ])
    }
}

extension ScriptTask {
    /// Reads the columns script, phase, port and protocol.
    init?(_ row: ArraySlice<SQLiteValue>) {
        let values = Array(row)
        guard values.count >= 4, let id = values[0].text,
            let phase = values[1].text.flatMap(ScriptPhase.init(rawValue:))
        else { return nil }
        self.init(id: id, phase: phase, port: Port(values[2], values[3]))
    }
}

extension Port {
    /// Reads the columns port and protocol.
    init?(_ number: SQLiteValue, _ transport: SQLiteValue) {
        guard let number = number.integer.flatMap(UInt16.init(exactly:)),
            let transport = transport.text.flatMap(TransportProtocol.init(rawValue:))
        else { return nil }
        self.init(number, transport)
    }
}
