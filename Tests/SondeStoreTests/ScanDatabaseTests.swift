// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import Testing

@testable import SondeStore

/// A scan that a test keeps.
enum StoredScene {
    static let start = 1_700_000_000.0

    static func host(_ last: Int, done: Bool = true) -> SondeModel.Host {
        var host = Host(
            address: IPAddress(family: .inet, value: UInt128(0xC000_0200 + last)),
            targetName: nil
        )
        host.state = .up
        host.reason = .userSet
        host.started = start
        host.ended = done ? start + 1 : nil
        host.ports.declare(Array(1...200), .tcp, as: PortOutcome(.closed, .connectionRefused))
        host.ports.set(PortOutcome(.open, .synAck, ttl: 64), for: Port(80, .tcp))
        var service = ServiceInfo(name: "http")
        service.product = "nginx \"é\""
        host.ports.setService(service, for: Port(80, .tcp))
        return host
    }

    static func record(_ last: Int, _ id: String = "title", state: ScriptRecord.State = .ok) -> ScriptRecord {
        var record = ScriptRecord(
            id: id,
            phase: .portrule,
            address: host(last).address,
            port: Port(80, .tcp),
            state: state,
            started: start,
            duration: 0.25
        )
        record.denials = [.init(subject: "192.0.2.9:1", remedy: "--scope", count: 2)]
        if state == .ok {
            let inner = ScriptValue.table([
                .init(key: nil, value: .text([0x61])), .init(key: Array("k".utf8), value: .text([0x62])),
            ])
            record.result = ScriptResult(id: id, output: Array("x\ny".utf8), structured: inner)
        }
        return record
    }

    static var header: ScanHeader {
        ScanHeader(
            commandLine: "sonde x",
            version: "1",
            started: start,
            scans: [ScanInfo(technique: "connect", transport: .tcp, ports: Array(1...200))],
            verbosity: 1,
            debugging: 0
        )
    }

    static var summary: ScanSummary {
        ScanSummary(ended: start + 2, elapsed: 2, hostsUp: 2, hostsDown: 0, hostsTotal: 2)
    }

    /// The host as a report has it: with what scripts said.
    static func reported(_ last: Int) -> SondeModel.Host {
        var host = host(last)
        if let result = record(last).result { host.ports.add(result, to: Port(80, .tcp)) }
        return host
    }
}

@Suite struct ScanDatabaseTests {
    private let path = NSTemporaryDirectory() + "sonde-store-\(UUID().uuidString).db"

    private func keep(_ events: [ScanEvent], continuing: Int64? = nil) -> StoreWriter {
        let writer = StoreWriter(
            .init(
                path: path,
                arguments: ["sonde", "x y"],
                directory: "/",
                isPortable: true,
                continuing: continuing
            )
        )
        for event in events { writer.take(event) }
        writer.finish()
        return writer
    }

    private func removed() { try? FileManager.default.removeItem(atPath: path) }

    @Test("a stored scan reads back as it was told")
    func roundTrip() throws {
        defer { removed() }
        var pre = ScriptRecord(id: "pre", phase: .prerule, state: .ok, started: 1, duration: 2)
        pre.result = ScriptResult(id: "pre", output: Array("said".utf8))
        let writer = keep([
            .started(StoredScene.header), .script(pre), .portsKnown(StoredScene.host(1, done: false)),
            .script(StoredScene.record(1)), .host(StoredScene.reported(1)),
            .phaseEnded(.connectScan, at: 5, elapsed: 2), .finished(StoredScene.summary),
        ])
        #expect(writer.failure == nil)
        let database = try ScanDatabase(path)
        let results = try database.results(of: database.latest())
        #expect(results.hosts == [StoredScene.reported(1)])
        #expect(results.records == [pre, StoredScene.record(1)])
        #expect(results.preScripts == [pre.result])
        #expect(results.header == StoredScene.header && results.summary == StoredScene.summary)
        #expect(try database.scans().first?.status == "done" && database.scans().first?.openPorts == 1)
        #expect(try database.scriptCosts()["title"] == 0.25)
    }

    @Test("what a killed scan got done is known, and what was cut short is not")
    func progress() throws {
        defer { removed() }
        // The writer ends without the scan's end, as after a kill.
        _ = keep([
            .started(StoredScene.header), .portsKnown(StoredScene.host(1)), .script(StoredScene.record(1)),
            .host(StoredScene.reported(1)), .portsKnown(StoredScene.host(2, done: false)),
            .script(StoredScene.record(2, "a")), .script(StoredScene.record(2, "b", state: .cancelled)),
        ])
        let database = try ScanDatabase(path)
        let progress = try database.progress(of: database.latest())
        #expect(progress.arguments == ["sonde", "x y"])
        #expect(progress.finished == [StoredScene.reported(1)])
        #expect(progress.begun.map(\.address) == [StoredScene.host(2).address])
        #expect(progress.begun.first?.ports[Port(80, .tcp)]?.scripts.map(\.id) == ["a"])
        #expect(progress.records.map(\.id) == ["title", "a"])
    }

