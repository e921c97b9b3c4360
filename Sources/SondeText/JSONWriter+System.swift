// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// What was found out about a host's system and the way to it, in the words of `docs/json-lines.md`.
extension JSONWriter {
    /// Writes a member with a whole number, or `null`.
    package mutating func member(_ name: String, number: (some BinaryInteger)?) {
        key(name)
        if let number { integer(number) } else { null() }
    }

    /// Writes a member with a number that reads back as the same, or `null`.
    package mutating func member(_ name: String, exactly number: Double?) {
        key(name)
        if let number { exact(number) } else { null() }
    }

    /// Writes the members that say which system a host runs and how far away it is, as far as that was looked for.
    package mutating func systemMembers(_ host: Host) {
        if let distance = host.distance {
            key("distance")
            beginObject()
            member("hops", distance.hops)
            member("method", distance.method.word)
            endObject()
        }
        guard let result = host.os else { return }
        key("os")
        system(result, uptime: result.sequence.uptime(at: host.ended ?? result.time))
    }

    private mutating func system(_ result: OSResult, uptime: Int?) {
        beginObject()
        member("verdict", result.verdict.word)
        key("matches")
        beginArray()
        for match in result.matches { self.match(match) }
        endArray()
        if let uptime { member("uptime", uptime) }
        key("ports")
        beginObject()
        member("open_tcp", number: result.ports.openTCP)
        member("closed_tcp", number: result.ports.closedTCP)
        member("closed_udp", number: result.ports.closedUDP)
        endObject()
        member("unreliable", result.isUnreliable)
        member("unsuitable", result.unsuitability)
        member("guessing", result.isGuessing)
        key("sequence")
        sequence(result.sequence)
        key("fingerprint")
        beginArray()
        for line in result.lines { string(line) }
        endArray()
        member("version", result.version)
        member("time", exactly: result.time)
        endObject()
    }

    private mutating func match(_ match: OSMatch) {
        beginObject()
        member("name", match.name)
        member("accuracy", exactly: match.accuracy)
        member("line", match.line)
        key("classes")
        beginArray()
        for kind in match.classes {
            beginObject()
            member("type", kind.type)
            member("vendor", kind.vendor)
            member("family", kind.family)
            member("generation", kind.generation)
            key("cpe")
            beginArray()
            for cpe in kind.cpes { string(cpe) }
            endArray()
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func sequence(_ sequence: OSSequence) {
        beginObject()
        if let difficulty = sequence.difficulty {
            member("difficulty", difficulty)
            member("word", OSSequence.word(forDifficulty: difficulty))
        }
        list("numbers", sequence.numbers)
        if let words = sequence.identifierClass { member("id_class", words) }
        list("ids", sequence.identifiers)
        if let words = sequence.timestampClass { member("timestamp_class", words) }
        list("timestamps", sequence.timestamps)
        if let boot = sequence.lastBoot { member("last_boot", exactly: boot) }
        endObject()
    }

    private mutating func list(_ name: String, _ numbers: [some BinaryInteger]) {
        guard !numbers.isEmpty else { return }
        key(name)
        beginArray()
        for number in numbers { integer(number) }
        endArray()
    }

    /// Writes the members that hold the way to a host.
    package mutating func traceMembers(_ host: Host) {
        switch host.traceProbe {
        case .port(let port):
            member("port", Int(port.number))
            member("protocol", port.transport.rawValue)
        case .ipProtocol(let number, let name):
            member("port", nil)
            member("protocol", name)
            member("protocol_number", Int(number))
        case nil, TraceProbe.none?:
            member("port", nil)
            member("protocol", nil)
        }
        key("hops")
        beginArray()
        for hop in host.hops {
            beginObject()
            member("ttl", hop.timeToLive)
            member("address", hop.address?.description)
            member("name", hop.name)
            member("rtt_ms", exactly: hop.roundTrip.map { $0 * 1000 })
            if let other = hop.sharedWith { member("shared_with", other.description) }
            endObject()
        }
        endArray()
    }
}

extension OSSequence {
    /// How long a host has been up at a time, in whole seconds; nothing if that is not known.
    package func uptime(at time: Double) -> Int? {
        guard let boot = lastBoot, boot.isFinite, time.isFinite else { return nil }
        return Int(max(0, min(time.rounded(.down) - boot.rounded(.down), 1e12)))
    }
}

extension OSResult.Verdict {
    /// All verdicts, for reading.
    static let all: [OSResult.Verdict] = [.matches, .none, .tooMany]

    /// The word of `docs/json-lines.md`.
    var word: String {
        switch self {
        case .matches: "matches"
        case .none: "none"
        case .tooMany: "too-many"
        }
    }
}

extension HostDistance.Method {
    /// All methods, for reading.
    static let all: [HostDistance.Method] = [.local, .direct, .quoted, .traced]

    /// The word of `docs/json-lines.md`.
    var word: String {
        switch self {
        case .local: "local"
        case .direct: "direct"
        case .quoted: "quoted"
        case .traced: "traced"
        }
    }
}
