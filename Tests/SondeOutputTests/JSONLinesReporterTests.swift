// SPDX-License-Identifier: Apache-2.0

import Foundation
import SondeModel
import Testing

@testable import SondeOutput

@Suite struct JSONLinesReporterTests {
    private func lines(_ events: [ScanEvent]) throws -> [[String: Any]] {
        let sink = MemorySink()
        let reporter = JSONLinesReporter(sink)
        for event in events { try reporter.handle(event) }
        try reporter.finish()
        #expect(sink.octets.last == UInt8(ascii: "\n"))
        return try sink.octets.split(separator: UInt8(ascii: "\n")).map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return try #require(value)
        }
    }

    private func record(_ output: [UInt8]) -> ScriptRecord {
        var record = ScriptRecord(
            id: "demo",
            phase: .portrule,
            address: Scene.address("127.0.0.1"),
            port: Port(80, .tcp),
            state: .ok,
            started: Scene.start,
            duration: 0.5
        )
        record.denials = [.init(subject: "192.0.2.1:80", remedy: "--scope 192.0.2.1", count: 2)]
        record.result = ScriptResult(id: "demo", output: output)
        return record
    }

    @Test("each line is an object with a type, whatever octets a script said")
    func octets() throws {
        let output = [UInt8](0...255) + Array("\u{2028}\u{9B}31m".utf8)
        let found = try lines([
            Scene.header(), .script(record(output)), .host(Scene.plainHost()), Scene.summary(up: 1, down: 0),
        ])
        #expect(found.map { $0["type"] as? String } == ["start", "script", "host", "stats"])
    }

    @Test("a record names its script, place, state and what was refused")
    func records() throws {
        let found = try lines([Scene.header(), .script(record([])), Scene.summary(up: 1, down: 0)])[1]
        #expect(found["id"] as? String == "demo")
        #expect(found["host"] as? String == "127.0.0.1")
        #expect(found["port"] as? Int == 80)
        #expect(found["state"] as? String == "ok")
        #expect(found["reason"] is NSNull)
        let denied = try #require(found["denied"] as? [[String: Any]])
        #expect(denied.first?["subject"] as? String == "192.0.2.1:80")
        #expect(denied.first?["count"] as? Int == 2)
    }

    @Test("a report that is cut short still ends with its stats")
    func cutShort() throws {
        #expect(try lines([Scene.header()]).last?["failure"] as? String == "the scan stopped early")
    }
}
