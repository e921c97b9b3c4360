// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// What the XML of a host says of its system and the way to it (spec `nse-output`, section 6.4).
struct SystemDraft {
    private var result: OSResult?
    private var fingerprint = ""
    private var uptime: Int?
    private var distance: Int?
    private var hops: [Hop] = []
    private var probe: TraceProbe?
    private var cpe: String?

    /// Takes the beginning of an element; false if it has nothing to do with systems and ways.
    mutating func start(_ name: String, _ attributes: Attributes, in parent: String?) -> Bool {
        switch name {
        case "os": result = result ?? OSResult()
        case "portused": portUsed(attributes)
        case "osmatch": match(attributes)
        case "osclass": kind(attributes)
        case "cpe" where parent == "osclass": cpe = ""
        case "osfingerprint": fingerprint += attributes["fingerprint"] ?? ""
        case "uptime": uptime = attributes.integer("seconds")
        case "distance": distance = attributes.integer("value")
        case "tcpsequence", "ipidsequence", "tcptssequence": sequence(name, attributes)
        case "trace": probe = Self.probe(attributes)
        case "hop": hop(attributes)
        default: return false
        }
        return true
    }

    /// Takes text; false if it belongs to something else.
    mutating func text(_ text: String) -> Bool {
        guard cpe != nil else { return false }
        cpe?.append(text)
        return true
    }

    /// Takes the end of an element.
    mutating func end(_ name: String) {
        guard name == "cpe", let cpe else { return }
        self.cpe = nil
        guard let match = result?.matches.indices.last, let kind = result?.matches[match].classes.indices.last
        else { return }
        result?.matches[match].classes[kind].cpes.append(cpe)
    }

    /// Puts what was read to its host.
    func finish(_ host: inout Host) {
        host.hops = hops
        host.traceProbe = hops.isEmpty ? nil : probe
        guard var result else { return }
        let text = FingerprintReader(fingerprint)
        result.lines = text.lines
        result.version = text.fields["V"] ?? ""
        result.time = text.fields["TM"].flatMap { UInt32($0, radix: 16) }.map(Double.init) ?? host.ended ?? 0
        // A report names guesses only where it was asked to, or could not be sure.
        result.isGuessing = result.perfectMatches.isEmpty && !result.matches.isEmpty
        result.unsuitability = text.fields["G"] == "N" ? "a report says so" : nil
        result.isUnreliable = result.ports.openTCP == nil || result.ports.closedTCP == nil
        result.verdict = result.matches.isEmpty ? .none : .matches
        if let uptime, let ended = host.ended { result.sequence.lastBoot = ended - Double(uptime) }
        host.os = result
        if let distance {
            let method = text.fields["DC"].flatMap(HostDistance.Method.init(rawValue:))
            host.distance = HostDistance(distance, method ?? .quoted)
        }
    }

    // MARK: Systems

    private mutating func portUsed(_ attributes: Attributes) {
        let number = attributes.integer("portid").flatMap(UInt16.init(exactly:))
        switch (attributes["state"], attributes["proto"]) {
        case ("open", "tcp"): result?.ports.openTCP = number
        case ("closed", "tcp"): result?.ports.closedTCP = number
        case ("closed", "udp"): result?.ports.closedUDP = number
        default: break
        }
    }

    private mutating func match(_ attributes: Attributes) {
        let percent = Double(min(max(attributes.integer("accuracy") ?? 0, 0), 100))
        // The least accuracy that is shown as this many percent again.
        let share = percent / 100
        let accuracy = share * 100 < percent ? share.nextUp : share
        let match = OSMatch(
            name: attributes["name"] ?? "",
            accuracy: accuracy,
            line: attributes.integer("line") ?? 0,
            classes: []
        )
        result?.matches.append(match)
    }

    private mutating func kind(_ attributes: Attributes) {
        guard let match = result?.matches.indices.last else { return }
        result?.matches[match].classes.append(
            OSClass(
                vendor: attributes["vendor"] ?? "",
                family: attributes["osfamily"] ?? "",
                generation: attributes["osgen"],
                type: attributes["type"] ?? ""
            )
        )
    }

    private mutating func sequence(_ name: String, _ attributes: Attributes) {
        let values = (attributes["values"] ?? "").split(separator: ",").compactMap { UInt32($0, radix: 16) }
        switch name {
        case "tcpsequence":
            result?.sequence.difficulty = attributes.integer("index")
            result?.sequence.numbers = values
        case "ipidsequence":
            result?.sequence.identifierClass = attributes["class"]
            result?.sequence.identifiers = values.compactMap(UInt16.init(exactly:))
        default:
            result?.sequence.timestampClass = attributes["class"]
            result?.sequence.timestamps = values
        }
    }

    // MARK: Ways

    private static func probe(_ attributes: Attributes) -> TraceProbe {
        guard let name = attributes["proto"] else { return .none }
        guard let number = attributes.integer("port").flatMap(UInt16.init(exactly:)),
            let transport = TransportProtocol(rawValue: name)
        else { return .ipProtocol(Self.protocolNumbers[name] ?? 0, name: name) }
        return .port(Port(number, transport))
    }

    /// The protocols that ways are traced with; a report tells only their names.
    private static let protocolNumbers: [String: UInt8] = ["icmp": 1, "igmp": 2, "ipv4": 4, "icmpv6": 58]

    private mutating func hop(_ attributes: Attributes) {
        guard let place = attributes.integer("ttl"), (1...255).contains(place) else { return }
        // Stations that stayed silent are left out of reports.
        while hops.count < place - 1 {
            hops.append(Hop(timeToLive: hops.count + 1, address: nil, roundTrip: nil))
        }
        var hop = Hop(
            timeToLive: place,
            address: attributes["ipaddr"].flatMap { IPAddress($0) },
            roundTrip: attributes.double("rtt").map { $0 / 1000 }
        )
        hop.name = attributes["host"]
        hops.append(hop)
    }
}

/// Takes the text of an OS fingerprint apart, in either of its forms.
private struct FingerprintReader {
    /// The lines of the tests, without the head.
    var lines: [String] = []
    /// The fields of the head.
    var fields: [String: String] = [:]

    init(_ text: String) {
        var all = ""
        for line in text.split(whereSeparator: \.isNewline) {
            all += line.hasPrefix("OS:") ? line.dropFirst(3) : line
        }
        for part in all.split(separator: ")") {
            guard part.hasPrefix("SCAN(") else {
                lines.append(part + ")")
                continue
            }
            for field in part.dropFirst(5).split(separator: "%") {
                let words = field.split(separator: "=", maxSplits: 1).map(String.init)
                if words.count == 2 { fields[words[0]] = words[1] }
            }
        }
    }
}
