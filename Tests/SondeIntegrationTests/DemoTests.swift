// SPDX-License-Identifier: Apache-2.0

import Sonde
import SondeModel
import Testing

/// Our own scripts, each on the service of the demo that it is for.
@Suite struct DemoTests {
    /// What scripts said, by script and service.
    private struct Said: Hashable {
        let script: String
        let service: String
    }

    /// Runs the demo with some scripts.
    private func run(_ scripts: [String]) throws -> (said: [Said: String], after: [String: String]) {
        let session = try ScanSession.demo(scripts: scripts)
        let header = try session.prepare()
        var said: [Said: String] = [:]
        var after: [String: String] = [:]
        session.onEvent = { event in
            if case .host(let host) = event {
                for record in host.ports.records(where: { _ in true }) {
                    for result in record.scripts {
                        said[Said(script: result.id, service: record.service?.name ?? "")] = text(result)
                    }
                }
            } else if case .postScripts(let results) = event {
                for result in results { after[result.id] = text(result) }
            }
        }
        #expect(session.run(header).failure == nil)
        return (said, after)
    }

    private func text(_ result: ScriptResult) -> String { String(decoding: result.output, as: UTF8.self) }

    @Test(
        "each script shows its service",
        .timeLimit(.minutes(1)),
        arguments: [
            ("sonde-banner", "unknown", ["SONDE-DEMO device 42 ready"]),
            ("sonde-dns-version", "domain", ["version: SondeDemo 1.0", "hostname: demo.test"]),
            ("sonde-ftp-greeting", "ftp", ["greeting: 220 Demo file service"]),
            ("sonde-http-headers", "http", ["status: HTTP/1.1 200 OK", "Server: SondeDemo/1.0"]),
            ("sonde-http-headers", "https", ["status: HTTP/1.1 200 OK", "Server: SondeDemo/1.0"]),
            ("sonde-http-title", "http", ["Sonde demo page"]),
            ("sonde-http-title", "https", ["Sonde demo page"]),
            ("sonde-imap-greeting", "imap", ["demo IMAP ready"]),
            ("sonde-pop3-greeting", "pop3", ["demo POP3 ready"]),
            ("sonde-redis-info", "redis", ["version: 7.0.0-demo", "role: master"]),
            ("sonde-smtp-greeting", "smtp", ["220 demo.test ESMTP ready"]),
            ("sonde-ssh-algorithms", "ssh", ["SSH-2.0-SondeDemo_1.0", "curve25519-sha256"]),
            ("sonde-ssh-hostkey", "ssh", ["256 SHA256:", "(ssh-ed25519)"]),
            (
                "sonde-tls-cert", "https",
                ["subject: CN=demo.test", "key: ec 256 (prime256v1)", "state: valid", "sha256: "]
            ),
            ("example-connect", "smtp", ["first_line: 220 demo.test ESMTP ready", "from: 127.0.0.1 port"]),
            ("example-exceptions", "http", ["4 header fields in"]),
            ("example-mutex", "redis", ["alone as promised"]),
        ]
    )
    func builtIn(script: String, service: String, parts: [String]) throws {
        let said = try run([script]).said
        let text = try #require(said[Said(script: script, service: service)], "it said nothing")
        for part in parts { #expect(text.contains(part), "in: \(text)") }
    }

    @Test("a script's instances leave notes that its last instance sums up", .timeLimit(.minutes(1)))
    func registry() throws {
        let summary = try #require(try run(["example-registry"]).after["example-registry"])
        for service in ["http", "ssh", "redis", "domain"] {
            #expect(summary.contains("\(service): 127.0.0.1 port"), "in: \(summary)")
        }
    }

    @Test("scripts say nothing of services that are not theirs", .timeLimit(.minutes(1)))
    func others() throws {
        let said = try run(["sonde-*"]).said
        #expect(said.keys.contains(Said(script: "sonde-tls-cert", service: "http")) == false)
        #expect(said.keys.filter { $0.script == "sonde-banner" }.map(\.service) == ["unknown"])
        #expect(said.keys.filter { $0.script == "sonde-dns-version" }.map(\.service) == ["domain"])
    }
}
