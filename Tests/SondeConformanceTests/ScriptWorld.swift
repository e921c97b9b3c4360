// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScript
import Testing

/// Answers of a scanner that knows one service.
final class WorldFacts: ScriptFacts {
    var added: [String] = []

    func serviceName(of port: Port) -> String? { port == Port(7, .tcp) ? "echo" : nil }
    func isExcluded(_ port: Port) -> Bool { false }
    func add(target: String) -> Bool {
        added.append(target)
        return true
    }
}

/// An engine over one of the trees in `Tests/Fixtures`.
final class ScriptWorld {
    let loop: EventLoop
    let network: Network
    let engine: ScriptEngine
    private let facts = WorldFacts()
    private(set) var messages: [String] = []

    init(tree: String, settings: ScriptSettings = ScriptSettings()) throws {
        loop = try EventLoop()
        network = try Network(loop: loop)
        var settings = settings
        settings.sandbox?.allowReading("/no/such")
        settings.sandbox?.allowWriting("/no/such")
        var sink: (ScanEvent) -> Void = { _ in }
        engine = try ScriptEngine(
            network: network,
            dataDirectory: DataDirectory(places: DataPlaces(directories: [Self.fixtures + tree])),
            facts: facts,
            settings: settings,
            emit: { sink($0) }
        )
        sink = { [unowned self] event in
            if case .diagnostic(let diagnostic) = event { messages.append(diagnostic.text) }
        }
        loop.afterEvents = { [unowned engine] in engine.turn() }
    }

    deinit { engine.close() }

    /// The folder of the fixtures, with a slash at its end.
    static let fixtures: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        return parts.joined(separator: "/") + "/Fixtures/"
    }()

    /// Chooses scripts of the tree by name.
    func choose(_ names: String...) throws {
        try engine.setUp(ScriptSelector.Request(options: names))
    }

    /// Tries to load all scripts of the tree.
    func loadAll() throws -> LoadReport { try engine.loadAll() }

    /// Runs the scripts that come before all hosts, and gives their outputs by id.
    func runBeforeHosts() throws -> [String: String] {
        var results: [ScriptResult]?
        engine.runBeforeHosts { results = $0 }
        try turn { results != nil }
        return Dictionary(
            uniqueKeysWithValues: (results ?? []).map { ($0.id, String(decoding: $0.output, as: UTF8.self)) }
        )
    }

    /// Runs host and port scripts on 127.0.0.1 with open ports.
    func run(onPorts ports: [UInt16]) throws -> Host {
        let active = ActiveHost(Host(address: IPAddress(family: .inet, value: 0x7F00_0001)), number: 0)
        active.host.ports.declare(ports.sorted(), .tcp, as: PortOutcome(.open, .synAck))
        var isDone = false
        engine.run(on: active) { isDone = true }
        try turn { isDone }
        return active.host
    }

    private func turn(until isDone: () -> Bool) throws {
        let start = loop.clockNow
        while !isDone() {
            try loop.turn(waitingUpTo: .milliseconds(100))
            guard loop.clockNow - start < .seconds(20) else {
                Issue.record("no end within twenty seconds")
                return
            }
        }
    }
}
