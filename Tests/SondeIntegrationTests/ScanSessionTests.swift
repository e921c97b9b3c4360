// SPDX-License-Identifier: Apache-2.0

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