    @Test("going on adds what is new and repeats nothing")
    func goingOn() throws {
        defer { removed() }
        _ = keep([
            .started(StoredScene.header), .portsKnown(StoredScene.host(1)), .script(StoredScene.record(1)),
            .host(StoredScene.reported(1)), .portsKnown(StoredScene.host(2)),
            .script(StoredScene.record(2, state: .cancelled)), .host(StoredScene.host(2)),
        ])
        _ = keep(
            [
                .started(StoredScene.header), .script(StoredScene.record(1)), .host(StoredScene.reported(1)),
                .portsKnown(StoredScene.host(2)), .script(StoredScene.record(2)),
                .host(StoredScene.reported(2)), .finished(StoredScene.summary),
            ],
            continuing: 1
        )
        let database = try ScanDatabase(path)
        #expect(try database.scans().count == 1)
        let results = try database.results(of: 1)
        #expect(results.hosts == [StoredScene.reported(1), StoredScene.reported(2)])
        #expect(results.records == [StoredScene.record(1), StoredScene.record(2)])
    }

    /// A host of which system and way are known.
    private func traced(_ last: Int) -> SondeModel.Host {
        var host = StoredScene.host(last)
        var result = OSResult()
        result.verdict = .matches
        let kind = OSClass(
            vendor: "Lab",
            family: "Linux",
            generation: nil,
            type: "router",
            cpes: ["cpe:/o:l"]
        )
        result.matches = [OSMatch(name: "Lab Linux", accuracy: 1, line: 7, classes: [kind])]
        result.sequence.lastBoot = StoredScene.start - 0.125
        host.os = result
        host.distance = HostDistance(2, .quoted)
        host.macAddress = MACAddress(octets: [2, 0, 0, 0, 0, 1])
        host.traceProbe = TraceProbe.none
        host.hops = [Hop(timeToLive: 1, address: host.address, roundTrip: 0.5)]
        return host
    }

    @Test("systems and ways are kept, also of hosts that are not done, and can be asked for")
    func systems() throws {
        defer { removed() }
        _ = keep([.started(StoredScene.header), .host(traced(1)), .portsKnown(traced(2))])
        let database = try ScanDatabase(path)
        let progress = try database.progress(of: 1)
        #expect(progress.finished == [traced(1)] && progress.begun == [traced(2)])
        var rows: [[SQLiteValue]] = []
        try database.query("SELECT os,accuracy,family,cpe,distance FROM operating_systems") { _, row in
            rows.append(row)
        }
        #expect(rows == [[.text("Lab Linux"), .real(1), .text("Linux"), .text("cpe:/o:l"), .integer(2)]])
        rows = []
        try database.query("SELECT ttl,rtt,mac FROM hops JOIN hosts ON host=id") { _, row in rows.append(row)
        }
        #expect(rows == [[.integer(1), .real(0.5), .text("02:00:00:00:00:01")]])
    }

    @Test(
        "a database of an earlier version can be read, and is brought up to date by the next scan",
        arguments: 1..<StoreSchema.version
    )
    func migration(version: Int) throws {
        defer { removed() }
        let old = try SQLiteConnection(path, isReadOnly: false)
        try StoreSchema.prepare(old, path: path, upTo: version)
        try old.execute("INSERT INTO scans(id,status,command) VALUES(7,'done','sonde y')")
        try old.execute("INSERT INTO hosts(id,scan,address,done) VALUES(9,7,'192.0.2.9',1)")
        old.close()
        #expect(try ScanDatabase(path).scans().map(\.id) == [7])
        #expect(try ScanDatabase(path).results(of: 7).phases.isEmpty)
        _ = keep([.started(StoredScene.header), .host(traced(1)), .finished(StoredScene.summary)])
        let database = try ScanDatabase(path)
        #expect(try database.scans().map(\.command) == ["sonde x", "sonde y"])
        #expect(try database.results(of: 8).hosts == [traced(1)])
        var versions: [[SQLiteValue]] = []
        try database.query("PRAGMA user_version") { _, row in versions.append(row) }
        #expect(versions == [[.integer(Int64(StoreSchema.version))]])
    }

    @Test("hosts are reported in the order in which they were done")
    func order() throws {
        defer { removed() }
        var late = StoredScene.host(1)
        late.ended = StoredScene.start + 9
        _ = keep([
            .started(StoredScene.header), .portsKnown(late), .portsKnown(StoredScene.host(2)),
            .host(StoredScene.host(2)), .host(late),
        ])
        let hosts = try ScanDatabase(path).results(of: 1).hosts
        #expect(hosts.map(\.address) == [StoredScene.host(2), late].map(\.address))
    }

