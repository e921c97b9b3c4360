// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What was found out about a host's system and the way to it, back from the words of `docs/json-lines.md`.
extension JSONValue {
    /// Reads the members that say which system a host runs and how far away it is.
    package func addSystem(to host: inout Host) {
        if let distance = self["distance"], let hops = distance["hops"]?.integer {
            let word = distance["method"]?.text
            host.distance = HostDistance(hops, HostDistance.Method.all.first { $0.word == word } ?? .quoted)
        }
        host.os = self["os"]?.system
    }

    /// Reads the members that hold the way to a host.
    package func addTrace(to host: inout Host) {
        let hops = self["hops"]?.elements.compactMap(\.hop) ?? []
        guard !hops.isEmpty else { return }
        host.hops = hops
        if let port {
            host.traceProbe = .port(port)
        } else if let number = self["protocol_number"]?.integer.flatMap(UInt8.init(exactly:)) {
            host.traceProbe = .ipProtocol(number, name: self["protocol"]?.text ?? "")
        } else {
            host.traceProbe = TraceProbe.none
        }
    }

    private var hop: Hop? {
        guard let distance = self["ttl"]?.integer, (0...255).contains(distance) else { return nil }
        var hop = Hop(
            timeToLive: distance,
            address: self["address"]?.text.flatMap { IPAddress($0) },
            roundTrip: self["rtt_ms"]?.double.map { $0 / 1000 }
        )
        hop.name = self["name"]?.text
        hop.sharedWith = self["shared_with"]?.text.flatMap { IPAddress($0) }
        return hop
    }

    private var system: OSResult? {
        guard case .object = self else { return nil }
        var result = OSResult()
        let verdict = self["verdict"]?.text
        result.verdict = OSResult.Verdict.all.first { $0.word == verdict } ?? .none
        result.matches = self["matches"]?.elements.compactMap(\.match) ?? []
        let port = { (name: String) in self["ports"]?[name]?.integer.flatMap(UInt16.init(exactly:)) }
        result.ports = OSPorts(
            openTCP: port("open_tcp"),
            closedTCP: port("closed_tcp"),
            closedUDP: port("closed_udp")
        )
        result.isUnreliable = self["unreliable"]?.isTrue ?? false
        result.unsuitability = self["unsuitable"]?.text
        result.isGuessing = self["guessing"]?.isTrue ?? false
        result.lines = self["fingerprint"]?.elements.compactMap(\.text) ?? []
        result.sequence = self["sequence"]?.sequence ?? OSSequence()
        result.version = self["version"]?.text ?? ""
        result.time = self["time"]?.double ?? 0
        return result
    }

    private var match: OSMatch? {
        guard let name = self["name"]?.text else { return nil }
        return OSMatch(
            name: name,
            accuracy: min(max(self["accuracy"]?.double ?? 0, 0), 1),
            line: self["line"]?.integer ?? 0,
            classes: self["classes"]?.elements.map(\.kind) ?? []
        )
    }

    private var kind: OSClass {
        OSClass(
            vendor: self["vendor"]?.text ?? "",
            family: self["family"]?.text ?? "",
            generation: self["generation"]?.text,
            type: self["type"]?.text ?? "",
            cpes: self["cpe"]?.elements.compactMap(\.text) ?? []
        )
    }

    private var sequence: OSSequence {
        var sequence = OSSequence()
        sequence.difficulty = self["difficulty"]?.integer
        sequence.numbers = numbers("numbers")
        sequence.identifierClass = self["id_class"]?.text
        sequence.identifiers = numbers("ids")
        sequence.timestampClass = self["timestamp_class"]?.text
        sequence.timestamps = numbers("timestamps")
        sequence.lastBoot = self["last_boot"]?.double
        return sequence
    }

    private func numbers<Number: FixedWidthInteger>(_ name: String) -> [Number] {
        self[name]?.elements.compactMap { $0.integer.flatMap(Number.init(exactly:)) } ?? []
    }
}
