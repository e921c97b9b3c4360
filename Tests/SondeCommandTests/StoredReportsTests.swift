// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import SondeOutput
import SondeStore
import Testing

@testable import SondeCommand

/// Reports that are written after their scan.
@Suite struct StoredReportsTests {
    private static let start = 1_795_469_161.25
    private static let command = [
        "sonde", "-O", "-sV", "--traceroute", "--script", "title", "-n", "192.0.2.0/30",
    ]
    private let folder = NSTemporaryDirectory() + "sonde-reports-\(UUID().uuidString)"
    private let environment = CommandEnvironment(isRoot: true, now: .now)

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func removed() { try? FileManager.default.removeItem(atPath: folder) }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    private func host(_ last: Int, ended: Double) -> SondeModel.Host {
        var host = Host(
            address: IPAddress(family: .inet, value: UInt128(0xC000_0200 + last)),
            targetName: nil
        )
        host.state = .up
        host.reason = .userSet
        host.started = Self.start
        host.ended = Self.start + ended
        host.times = RoundTripTimes(smoothed: 130, variance: 5000, timeout: 100_000)
        host.macAddress = MACAddress(octets: [2, 0, 0, 0, 0, 1])
        host.macVendor = "Lab & Sons"
        host.ports.declare(Array(1...100), .tcp, as: PortOutcome(.closed, .reset, ttl: 64))
        host.ports.set(PortOutcome(.open, .synAck, ttl: 64), for: Port(80, .tcp))
        host.ports.add(
            ScriptResult(id: "title", output: Array("t".utf8), structured: .text(Array("t".utf8))),
            to: Port(80, .tcp)
        )
        host.distance = HostDistance(2, .quoted)
        host.os = system
        host.traceProbe = .port(Port(80, .tcp))
        host.hops = [
            Hop(timeToLive: 1, address: nil, roundTrip: nil),
            Hop(timeToLive: 2, address: host.address, roundTrip: 0.001_234),
        ]
        return host
    }

    private var system: OSResult {
        var result = OSResult()
        result.verdict = .matches
        let kind = OSClass(
            vendor: "Lab",
            family: "Linux",
            generation: "9.X",
            type: "router",
            cpes: ["cpe:/o:l"]
        )
        result.matches = [OSMatch(name: "Lab Linux", accuracy: 0.29, line: 7, classes: [kind])]
        result.ports = OSPorts(openTCP: 80, closedTCP: 1, closedUDP: 40_000)
        result.isGuessing = true
        result.lines = ["SEQ(SP=102)", "T2(R=N)"]
        result.sequence.difficulty = 17
        result.sequence.numbers = [1, 0xFFFF_FFFF]
        result.sequence.identifierClass = "All zeros"
        result.sequence.identifiers = [0, 1]
        result.sequence.lastBoot = Self.start - 5000
        result.version = "0.1"
        result.time = Self.start.rounded(.down)
        return result
    }

    /// A scan in which the second host was done first.
    private var events: [ScanEvent] {
        let header = ScanHeader(
            commandLine: Self.command.joined(separator: " "),
            version: "0.1",
            started: Self.start,
            scans: [ScanInfo(technique: "syn", transport: .tcp, ports: Array(1...100))],
            verbosity: 0,
            debugging: 0
        )
        let hosts = [host(1, ended: 3), host(2, ended: 2)]
        let records = hosts.map { host in
            var record = ScriptRecord(
                id: "title",
                phase: .portrule,
                address: host.address,
                port: Port(80, .tcp),
                state: .ok,
                started: Self.start,
                duration: 1
            )
            record.result = ScriptResult(
                id: "title",
                output: Array("t".utf8),
                structured: .text(Array("t".utf8))
            )
            return ScanEvent.script(record)
        }
        let summary = ScanSummary(
            ended: Self.start + 4,
            elapsed: 4,
            hostsUp: 2,
            hostsDown: 0,
            hostsTotal: 2
        )
        return [.started(header)] + hosts.map(ScanEvent.portsKnown) + [
            records[1], .host(hosts[1]), records[0], .host(hosts[0]), .finished(summary),
        ]
    }

    /// Writes the reports of a scan while it "runs", and keeps it.
    private func scan() throws {
        guard case .scan(let request) = Invocation(commandLine: Self.command, environment: environment) else {
            Issue.record("the command line asks for no scan")
            return
        }
        let writer = StoreWriter(
            .init(path: folder + "/scans.db", arguments: Self.command, directory: "/", isPortable: true)
        )
        let reporters = try OutputRequest.Format.allCases.map { format in
            ScanReports.makeReporter(
                format,
                try OutputFile(folder + "/direct" + format.ending),
                ScanReports.options(request)
            )
        }
        for event in events {
            writer.take(event)
            for reporter in reporters { try reporter.handle(event) }
        }
        for reporter in reporters { try reporter.finish() }
        writer.finish()
    }

    private static let formats = OutputRequest.Format.allCases.filter { $0 != .html }

    @Test("a report of a stored scan is what the scan itself wrote")
    func fromDatabase() throws {
        defer { removed() }
        try scan()
        let results = try ResultSource.read(folder + "/scans.db", store: nil)
        for format in Self.formats {
            let file = OutputRequest.File(format: format, path: folder + "/again" + format.ending)
            #expect(try StoredReports(results, environment).write([file]) == 0)
            #expect(try text("again" + format.ending) == text("direct" + format.ending))
        }
    }

    @Test("a report of a report is what the scan itself wrote", arguments: [".xml", ".jsonl"])
    func fromReport(source: String) throws {
        defer { removed() }
        try scan()
        let results = try ResultSource.read(folder + "/direct" + source, store: nil)
        // Records of scripts that found nothing, and times of scripts, are in JSON Lines alone.
        for format in Self.formats where format != .jsonLines || source == ".jsonl" {
            let file = OutputRequest.File(format: format, path: folder + "/again" + format.ending)
            #expect(try StoredReports(results, environment).write([file]) == 0)
            #expect(try text("again" + format.ending) == text("direct" + format.ending))
        }
    }

    @Test("words of a command line are read as they were written")
    func words() {
        #expect(CommandLineText.words("a  \"b c\" d\\\\e \"\\\"\" \"\"") == ["a", "b c", "d\\e", "\"", ""])
    }
}
