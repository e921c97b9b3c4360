// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeModel

@testable import SondeOutput

/// Made-up scans that the tests report.
enum Scene {
    /// Mon Nov 23 21:26:01 2026, UTC.
    static let start = 1_795_469_161.25

    /// Makes the local time zone UTC, once for the process.
    static let utc: Void = {
        unsafe setenv("TZ", "UTC0", 1)
        tzset()
    }()

    static func header(verbosity: Int = 0, debugging: Int = 0, arguments: String = "") -> ScanEvent {
        utc
        return .started(
            ScanHeader(
                commandLine: "sonde -sT --script demo \(arguments)127.0.0.77",
                version: "0.1.0",
                started: start,
                scans: [
                    ScanInfo(
                        technique: "connect",
                        transport: .tcp,
                        ports: [9, 22, 80, 443] + Array(1000...1099)
                    ),
                    ScanInfo(technique: "udp", transport: .udp, ports: [53, 161]),
                ],
                verbosity: verbosity,
                debugging: debugging
            )
        )
    }

    static func summary(up: Int, down: Int, failure: String? = nil) -> ScanEvent {
        .finished(
            ScanSummary(
                ended: start + 0.17,
                elapsed: 0.17,
                hostsUp: up,
                hostsDown: down,
                hostsTotal: up + down,
                failure: failure
            )
        )
    }

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(family: .inet, value: 0) }

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A host that is up, without ports.
    static func plainHost(_ address: String = "127.0.0.78") -> Host {
        var host = Host(address: self.address(address))
        host.state = .up
        host.reason = .userSet
        return host
    }

    /// A host that did not answer.
    static var downHost: Host {
        var host = Host(address: address("127.0.0.79"))
        host.state = .down
        return host
    }

    /// A script's result with all kinds of fields.
    static func tree(_ id: String) -> ScriptResult {
        let inner = ScriptValue.table([.init(key: nil, value: .text(text("c")))])
        return ScriptResult(
            id: id,
            output: text("\n  a\n  \n    c\n  k: v<&>\"'--x\u{1}é"),
            structured: .table([
                .init(key: nil, value: .text(text("a"))), .init(key: nil, value: inner),
                .init(key: text("k"), value: .text(text("v<&>\"'--x\u{1}é"))),
                .init(key: text(""), value: .table([])),
            ])
        )
    }

    /// A host with much to say.
    static var richHost: Host {
        var host = Host(address: address("127.0.0.77"), targetName: "lab.test")
        host.otherAddresses = [address("::1")]
        host.name = "mail\u{1B}[31m.lab.test"
        host.state = .up
        host.reason = .userSet
        host.times = RoundTripTimes(smoothed: 130, variance: 5000, timeout: 100_000)
        host.started = start
        host.ended = start + 3.9
        host.macAddress = MACAddress(octets: [2, 0x77, 0, 0, 0, 0xAB])
        host.scripts = [
            ScriptResult(id: "b-host", output: text("plain")),
            ScriptResult(id: "a-host", output: [], structured: .table([])),
        ]
        addPorts(to: &host.ports)
        return host
    }

    /// A service of which everything is known, with characters that reports must escape.
    private static var webService: ServiceInfo {
        var web = ServiceInfo(name: "http")
        web.tunnel = .ssl
        web.method = .probed
        web.confidence = 10
        web.product = "Pr\u{7}duct"
        web.version = "1/2"
        web.extraInfo = "é"
        web.hostname = "WWW.lab.test"
        web.osType = "Linux"
        web.deviceType = "switch"
        web.cpes = ["cpe:/a:x:y:1.2", "cpe:/o:linux:linux_kernel"]
        web.fingerprint = "SF-Port443:odd\nSF:more"
        return web
    }

    private static func addPorts(to ports: inout PortTable) {
        ports.declare(
            [9, 22, 80, 443] + Array(1000...1099),
            .tcp,
            as: PortOutcome(.closed, .connectionRefused)
        )
        ports.declare([53, 161], .udp, as: PortOutcome(.openOrFiltered, .noResponse))
        for number in UInt16(1000)...1030 {
            ports.set(PortOutcome(.filtered, .noResponse), for: Port(number, .tcp))
        }
        let router = address("10.0.0.1")
        ports.set(
            PortOutcome(.filtered, .hostUnreachable, ttl: 63, source: router),
            for: Port(1031, .tcp)
        )
        for number: UInt16 in [22, 80, 443] {
            ports.set(PortOutcome(.open, .synAck, ttl: number == 80 ? 64 : 0), for: Port(number, .tcp))
        }
        ports.set(PortOutcome(.open, .scriptSet), for: Port(161, .udp))
        ports.setService(ServiceInfo(name: "ssh"), for: Port(22, .tcp))
        ports.setService(ServiceInfo(name: "http"), for: Port(80, .tcp))
        ports.setService(webService, for: Port(443, .tcp))
        ports.add(tree("z-tree"), to: Port(80, .tcp))
        ports.add(
            ScriptResult(id: "number", output: text("4.0"), structured: .text(text("4.0"))),
            to: Port(80, .tcp)
        )
        ports.add(ScriptResult(id: "silent", ending: .error, output: []), to: Port(80, .tcp))
        ports.add(
            ScriptResult(id: "binary", output: [0, 1, 127, 128, 255, 9, 116, 13, 10, 101]),
            to: Port(22, .tcp)
        )
    }

    /// A whole scan.
    static func scan(verbosity: Int = 0) -> [ScanEvent] {
        var timedOut = plainHost("127.0.0.80")
        timedOut.timedOut = true
        timedOut.ports = richHost.ports
        return [
            header(verbosity: verbosity),
            .phaseStarted(.preScan, at: start), .preScripts([tree("pre")]),
            .phaseEnded(.preScan, at: start + 1, elapsed: 1),
            .diagnostic(Diagnostic(.terminal, "NSE: a \u{1B}debug line")),
            .diagnostic(Diagnostic(.report, "a line for both")),
            .diagnostic(Diagnostic(.standardError, "a warning")),
            .hostFound(plainHost()), .phaseStarted(.connectScan, at: start + 1),
            .progress(
                Progress(
                    elapsed: 11,
                    hostsCompleted: 0,
                    hostsUp: 1,
                    hostsActive: 1,
                    phase: .connectScan,
                    done: 40,
                    total: 100,
                    runningScripts: []
                )
            ),
            .phaseEnded(.connectScan, at: start + 12, elapsed: 11), .host(downHost), .host(richHost),
            .host(plainHost()), .host(timedOut),
            .postScripts([ScriptResult(id: "post", output: text("plain"))]),
            summary(up: 3, down: 1),
        ]
    }

    /// What a reporter makes of events; the group around it must see no failure.
    static func report(_ events: [ScanEvent], _ make: (MemorySink) -> any Reporter) -> String {
        let sink = MemorySink()
        let group = ReporterGroup([make(sink)])
        for event in events { group.handle(event) }
        group.finish()
        return group.failures.isEmpty && sink.isClosed ? sink.text : "failed: \(group.failures)"
    }
}

extension ReportOptions {
    /// Options changed by a closure.
    static func with(_ change: (inout ReportOptions) -> Void) -> ReportOptions {
        var options = ReportOptions()
        options.scriptsRequested = true
        change(&options)
        return options
    }
}
