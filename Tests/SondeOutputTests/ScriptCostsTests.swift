// SPDX-License-Identifier: Apache-2.0

import SondeModel
import Testing

@testable import SondeOutput

@Suite struct ScriptCostsTests {
    private func record(_ id: String, _ duration: Double, _ state: ScriptRecord.State = .ok) -> ScriptRecord {
        ScriptRecord(id: id, phase: .portrule, state: state, started: 0, duration: duration)
    }

    @Test("what scripts took bounds what the others will take")
    func range() throws {
        var costs = ScriptCosts()
        #expect(costs.range(of: ["a": 2], lanes: 1) == nil)
        costs.note(record("a", 1))
        costs.note(record("a", 3))
        costs.note(record("a", 100, .cancelled))
        let range = try #require(costs.range(of: ["a": 10], lanes: 2))
        #expect(range == 2...10)
        #expect(costs.range(of: [:], lanes: 2) == nil)
    }

    @Test("earlier scans help where this one knows nothing")
    func earlier() {
        var costs = ScriptCosts()
        costs.earlier = ["b": 4]
        #expect(costs.range(of: ["b": 1], lanes: 1) == 4...4)
    }
}
