// SPDX-License-Identifier: Apache-2.0

import Glibc
import Sonde
import SondeModel
import Testing

@Suite struct ScanSessionTests {
    @Test("a scan of a closed loopback port tells its state and ends", .timeLimit(.minutes(1)))
    func closedPort() throws {
        var plan = ScanPlan()
        plan.targets.words = ["127.0.0.1"]
        plan.discovery.isSkipped = true
        plan.names.mode = .never
        plan.ports.specification = "1"
        let session = try ScanSession(plan)
        let header = try session.prepare()
        var hosts: [Host] = []
        session.onEvent = { if case .host(let host) = $0 { hosts.append(host) } }
        let summary = session.run(header)
        #expect(summary.failure == nil)
        #expect(summary.hostsUp == 1)
        #expect(hosts.first?.ports.outcome(of: Port(1, .tcp))?.state == .closed)
    }

    @Test("-v tells when phases begin and end, and each open port at once", .timeLimit(.minutes(1)))
    func phases() throws {
        let listener = try LoopbackListener()
        var plan = ScanPlan()
        plan.targets.words = ["127.0.0.1"]
        plan.discovery.isSkipped = true
        plan.names.mode = .never
        plan.techniques = [.connect]
        plan.ports.specification = "1,\(listener.port)"
        plan.verbosity = 1
        let session = try ScanSession(plan)
        let header = try session.prepare()
        var told: [String] = []
        session.onEvent = { event in
            switch event {
            case .phaseStarted(let phase, _): told.append("begin \(phase.rawValue)")
            case .phaseEnded(let phase, _, _, let extent):
                told.append("end \(phase.rawValue) \(extent ?? "")")
            case .diagnostic(let message): told.append(message.text)
            case .host: told.append("host")
            default: break
            }
        }
        _ = session.run(header)
        #expect(
            told == [
                "begin Connect Scan", "Discovered open port \(listener.port)/tcp on 127.0.0.1",
                "end Connect Scan 2 total ports", "host",
            ]
        )
    }

    /// Scans loopback by connecting, and gives the hosts and messages.
    private func scan(
        _ words: [String],
        _ change: (inout ScanPlan) -> Void
    ) throws -> (hosts: [Host], told: [String]) {
        var plan = ScanPlan()
        plan.targets.words = words
        plan.discovery.isSkipped = true
        plan.names.mode = .never
        plan.techniques = [.connect]
        change(&plan)
        let session = try ScanSession(plan)
        let header = try session.prepare()
        var hosts: [Host] = []
        var told: [String] = []
        session.onEvent = { event in
            if case .host(let host) = event { hosts.append(host) }
            if case .diagnostic(let message) = event { told.append(message.text) }
        }
        let summary = session.run(header)
        #expect(summary.failure == nil)
        #expect(summary.hostsTotal == hosts.count)
        return (hosts, told)
    }

    @Test("targets with one address are scanned once and reported under each name", .timeLimit(.minutes(1)))
    func twins() throws {
        let listener = try LoopbackListener()
        let (hosts, told) = try scan(["localhost", "127.0.0.1", "127.0.0.1-2"]) { plan in
            plan.ports.specification = "\(listener.port)"
            plan.verbosity = 1
        }
        #expect(hosts.map(\.targetName).filter { $0 == "localhost" }.count == 1)
        #expect(hosts.count == 4)
        for host in hosts where host.address.description == "127.0.0.1" {
            #expect(host.ports.outcome(of: Port(listener.port, .tcp))?.state == .open)
        }
        #expect(told.filter { $0.contains("Discovered") && $0.hasSuffix("127.0.0.1") }.count == 1)
    }

    @Test("a list of targets tells their names without asking them anything", .timeLimit(.minutes(1)))
    func list() throws {
        let (hosts, _) = try scan(["127.0.0.1"]) { plan in
            plan.extent = .list
            plan.techniques = []
            plan.names.mode = .always
        }
        #expect(hosts.map(\.name) == ["localhost"])
        #expect(hosts.map(\.state) == [.unknown])
    }

    @Test("a host whose time runs out in a script keeps what was found", .timeLimit(.minutes(1)))
    func hostTimeout() throws {
        let listener = try LoopbackListener()
        let path = "/tmp/sonde-test-sleeps-\(getpid()).nse"
        let text = """
            local nmap = require "nmap"
            categories = {}
            portrule = function() return true end
            action = function() nmap.socket.sleep(60); return "slept" end
            """
        try #require(Self.write(text, to: path))
        defer { unsafe _ = unlink(path) }
        let (hosts, _) = try scan(["127.0.0.1"]) { plan in
            plan.ports.specification = "\(listener.port)"
            plan.scripts.rules = [path]
            plan.timing.template.hostTimeout = .milliseconds(300)
        }
        #expect(hosts.map(\.timedOut) == [true])
        #expect(hosts.first?.ports.outcome(of: Port(listener.port, .tcp))?.state == .open)
        #expect(hosts.first?.ports[Port(listener.port, .tcp)]?.scripts.isEmpty == true)
    }

    private static func write(_ text: String, to path: String) -> Bool {
        guard let file = unsafe fopen(path, "w") else { return false }
        defer { unsafe _ = fclose(file) }
        return unsafe fputs(text, file) >= 0
    }

    @Test(
        "what cannot be scanned is one line that names it",
        arguments: [("1.2.3.4/99", "1"), ("127.0.0.1", "1-2-3"), ("127.0.0.1", "70000")]
    )
    func badInput(target: String, ports: String) throws {
        var plan = ScanPlan()
        plan.targets.words = [target]
        plan.ports.specification = ports
        let session = try ScanSession(plan)
        #expect(throws: ScanError.self) { try session.prepare() }
    }

    @Test("--packet-trace tells of each connection", .timeLimit(.minutes(1)))
    func connectTrace() throws {
        var plan = ScanPlan()
        plan.targets.words = ["127.0.0.1"]
        plan.discovery.isSkipped = true
        plan.names.mode = .never
        plan.techniques = [.connect]
        plan.ports.specification = "1"
        plan.tracesPackets = true
        let session = try ScanSession(plan)
        let header = try session.prepare()
        var lines: [String] = []
        session.onEvent = { if case .diagnostic(let message) = $0 { lines.append(message.text) } }
        _ = session.run(header)
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("CONN (") == true)
        #expect(lines.first?.hasSuffix("s) TCP localhost > 127.0.0.1:1 => Connection refused") == true)
    }

    @Test("a file of service names that cannot be read is named")
    func servicesFile() throws {
        var plan = ScanPlan()
        plan.targets.words = ["127.0.0.1"]
        plan.files.services = "/nowhere/names"
        let session = try ScanSession(plan)
        let error = #expect(throws: ScanError.self) { try session.prepare() }
        #expect(error?.message.contains("/nowhere/names") == true)
    }

    @Test("an unknown script is refused by name", .timeLimit(.minutes(1)))
    func unknownScript() throws {
        var plan = ScanPlan()
        plan.targets.words = ["127.0.0.1"]
        plan.scripts.rules = ["nosuchscript"]
        let session = try ScanSession(plan)
        do {
            _ = try session.prepare()
            Issue.record("no error")
        } catch {
            #expect(error.message.contains("nosuchscript"))
        }
    }
}

/// A TCP socket that listens on a loopback port of the system's choice and takes no connection.
private final class LoopbackListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
