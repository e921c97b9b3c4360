// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeIO
import SondeModel
import Testing

@testable import SondeScan

/// The detection from end to end: probes of this machine over the loopback, answered by its own system.
@Suite("OSDetection", .enabled(if: RawAccess.isAvailable(), "needs raw sockets"), .serialized)
struct OSDetectionTests {
    /// A scanner that knows of one open and one closed port of this machine.
    private final class Scene {
        let loop: EventLoop
        let network: Network
        let detection: OSDetection
        let listener: Listener
        let active: ActiveHost
        private(set) var messages: [String] = []

        init(_ address: String, database: String = "", rounds: Int = 1) throws {
            loop = try EventLoop()
            network = try Network(loop: loop)
            let host = try #require(IPAddress(address))
            listener = try network.listen(on: SocketAddress(host, port: 0))
            active = ActiveHost(Host(address: host), number: 0)
            active.host.times = RoundTripTimes(smoothed: 100, variance: 100, timeout: 60_000)
            active.host.ports.declare(
                [1, listener.localAddress.port],
                .tcp,
                as: PortOutcome(.closed, .reset)
            )
            active.host.ports.set(PortOutcome(.open, .synAck), for: Port(listener.localAddress.port, .tcp))
            var settings = OSDetection.Settings(timing: TimingTemplate(level: 3))
            settings.mostRounds = rounds
            settings.verbosity = 1
            settings.version = "0"
            var tell: (String) -> Void = { _ in }
            let parsed = OSDatabaseFile(parsing: Array(database.utf8))
            detection = OSDetection(network, settings, database: { parsed }, onMessage: { tell($0.text) })
            tell = { [unowned self] in messages.append($0) }
        }

        deinit {
            detection.cancel()
            listener.close()
            network.close()
        }

        /// Probes the host; nothing if there was no end.
        func run(timeLimit: TimeSpan? = nil) throws -> OSResult? {
            var isDone = false
            detection.add(active, timeLimit: timeLimit) { isDone = true }
            let start = loop.clockNow
            while !isDone, loop.clockNow - start < .seconds(20) {
                try loop.turn(waitingUpTo: .milliseconds(100))
            }
            #expect(isDone && detection.hostsActive == 0)
            return active.host.os
        }
    }

    private static let points = """
        MatchPoints
        SEQ(TI=100%CI=50%II=100)
        OPS(O1=20%O2=20%O3=20%O4=20%O5=20%O6=20)
        WIN(W1=15%W2=15%W3=15%W4=15%W5=15%W6=15)
        ECN(R=100%DF=20%T=15%TG=15%W=15%O=15%CC=100%Q=20)
        T1(R=100%DF=20%T=15%TG=15%S=20%A=20%F=30%RD=20%Q=20)
        T5(R=100%DF=20%T=15%TG=15%W=25%S=20%A=20%F=30%O=10%RD=20%Q=20)
        U1(R=50%DF=20%T=15%TG=15%IPL=100%UN=100%RIPL=100%RID=100%RIPCK=100%RUCK=100%RUD=100)
        IE(R=50%DFI=40%T=15%TG=15%CD=100)


        """

    /// The lines of a fingerprint that do not hang on chance.
    private static func steady(_ result: OSResult) -> [String] {
        result.lines.filter { !$0.hasPrefix("SEQ(") }
    }

    @Test("a system that the database knows is found in the first round, with its distance and ports")
    func found() throws {
        let unknown = try Scene("127.0.0.1")
        let first = try #require(try unknown.run())
        #expect(first.verdict == .none && first.matches.isEmpty)
        let names = first.lines.map { $0.prefix { $0 != "(" } }
        #expect(names == ["SEQ", "OPS", "WIN", "ECN", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "U1", "IE"])
        #expect(first.ports.openTCP == unknown.listener.localAddress.port && first.ports.closedTCP == 1)
        #expect(unknown.active.host.distance == HostDistance(0, .local))

        let entry =
            "Fingerprint This Machine\nClass Lab | Linux | 1.X | general purpose\nCPE cpe:/o:lab:linux\n"
        let known = try Scene(
            "127.0.0.1",
            database: Self.points + entry + Self.steady(first).joined(separator: "\n") + "\n",
            rounds: 5
        )
        let second = try #require(try known.run())
        #expect(second.verdict == .matches)
        #expect(second.matches.map(\.name) == ["This Machine"] && second.matches.first?.accuracy == 1)
        #expect(second.matches.first?.classes.first?.cpes == ["cpe:/o:lab:linux"])
        #expect(known.messages == ["Initiating OS detection (try #1) against 127.0.0.1"])
        #expect(second.sequence.numbers.count == 6 && second.unsuitability == nil)
    }