    @Test("phases are told again, each at its time")
    func phases() throws {
        defer { removed() }
        _ = keep([
            .started(StoredScene.header), .phaseEnded(.scripts, at: StoredScene.start, elapsed: 1),
            .host(StoredScene.host(1)),
            .phaseEnded(.scripts, at: StoredScene.start + 5, elapsed: 1, extent: "7 ports"),
            .finished(StoredScene.summary),
        ])
        let words = try ScanDatabase(path).results(of: 1).events.map { event in
            switch event {
            case .phaseStarted: "began"
            case .phaseEnded(_, _, _, let extent): extent ?? "ended"
            case .host: "host"
            default: "other"
            }
        }
        #expect(words == ["other", "began", "ended", "host", "began", "7 ports", "other"])
    }

    @Test("a system, a way and an address of the link that changed are differences; new knowledge is none")
    func systemDifference() throws {
        var old = ScanResults(.database)
        old.hosts = [traced(1)]
        var new = old
        #expect(ScanDifference.all(old, new).isEmpty)
        new.hosts[0].os?.matches[0].name = "Lab BSD"
        new.hosts[0].macAddress = MACAddress(octets: [2, 0, 0, 0, 0, 2])
        new.hosts[0].hops.append(Hop(timeToLive: 2, address: nil, roundTrip: nil))
        let found = ScanDifference.all(old, new)
        #expect(found.map(\.kind) == [.mac, .system, .route])
        #expect(found.last?.new == "192.0.2.1 > *")
        new.hosts[0].os = nil
        new.hosts[0].hops = []
        new.hosts[0].macAddress = nil
        #expect(ScanDifference.all(old, new).isEmpty)
    }

    @Test("hosts that are done are known by the database and not by memory")
    func manyHosts() throws {
        defer { removed() }
        let transactions = try StoreTransactions(
            .init(path: path, arguments: ["sonde"], directory: "/", isPortable: true)
        )
        try transactions.write([.started(StoredScene.header), .portsKnown(StoredScene.host(1, done: false))])
        #expect(transactions.hostsUnderWay == 1)
        // A host told twice has one row; what its scripts say is its own, whenever it comes.
        try transactions.write([.host(StoredScene.reported(1)), .host(StoredScene.reported(1))])
        try transactions.write([.script(StoredScene.record(1)), .host(StoredScene.reported(2))])
        #expect(transactions.hostsUnderWay == 0)
        var rows: [[SQLiteValue]] = []
        try ScanDatabase(path).query(
            "SELECT (SELECT count(*) FROM hosts), address FROM scripts JOIN hosts ON hosts.id = scripts.host"
        ) { _, row in rows.append(row) }
        #expect(rows == [[.integer(2), .text(StoredScene.host(1).address.description)]])
    }

    @Test("a query cannot change the database, and wrong files are named")
    func query() throws {
        defer { removed() }
        _ = keep([.started(StoredScene.header), .finished(StoredScene.summary)])
        let database = try ScanDatabase(path)
        #expect(throws: StoreError.self) { try database.query("DELETE FROM scans") { _, _ in } }
        var rows: [[SQLiteValue]] = []
        try database.query("SELECT id, 1.5, NULL, 'x' FROM scans") { _, row in rows.append(row) }
        #expect(rows == [[.integer(1), .real(1.5), .null, .text("x")]])
        let error = #expect(throws: StoreError.self) { try ScanDatabase("/nowhere/x.db") }
        #expect(error?.description.contains("/nowhere/x.db") ?? false)
    }

    @Test("a store that cannot be written fails the store and not the scan")
    func failure() {
        let writer = StoreWriter(
            .init(path: "/proc/nowhere/x.db", arguments: [], directory: "/", isPortable: true)
        )
        for _ in 0..<3 { writer.take(.started(StoredScene.header)) }
        writer.finish()
        #expect(writer.failure != nil)
    }

    @Test("two scans differ in exactly what changed")
    func difference() throws {
        var old = ScanResults(.database)
        old.hosts = [StoredScene.reported(1), StoredScene.reported(2)]
        var new = old
        #expect(ScanDifference.all(old, new).isEmpty)
        new.hosts[1].ports.set(PortOutcome(.closed, .reset), for: Port(80, .tcp))
        new.hosts[0].scripts = [ScriptResult(id: "h", output: Array("new".utf8))]
        let found = ScanDifference.all(old, new)
        #expect(found.map(\.kind) == [.script, .port])
        #expect(found[1].old == "open" && found[1].new == "closed" && found[0].old == nil)
    }
}
