// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sonde
import SondeModel
import Testing

@Suite struct GivenHostsTests {
    private func host(_ last: Int, _ ports: [UInt16]) -> SondeModel.Host {
        var host = SondeModel.Host(address: IPAddress(family: .inet, value: UInt128(0x7F00_0000 + last)))
        host.state = .up
        host.reason = .userSet
        host.ports.declare(ports, .tcp, as: PortOutcome(.open, .userSet))
        return host
    }

    private func script(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "given-\(UUID().uuidString).nse"
        let source = """
            description = [[x]]
            categories = {"safe"}
            portrule = function(host, port) return port.state == "open" end
            action = function(host, port) return "\(text) " .. port.number end
            """
        try source.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func run(_ plan: ScanPlan) throws -> (hosts: [SondeModel.Host], records: [ScriptRecord]) {
        let session = try ScanSession(plan)
        let header = try session.prepare()
        var hosts: [SondeModel.Host] = []
        var records: [ScriptRecord] = []
        session.onEvent = { event in
            if case .host(let host) = event { hosts.append(host) }
            if case .script(let record) = event { records.append(record) }
        }
        #expect(session.run(header).failure == nil)
        return (hosts, records)
    }

    @Test(
        "scripts run on exactly the given pairs, and typed targets, ports and exclusions choose",
        .timeLimit(.minutes(1))
    )
    func pairs() throws {
        let path = try script("saw")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var plan = ScanPlan()
        plan.names.mode = .never
        plan.scripts.rules = [path]
        plan.given = GivenHosts(source: "test", hosts: [host(1, [1, 2]), host(2, [3]), host(3, [1])])
        #expect(try run(plan).records.compactMap(\.port?.number).sorted() == [1, 1, 2, 3])
        plan.targets.words = ["127.0.0.1-2"]
        plan.targets.exclusions = ["127.0.0.2"]
        plan.ports.specification = "2-9"
        let (hosts, records) = try run(plan)
        #expect(hosts.count == 1 && records.compactMap(\.port?.number) == [2])
        #expect(hosts.first?.ports[Port(2, .tcp)]?.scripts.map(\.output) == [Array("saw 2".utf8)])
    }

    @Test(
        "scripts on given hosts know the interface and the source, as after discovery",
        .timeLimit(.minutes(1))
    )
    func facts() throws {
        let path = try script("saw")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var plan = ScanPlan()
        plan.names.mode = .never
        plan.scripts.rules = [path]
        plan.isPrivileged = true
        plan.given = GivenHosts(source: "test", hosts: [host(1, [1])])
        let given = try #require(try run(plan).hosts.first)
        #expect(given.interface == "lo" && given.sourceAddress == given.address)
    }

    @Test("a resumed scan tells what was done and runs only the rest", .timeLimit(.minutes(1)))
    func resumption() throws {
        let path = try script("new")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let id = String(path.split(separator: "/").last ?? "").replacingOccurrences(of: ".nse", with: "")
        let result = ScriptResult(id: id, output: Array("old".utf8))
        var begun = host(2, [1, 2])
        begun.ports.add(result, to: Port(1, .tcp))
        var record = ScriptRecord(
            id: id,
            phase: .portrule,
            address: begun.address,
            port: Port(1, .tcp),
            state: .ok,
            started: 1,
            duration: 1
        )
        record.result = result
        var plan = ScanPlan()
        plan.names.mode = .never
        plan.scripts.rules = [path]
        plan.given = GivenHosts(source: "test", hosts: [host(1, [1]), host(2, [1, 2]), host(3, [1])])
        var resumption = Resumption()
        resumption.finished = [host(1, [1])]
        resumption.begun = [begun]
        resumption.records = [record]
        plan.resumption = resumption
        let (hosts, records) = try run(plan)
        #expect(Set(hosts.map(\.address)).count == 3 && hosts.count == 3)
        #expect(records.filter { $0.address == begun.address && $0.port?.number == 1 } == [record])
        #expect(records.count == 3)
        let told = hosts.first { $0.address == begun.address }
        #expect(told?.ports[Port(1, .tcp)]?.scripts.map(\.output) == [Array("old".utf8)])
        #expect(told?.ports[Port(2, .tcp)]?.scripts.map(\.output) == [Array("new 2".utf8)])
        #expect(
            hosts.first { $0.address == host(1, []).address }?.ports[Port(1, .tcp)]?.scripts.isEmpty ?? false
        )
    }

    @Test("a misspelt script argument is told, and refused if strict", .timeLimit(.minutes(1)))
    func arguments() throws {
        let path = try script("x")
        defer { try? FileManager.default.removeItem(atPath: path) }
        var plan = ScanPlan()
        plan.given = GivenHosts(source: "test", hosts: [host(1, [1])])
        plan.scripts.rules = [path]
        plan.scripts.arguments = "no-such-argument-anywhere=1"
        let session = try ScanSession(plan)
        var warnings: [String] = []
        session.onEvent = { if case .diagnostic(let text) = $0 { warnings.append(text.text) } }
        _ = try session.prepare()
        #expect(warnings.contains { $0.contains("no-such-argument-anywhere") })
        plan.scripts.isStrict = true
        let strict = try ScanSession(plan)
        #expect(throws: ScanError.self) { try strict.prepare() }
    }
}
