// SPDX-License-Identifier: Apache-2.0

import Sonde
import SondeModel
import Testing

@testable import SondeCommand

/// Resolves a line of words parted by blanks.
func resolve(_ line: String, isRoot: Bool = false) throws -> ScanRequest {
    try resolve(words: line.split(separator: " ").map(String.init), isRoot: isRoot)
}

/// Resolves words.
func resolve(words: [String], isRoot: Bool = false) throws -> ScanRequest {
    let now = LocalTime(year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7)
    let environment = CommandEnvironment(isRoot: isRoot, now: now)
    switch Invocation(commandLine: ["sonde"] + words, environment: environment) {
    case .scan(let request): return request
    case .fail(let error): throw error
    case .print, .demo, .subcommand: throw UsageError.value("no scan")
    }
}

@Suite struct OptionsResolverTests {
    @Test("a bare target gives the default plan")
    func defaults() throws {
        var expected = ScanPlan()
        expected.commandLine = "sonde 127.0.0.1"
        expected.targets.words = ["127.0.0.1"]
        let request = try resolve("127.0.0.1")
        #expect(request.plan == expected)
        #expect(request.output == OutputRequest())
        #expect(request.notes.isEmpty)
    }

    @Test("targets and exclusions keep their order")
    func targets() throws {
        let plan = try resolve("b -iL list a --exclude x,y --exclude z --excludefile no -6 --unique").plan
        #expect(plan.targets.words == ["b", "a"])
        #expect(plan.targets.inputFile == "list")
        #expect(plan.targets.exclusions == ["x", "y", "z"])
        #expect(plan.targets.exclusionFile == "no")
        #expect(plan.targets.family == .inet6)
        #expect(plan.targets.scansEachAddressOnce)
    }

    @Test("techniques and the extent follow -s letters")
    func techniques() throws {
        #expect(try resolve("-sT h").plan.techniques == [.connect])
        #expect(try resolve("-sU h").plan.techniques == [.udp])
        #expect(try resolve("-sTU h").plan.techniques == [.udp, .connect])
        #expect(try resolve("-sn h").plan.extent == .hosts)
        #expect(try resolve("-sn h").plan.techniques == [])
        #expect(try resolve("-sL h").plan.extent == .list)
        #expect(try resolve("-sL h").plan.discovery.isSkipped)
        #expect(try resolve("-sC h").plan.extent == .ports)
    }

    @Test("the default technique depends on privileges")
    func defaultTechnique() throws {
        #expect(try resolve("h", isRoot: true).plan.techniques == [.syn])
        #expect(try resolve("h").plan.techniques == [.connect])
        #expect(try resolve("--unprivileged h", isRoot: true).plan.techniques == [.connect])
        #expect(try resolve("--privileged h").plan.techniques == [.syn])
    }

