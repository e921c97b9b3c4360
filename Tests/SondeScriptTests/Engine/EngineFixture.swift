// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeLua
import SondeModel
import SondeScript
import Testing

/// Answers of a scanner that knows two services.
final class FixtureFacts: ScriptFacts {
    var added: [String] = []

    func serviceName(of port: Port) -> String? {
        [Port(80, .tcp): "http", Port(22, .tcp): "ssh"][port]
    }

    func isExcluded(_ port: Port) -> Bool { port.number == 9100 }

    func add(target: String) -> Bool {
        added.append(target)
        return !target.hasPrefix("bad")
    }
}

/// An engine without any installed scripts, for scripts that tests write themselves.
final class EngineFixture {
    let loop: EventLoop
    let network: Network
    let engine: ScriptEngine
    let facts = FixtureFacts()
    private(set) var messages: [String] = []
    private(set) var records: [ScriptRecord] = []

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - settings: what scripts are told.
    ///   - directory: a tree of scripts and libraries.
    /// - Throws: what the engine or the system says.
    init(_ settings: ScriptSettings = ScriptSettings(), directory: String? = nil) throws {
        loop = try EventLoop()
        network = try Network(loop: loop)
        var sink: (ScanEvent) -> Void = { _ in }
        engine = try ScriptEngine(
            network: network,
            dataDirectory: DataDirectory(places: DataPlaces(directories: directory.map { [$0] } ?? [])),
            facts: facts,
            settings: settings,
            emit: { sink($0) }
        )
        sink = { [unowned self] event in
            if case .diagnostic(let diagnostic) = event { messages.append(diagnostic.text) }
            if case .script(let record) = event { records.append(record) }
        }
        loop.afterEvents = { [unowned engine] in engine.turn() }
    }

    deinit {
        engine.close()
        network.close()
    }

    /// Makes scripts out of texts, by name, and chooses all of them.
    func load(_ scripts: [String: String], rules: [String] = ["all"]) throws {
        let embedded = scripts.sorted { $0.key < $1.key }.map {
            EmbeddedScript(fileName: "\($0.key).nse", categories: ["safe"], source: Array($0.value.utf8))
        }
        try engine.setUp(ScriptSelector.Request(options: rules), embedded: embedded)
    }

    /// Runs one prerule script whose action is a text, and gives its output.
    func run(_ action: String) throws -> String? {
        try load(["test": Self.prescript(action)])
        return try runBeforeHosts()["test"]
    }

    /// Runs the scripts that come before all hosts, and gives their outputs by id.
    func runBeforeHosts() throws -> [String: String] {
        var results: [ScriptResult]?
        engine.runBeforeHosts { results = $0 }
        try turn { results != nil }
        return Self.outputs(results ?? [])
    }

    /// Runs host and port scripts on a host with open ports.
    func run(onPorts ports: [UInt16], of host: Host = EngineFixture.loopback) throws -> Host {
        let active = ActiveHost(host, number: 0)
        active.host.ports.declare(ports, .tcp, as: PortOutcome(.open, .synAck))
        var isDone = false
        engine.run(on: active) { isDone = true }
        try turn { isDone }
        return active.host
    }

    /// Turns the loop until a condition holds, ten seconds at most.
    func turn(until isDone: () -> Bool) throws {
        let start = loop.clockNow
        while !isDone() {
            try loop.turn(waitingUpTo: .milliseconds(100))
            guard loop.clockNow - start < .seconds(10) else {
                Issue.record("no end within ten seconds")
                // Else a timer could find the engine gone.
                engine.close()
                return
            }
        }
    }

    static let loopback = Host(address: IPAddress(family: .inet, value: 0x7F00_0001))

    static func prescript(_ action: String) -> String {
        "categories = {}\nprerule = function() return true end\naction = function()\n\(action)\nend"
    }

    static func outputs(_ results: [ScriptResult]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: results.map { ($0.id, String(decoding: $0.output, as: UTF8.self)) })
    }
}
