// SPDX-License-Identifier: Apache-2.0

import SondeModel

extension Scene {
    /// What OS detection may find out: two kinds of guesses, sequences, a fingerprint.
    static var system: OSResult {
        var result = OSResult()
        result.verdict = .matches
        let kind = OSClass(
            vendor: "Lab<b>",
            family: "Linux",
            generation: "9.X",
            type: "general purpose",
            cpes: ["cpe:/o:lab:linux:9"]
        )
        let other = OSClass(vendor: "Lab", family: "embedded", generation: nil, type: "switch")
        result.matches = [
            OSMatch(
                name: "Lab Linux 9.1 - 9.4",
                accuracy: 0.9715909090909091,
                line: 77,
                classes: [kind, other]
            ),
            OSMatch(name: "Lab \u{7}switch, \"é\"", accuracy: 0.29, line: 99, classes: [other]),
        ]
        result.ports = OSPorts(openTCP: 22, closedTCP: 9, closedUDP: nil)
        result.unsuitability = "missing a closed port"
        result.isGuessing = true
        result.lines = ["SEQ(SP=102%GCD=1)", "T2(R=N)"]
        result.sequence.difficulty = 17
        result.sequence.numbers = [1, .max]
        result.sequence.identifierClass = "All zeros"
        result.sequence.identifiers = [0, 0]
        result.sequence.timestampClass = "1000HZ"
        result.sequence.timestamps = [5, 6]
        result.sequence.lastBoot = start - 86_400.5
        result.version = "0.1"
        result.time = start + 1.123456789
        return result
    }

    /// A host of which system and way are known.
    static var tracedHost: Host {
        var host = richHost
        host.macVendor = "Lab & Sons"
        host.os = system
        host.distance = HostDistance(3, .traced)
        host.traceProbe = .port(Port(443, .tcp))
        host.hops = [
            Hop(timeToLive: 1, address: address("10.0.0.1"), roundTrip: 0.000_123_456_789),
            Hop(timeToLive: 2, address: nil, roundTrip: nil),
            Hop(timeToLive: 3, address: address("127.0.0.77"), roundTrip: 0.012),
        ]
        host.hops[0].name = "gw.<lab>.test"
        host.hops[0].sharedWith = address("127.0.0.78")
        return host
    }

    /// A scan that looked for systems and ways.
    static var tracedScan: [ScanEvent] {
        var linked = plainHost("127.0.0.81")
        linked.hops = [Hop(timeToLive: 1, address: linked.address, roundTrip: 0.001)]
        linked.traceProbe = TraceProbe.none
        var nothing = OSResult()
        nothing.verdict = .tooMany
        linked.os = nothing
        return [header(), .host(tracedHost), .host(linked), summary(up: 2, down: 0)]
    }
}