    @Test("a program that is busy between its turns finds the same")
    func busy() throws {
        let quiet = try #require(try Scene("127.0.0.1").run())
        let scene = try Scene("127.0.0.1")
        let loop = scene.loop
        loop.afterEvents = {
            // As scripts that compute do.
            let start = loop.clockNow
            while loop.clockNow - start < .milliseconds(30) {}
            return true
        }
        let result = try #require(try scene.run())
        loop.afterEvents = nil
        #expect(Self.steady(result) == Self.steady(quiet))
        #expect(result.unsuitability == nil)
    }

    @Test("hosts are probed side by side, one address twice in turn")
    func several() throws {
        let scene = try Scene("127.0.0.1")
        let others = (2...9).map { last in
            let other = ActiveHost(
                Host(address: IPAddress(family: .inet, value: 0x7F00_0000 + UInt128(last))),
                number: 1
            )
            other.host.times = scene.active.host.times
            other.host.ports.declare([1], .tcp, as: PortOutcome(.closed, .reset))
            return other
        }
        let again = ActiveHost(Host(address: scene.active.host.address, targetName: "again"), number: 2)
        var done = 0
        for other in others + [again] { scene.detection.add(other, timeLimit: nil) { done += 1 } }
        #expect(try scene.run() != nil)
        #expect(done == 9)
        #expect(others.allSatisfy { $0.host.os?.lines.contains { $0.hasPrefix("T5(R=Y") } ?? false })
        #expect(others.allSatisfy { $0.host.os?.isUnreliable ?? false })
    }

    @Test("an IPv6 host gets lines and no name")
    func version6() throws {
        let scene = try Scene("::1")
        let result = try #require(try scene.run())
        #expect(result.matches.isEmpty && result.lines.contains { $0.hasPrefix("S1(P=6") })
        #expect(scene.active.host.distance == HostDistance(0, .local))
    }

    @Test("a host whose time is over has timed out, and one that is given up is never told of")
    func ends() throws {
        let slow = try Scene("127.0.0.1")
        #expect(try slow.run(timeLimit: .milliseconds(150)) == nil)
        #expect(slow.active.host.timedOut)
        let scene = try Scene("127.0.0.1")
        var isTold = false
        scene.detection.add(scene.active, timeLimit: nil) { isTold = true }
        for _ in 0..<3 { try scene.loop.turn(waitingUpTo: .milliseconds(50)) }
        scene.detection.cancel()
        for _ in 0..<3 { try scene.loop.turn(waitingUpTo: .milliseconds(50)) }
        #expect(!isTold && scene.network.captures.count == 0)
    }

    @Test("without an open and a closed port nothing is sent, if only promising hosts are wanted")
    func unpromising() throws {
        let scene = try Scene("127.0.0.1")
        var settings = OSDetection.Settings(timing: TimingTemplate(level: 3))
        settings.onlyPromising = true
        settings.verbosity = 1
        var told: [String] = []
        let empty = OSDatabaseFile(parsing: [])
        let detection = OSDetection(
            scene.network,
            settings,
            database: { empty },
            onMessage: { told.append($0.text) }
        )
        var isDone = false
        detection.add(ActiveHost(Host(address: scene.active.host.address), number: 3), timeLimit: nil) {
            isDone = true
        }
        #expect(isDone && told.count == 1 && told[0].hasPrefix("Skipping OS Scan against 127.0.0.1"))
        #expect(scene.network.captures.count == 0)
    }
}
