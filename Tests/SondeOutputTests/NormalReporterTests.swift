// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite("NormalReporter")
struct NormalReporterTests {
    private func file(_ events: [ScanEvent], _ change: (inout ReportOptions) -> Void = { _ in }) -> String {
        Scene.report(events) { NormalReporter($0, style: .file, options: .with(change)) }
    }

    @Test("a host without a single port to list says so")
    func allIgnored() {
        var host = Scene.plainHost()
        host.ports.declare(Array(1...100), .tcp, as: PortOutcome(.closed, .connectionRefused))
        #expect(
            file([.host(host)]) == """
                Nmap scan report for 127.0.0.78
                Host is up.
                All 100 scanned ports on 127.0.0.78 are in ignored states.
                Not shown: 100 closed tcp ports (conn-refused)


                """
        )
    }

    @Test("progress that somebody asks for is told in lines that stay, on the terminal alone")
    func askedProgress() {
        var progress = Progress(
            elapsed: 61,
            hostsCompleted: 1,
            hostsUp: 1,
            hostsActive: 1,
            phase: .scripts,
            done: 1,
            total: 2,
            runningScripts: ["slow"],
            pendingScripts: ["slow": 1]
        )
        let terminal = { (progress: Progress) in
            Scene.report([.progress(progress)]) {
                NormalReporter(
                    $0,
                    style: .terminal(errors: $0),
                    options: .with { $0.earlierCosts = ["slow": 9] }
                )
            }
        }
        #expect(terminal(progress).isEmpty)
        progress.isAskedFor = true
        #expect(file([.progress(progress)]).isEmpty)
        let text = terminal(progress)
        #expect(
            text.hasPrefix("Stats: 0:01:01 elapsed; 1 hosts completed (1 up), 1 undergoing Script Scan\n")
        )
        #expect(text.contains("\nScripts known so far need 0:00:09 more, by what each took before\n"))
        #expect(text.hasSuffix("\nRunning scripts: slow\n"))
    }

    @Test("an empty line ends a host of which more than its state was asked")
    func emptyBody() {
        let head = "Nmap scan report for 127.0.0.78\nHost is up.\n"
        #expect(file([.host(Scene.plainHost())]) == head)
        #expect(file([.host(Scene.plainHost())]) { $0.expectsBody = true } == head + "\n")
    }

    @Test("host scripts without a port scan stand between empty lines")
    func hostScriptsOnly() {
        var host = Scene.plainHost()
        host.scripts = [ScriptResult(id: "h", output: Scene.text("x"))]
        #expect(
            file([.host(host)]) == """
                Nmap scan report for 127.0.0.78
                Host is up.

                Host script results:
                |_h: x


                """
        )
    }

    @Test("-vv tells when a host was scanned, and what it was received from")
    func scannedAt() {
        Scene.utc
        var host = Scene.plainHost()
        host.reason = Reason(rawValue: "echo-reply")
        host.reasonTTL = 64
        host.times = RoundTripTimes(smoothed: 98, variance: 1, timeout: 1)
        host.started = Scene.start
        host.ended = Scene.start + 2
        #expect(
            file([.host(host)]) { $0.verbosity = 2 } == """
                Nmap scan report for 127.0.0.78
                Host is up, received echo-reply ttl 64 (0.000098s latency).
                Scanned at 2026-11-23 21:26:01 UTC for 2s

                """
        )
    }

    @Test("a listed host is only named, and no one wonders whether it is down")
    func listed() {
        let host = Host(address: Scene.address("127.0.0.1"), targetName: "localhost")
        let text = Scene.report([.host(host), Scene.summary(up: 0, down: 1)]) {
            NormalReporter($0, style: .terminal(errors: $0), options: ReportOptions())
        }
        #expect(
            text == """
                Nmap scan report for localhost (127.0.0.1)
                Sonde done: 1 IP address (0 hosts up) scanned in 0.17 seconds

                """
        )
    }

    @Test("warnings go to standard error, where the terminal has one, and not to the file")
    func errors() throws {
        let output = MemorySink()
        let errors = MemorySink()
        let reporter = NormalReporter(output, style: .terminal(errors: errors), options: .with { _ in })
        let empty = ScriptResult(id: "h", output: [])
        for event: ScanEvent in [
            .diagnostic(Diagnostic(.standardError, "a")), .diagnostic(Diagnostic(.terminal, "b\tc\nd")),
            .preScripts([empty]), Scene.summary(up: 0, down: 0),
        ] {
            try reporter.handle(event)
        }
        #expect(
            output.text == """
                b\tc
                d
                Pre-scan script results:
                Sonde done: 0 IP addresses (0 hosts up) scanned in 0.17 seconds

                """
        )
        #expect(
            errors.text == """
                a
                Bug in h: no string output.
                WARNING: no targets were given, so no host was scanned.

                """
        )
        #expect(
            file([.diagnostic(Diagnostic(.standardError, "a")), .diagnostic(Diagnostic(.terminal, "b"))])
                == ""
        )
    }

    @Test("with -v the last lines tell how many raw packets there were")
    func traffic() throws {
        var traffic = PacketTraffic()
        (traffic.packetsSent, traffic.octetsSent) = (112, 8978)
        (traffic.packetsReceived, traffic.octetsReceived) = (3, 132)
        let summary = ScanSummary(
            ended: Scene.start,
            elapsed: 1,
            hostsUp: 1,
            hostsDown: 0,
            hostsTotal: 1,
            traffic: traffic
        )
        for verbosity in 0...1 {
            let output = MemorySink()
            let options = ReportOptions.with { $0.verbosity = verbosity }
            let reporter = NormalReporter(output, style: .terminal(errors: MemorySink()), options: options)
            try reporter.handle(.finished(summary))
            let tail = "           Raw packets sent: 112 (8.978KB) | Rcvd: 3 (132B)\n"
            #expect(output.text.hasSuffix(tail) == (verbosity == 1))
        }
    }

    @Test("the file is brought up to date after each host")
    func flushing() throws {
        let sink = MemorySink()
        let reporter = NormalReporter(sink, style: .file, options: ReportOptions())
        try reporter.handle(.host(Scene.plainHost()))
        #expect(sink.flushed == sink.octets.count && sink.flushed > 0)
    }
}