    @Test("raw techniques come in the order in which they are carried out")
    func rawTechniques() throws {
        #expect(
            try resolve("-sZYUS h", isRoot: true).plan.techniques == [.syn, .udp, .sctpInit, .sctpCookieEcho]
        )
        #expect(try resolve("-sO h", isRoot: true).plan.techniques == [.ipProtocol])
    }

    @Test("raw packets look as typed")
    func rawPackets() throws {
        let plan = try resolve(
            "-sS -f -f --badsum --scanflags SYNURG --ip-options R -D 10.0.0.1,ME,RND:2 --adler32 h",
            isRoot: true
        ).plan
        #expect(plan.packets.fragmentSize == 16)
        #expect(plan.packets.spoilsChecksums && plan.packets.usesAdler32)
        #expect(plan.packets.scanFlags == 0x22)
        #expect(plan.packets.ipOptions.count == 40 && plan.packets.ipOptions[1] == 7)
        #expect(plan.packets.decoys.count == 4 && plan.packets.decoys[1] == .own)
    }

    @Test("discovery probes keep their lists")
    func discoveryProbes() throws {
        let plan = try resolve("-sn -PU53 -PY -PO1,6 -PE h", isRoot: true).plan
        #expect(
            plan.discovery.probes == [
                .udp(ports: "53"), .sctp(ports: ""), .ipProtocol(numbers: "1,6"), .icmpEcho,
            ]
        )
    }

    @Test("operating systems are found out as asked")
    func systems() throws {
        #expect(try !resolve("h").plan.system.isWanted)
        #expect(try resolve("-O h").plan.system.isWanted)
        let system = try resolve("-O --osscan-limit --fuzzy --max-os-tries 3 h").plan.system
        #expect(system.onlyPromising)
        #expect(system.isGuessing)
        #expect(system.mostRounds == 3)
        #expect(try resolve("-A h", isRoot: true).plan.system.isWanted)
        #expect(try !resolve("-A h").plan.system.isWanted)
        #expect(try !resolve("-A --unprivileged h", isRoot: true).plan.system.isWanted)
        #expect(try !resolve("-A -sn h", isRoot: true).plan.system.isWanted)
    }

    @Test("discovery probes are kept in typed order with their ports")
    func discovery() throws {
        let discovery = try resolve("-PA -PS22,80 -PE -PE h").plan.discovery
        #expect(discovery.probes == [.tcpACK(ports: ""), .tcpSYN(ports: "22,80"), .icmpEcho])
        #expect(try resolve("-Pn h").plan.discovery.isSkipped)
    }

    @Test("names are looked up as asked, and -n wins")
    func names() throws {
        #expect(try resolve("-n -R h").plan.names.mode == .never)
        #expect(try resolve("-R h").plan.names.mode == .always)
        let servers = try resolve("--dns-servers 127.0.0.1,::1 h").plan.names.servers
        #expect(servers.map(\.description) == ["127.0.0.1", "::1"])
    }

    @Test("ports are chosen by list, by rank or by ratio")
    func ports() throws {
        #expect(try resolve("-p- h").plan.ports.specification == "-")
        #expect(try resolve("-F h").plan.ports.selection == .fast)
        #expect(try resolve("-F --top-ports 5 h").plan.ports.selection == .top(5))
        #expect(try resolve("--port-ratio 0.25 h").plan.ports.selection == .ratio(0.25))
        #expect(try resolve("--servicedb f h").plan.ports.selection == .fast)
        #expect(try resolve("--servicedb f -p 1 h").plan.ports.selection == .standard)
        #expect(try resolve("--exclude-ports 9 -r h").plan.ports.exclusion == "9")
    }

    @Test(
        "explicit timing wins over the template wherever it stands",
        arguments: ["-T5 --max-retries 7", "--max-retries 7 -T5"]
    )
    func timingOrder(line: String) throws {
        let template = try resolve(line + " h").plan.timing.template
        #expect(template.level == 5)
        #expect(template.maximumRetries == 7)
        #expect(template.hostTimeout == .seconds(900))
    }

    @Test("a round-trip bound pulls the others along")
    func roundTrips() throws {
        let low = try resolve("--max-rtt-timeout 50ms h").plan.timing.template
        #expect(low.initialRTTTimeout == .milliseconds(50))
        #expect(low.minimumRTTTimeout == .milliseconds(50))
        let high = try resolve("--min-rtt-timeout 20s h").plan.timing.template
        #expect(high.initialRTTTimeout == .seconds(20))
        #expect(high.maximumRTTTimeout == .seconds(20))
    }

    @Test("timeouts of 0 mean none")
    func noTimeouts() throws {
        let template = try resolve("-T5 --host-timeout 0 --script-timeout 0 h").plan.timing.template
        #expect(template.hostTimeout == nil)
        #expect(template.scriptTimeout == nil)
    }

    @Test("script rules are split at commas, and -sC counts only without rules")
    func scripts() throws {
        let scripts = try resolve(words: ["--script", " a , +b,,", "--script=c and d", "-sC", "h"]).plan
            .scripts
        #expect(scripts.rules == ["a", "+b", "c and d"])
        #expect(scripts.effectiveRules == scripts.rules)
        #expect(try resolve("-sC h").plan.scripts.effectiveRules == ["default"])
        #expect(try resolve("h").plan.scripts.effectiveRules == [])
        #expect(try resolve("--script-help http-*").plan.scripts.helpRules == ["http-*"])
        #expect(try resolve("--script-args a --script-args b h").plan.scripts.arguments == "b")
    }

    @Test("the last of intensity, light and all wins")
    func intensity() throws {
        #expect(try resolve("--version-all --version-light h").plan.versions.intensity == 2)
        #expect(try resolve("--version-light --version-intensity 5 h").plan.versions.intensity == 5)
        #expect(try resolve("h").plan.versions.intensity == 7)
    }

    @Test(
        "levels add up, and -d raises both",
        arguments: [
            ("-v", 1, 0, false), ("-vv", 2, 0, true), ("-v3", 3, 0, true), ("-d", 1, 1, true),
            ("-dd -v", 3, 2, true), ("-d3", 3, 3, true), ("-v1 -d3", 3, 3, true),
            ("-vvvvvvvvvvvvvvv", 10, 0, true), ("--version-trace", 1, 1, true), ("--reason", 0, 0, true),
        ]
    )
    func levels(line: String, verbosity: Int, debugging: Int, reasons: Bool) throws {
        let plan = try resolve(line + " h").plan
        #expect(plan.verbosity == verbosity)
        #expect(plan.debugging == debugging)
        #expect(plan.showsReasons == reasons)
    }

    @Test("packet tracing traces scripts and versions too")
    func packetTrace() throws {
        let plan = try resolve("--packet-trace h").plan
        #expect(plan.tracesPackets && plan.scripts.isTraced && plan.versions.isTraced)
    }

    @Test("packets take an interface, an address, a ttl and a payload")
    func packets() throws {
        let packets = try resolve("-e lo -S 127.0.0.2 --ttl 0 --data 0xDEad -g 53 h").plan.packets
        #expect(packets.interface == "lo")
        #expect(packets.sourceAddress == IPAddress("127.0.0.2"))
        #expect(packets.timeToLive == 0)
        #expect(packets.payload == .octets([0xDE, 0xAD]))
        #expect(packets.sourcePort == 53)
        #expect(try resolve("--data \\xff\\x00 h").plan.packets.payload == .octets([255, 0]))
        #expect(try resolve("--data-length 65435 h").plan.packets.payload == .random(length: 65435))
    }

    @Test("reports are listed with their files")
    func output() throws {
        let output = try resolve("-oX f-%F.xml -oN - --append-output --no-stylesheet h").output
        #expect(
            output.files == [
                OutputRequest.File(format: .normal, path: "-"),
                OutputRequest.File(format: .xml, path: "f-2026-03-04.xml"),
            ]
        )
        #expect(output.isTerminalSilent && output.appends)
        #expect(output.stylesheet == .none)
        #expect(try resolve("-oA b h").output.files.map(\.path) == ["b.nmap", "b.xml", "b.gnmap"])
        #expect(try resolve("-oJ j h").output.files.map(\.format) == [.jsonLines])
        #expect(try resolve("-v0 h").output.isTerminalSilent)
    }

    @Test("flags that do nothing are accepted, some with a warning")
    func ignored() throws {
        #expect(try resolve("-f -f --badsum --spoof-mac 0 h").notes.count == 3)
        #expect(try resolve("-sT -f -f -D RND:3 --badsum --spoof-mac 0 h", isRoot: true).notes.count == 4)
        #expect(try resolve("-sS -f -f -D RND:3 --badsum --spoof-mac 0 h", isRoot: true).notes.isEmpty)
        #expect(try resolve("--nogcc --log-errors --nsock-engine epoll -PR --send-ip -q h").notes.isEmpty)
    }

    @Test("the command line is kept with words quoted where needed")
    func commandLine() throws {
        let request = try resolve(words: ["--script", "a and b", "-p", "\"\\", "h"])
        #expect(request.plan.commandLine == #"sonde --script "a and b" -p \"\\ h"#)
    }

    @Test("thousands of targets are kept")
    func manyTargets() throws {
        let words = (0..<20000).map { "h\($0)" }
        #expect(try resolve(words: words).plan.targets.words == words)
    }
}
