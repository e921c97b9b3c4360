// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import Testing

@testable import SondeScan

@Suite("ServiceMatcher")
struct ServiceMatcherTests {
    private func match(_ answer: String, _ probe: Int) throws -> ServiceFinding? {
        try ProbeSample.matcher().match(Array(answer.utf8), to: probe)
    }

    @Test("the first matching line tells its fields")
    func fields() throws {
        let found = try #require(try match("SSH-2.0-Sample_9.1 x\r\n", 0))
        #expect(found.name == "ssh")
        #expect(!found.isSoft)
        #expect(found.line == 5)
        #expect(
            found.fields == [
                .product: "Sample shell", .version: "9.1", .info: "protocol 2.0", .operatingSystem: "Unix",
            ]
        )
        #expect(found.cpeList == ["cpe:/a:sample:shell:9.1", "cpe:/o:sample:unix"])
    }

    @Test("order decides between lines, hard or soft")
    func order() throws {
        let hard = try match("HTTP/1.0 200 OK\r\nDate: x\r\nServer: Sample/3", 2)
        #expect(hard?.isSoft == false)
        #expect(hard?.fields[.version] == "3")
        #expect(try match("HTTP/1.0 200 OK\r\nServer: Other/3", 2)?.isSoft == true)
    }

    @Test("after a probe's own lines come its fallbacks', then those of the probe that only listens")
    func fallbacks() throws {
        #expect(try match("250 Hello from h.test", 3)?.fields[.hostname] == "h.test")
        #expect(try match("HTTP/1.1 404 No\r\n", 3)?.probe == 2)
        #expect(try match("220 ready", 3)?.probe == 0)
        #expect(try match("250 hello from x", 2) == nil)
        #expect(try match("220 ready", 5) == nil)
    }

    @Test("what cannot be printed becomes a dot, or is left out where the line says so")
    func unprintable() throws {
        #expect(try match("SSH-2.0-Sample_\u{1}\u{7F}1", 0)?.fields[.version] == "..1")
        #expect(try match("n=a\0b\nc", 5)?.fields[.version] == "abc")
    }

    @Test("answers of any length and octet are looked at without harm")
    func anything() throws {
        let matcher = try ProbeSample.matcher()
        #expect(matcher.match([], to: 0) == nil)
        #expect(matcher.match(Array(0...255), to: 2) == nil)
        #expect(matcher.match([UInt8](repeating: 65, count: 5_000_000), to: 2) == nil)
        #expect(matcher.match([0x16, 0x03], to: 4)?.name == "ssl")
        #expect(matcher.match([1], to: 99) == nil)
    }

    @Test("a pattern that cannot be compiled is told once and never matches")
    func broken() throws {
        let file = try ServiceProbesFile(parsing: Array("Probe TCP A q|a|\nmatch x m|(a|\nmatch y m|a|".utf8))
        let matcher = ServiceMatcher(file)
        var told: [String] = []
        matcher.onProblem = { told.append($0) }
        for _ in 0..<2 { #expect(matcher.match([97], to: 0)?.name == "y") }
        #expect(told.count == 1)
    }

    @Test("a service is known to the probes that have a line for it")
    func users() throws {
        let matcher = try ProbeSample.matcher()
        #expect(matcher.file.probes.indices.filter { matcher.probe($0, knows: "mail") } == [0, 3])
        #expect(matcher.file.probes.indices.filter { matcher.probe($0, knows: "mai") } == [])
    }
}
