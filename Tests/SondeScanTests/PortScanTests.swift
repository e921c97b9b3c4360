// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeScan
import Testing

@Suite("PortScan")
struct PortScanTests {
    /// Scans hosts 10.0.0.0, 10.0.0.1, … to the end; the clock jumps.
    private final class Run {
        let loop: EventLoop
        let technique: FakeTechnique
        let progress = ScanProgress(.connectScan)
        var ended: [(host: ActiveHost, ending: PortScan.Ending, at: Instant)] = []
        private var scan: PortScan?

        init(
            _ ports: [UInt16],
            hosts: Int = 1,
            template: TimingTemplate = TimingTemplate(level: 3),
            timeLimit: TimeSpan? = nil,
            endsWith: ((PortOutcome) -> Bool)? = nil,
            _ behaviour: @escaping (SocketAddress, Int) -> FakeTechnique.Behaviour
        ) throws {
            loop = try EventLoop(clock: ManualClock())
            technique = FakeTechnique(loop, behaviour)
            var settings = PortScan.Settings(order: ports, timing: ScanTiming(template, transport: .tcp))
            settings.endsWith = endsWith
            let scan = PortScan(loop, technique, settings, progress: progress) { [unowned self] in
                ended.append(($0, $1, loop.now))
            }
            self.scan = scan
            for number in 0..<hosts {
                let address = IPAddress(family: .inet, value: 0x0A00_0000 + UInt128(number))
                scan.add(ActiveHost(Host(address: address), number: number), timeLimit: timeLimit)
            }
            try loop.run { [unowned self] in ended.count == hosts }
        }

        func cancel() { scan?.cancel() }

        func states(_ index: Int = 0) -> [UInt16: PortState] {
            let ports = ended[index].host.host.ports
            let records = ports.records { _ in true }
            return Dictionary(uniqueKeysWithValues: records.map { ($0.port.number, $0.outcome.state) })
        }

        var seconds: Double { (loop.now - Instant(nanoseconds: 1_000_000_000)).seconds }
    }

    @Test("open, closed and silent ports get their states")
    func states() throws {
        let run = try Run([1, 2, 3]) { address, _ in [.open, .closed, .silent][Int(address.port) - 1] }
        #expect(run.states() == [1: .open, 2: .closed, 3: .filtered])
        #expect(run.ended.map(\.ending) == [.complete])
        #expect(run.progress.done == 3)
        #expect(run.progress.total == 3)
        #expect(run.progress.hostsDone == 1)
    }

    @Test("a silent port is tried twice, an answering one once")
    func tries() throws {
        let run = try Run([1, 2]) { address, _ in address.port == 1 ? .silent : .closed }
        #expect(run.technique.log.map(\.address.port).sorted() == [1, 1, 2])
    }

    @Test("without retries a silent port is tried once")
    func noRetries() throws {
        var template = TimingTemplate(level: 3)
        template.maximumRetries = 0
        let run = try Run([1, 2], template: template) { _, _ in .silent }
        #expect(run.technique.log.count == 2)
        #expect(run.states() == [1: .filtered, 2: .filtered])
    }

    @Test("an answer to a late try earns all ports another one")
    func bench() throws {
        let run = try Run([1, 2]) { address, attempt in address.port == 1 && attempt == 1 ? .open : .silent }
        // And yet another one, as few ports are left.
        #expect(run.technique.log.count { $0.address.port == 2 } == 4)
        #expect(run.states() == [1: .open, 2: .filtered])
    }

    @Test("the first probe of a second try is held back a second, unless the host has one port")
    func heldBack() throws {
        let several = try Run([1, 2]) { _, _ in .silent }
        #expect(several.technique.log[2].at - several.technique.log[0].at == .milliseconds(2000))
        let one = try Run([1]) { _, _ in .silent }
        #expect(one.technique.log[1].at - one.technique.log[0].at == .milliseconds(1000))
    }

    @Test("many ports that answer at once are done without time passing")
    func synchronous() throws {
        let run = try Run(Array(1...65535)) { address, _ in address.port % 1000 == 0 ? .open : .closed }
        #expect(run.seconds == 0)
        #expect(run.states().values.count { $0 == .open } == 65)
        #expect(run.states().count == 65535)
    }

    @Test("a host is reported as soon as its own ports are decided")
    func independent() throws {
        let run = try Run([1, 2], hosts: 3) { address, _ in
            address.address.value == 0x0A00_0000 ? .silent : address.port == 1 ? .closed : .open(after: 20)
        }
        #expect(run.ended.map(\.host.number) == [1, 2, 0])
        #expect(run.ended[1].at < run.ended[2].at)
    }

    @Test("probes in flight stay within the window")
    func window() throws {
        let run = try Run(Array(1...200)) { _, _ in .silent }
        #expect(run.technique.mostInFlight == 10)
        var narrow = TimingTemplate(level: 3)
        narrow.maximumParallelism = 2
        let slow = try Run(Array(1...10), template: narrow) { _, _ in .silent }
        #expect(slow.technique.mostInFlight == 2)
        var wide = TimingTemplate(level: 3)
        wide.minimumParallelism = 50
        let fast = try Run(Array(1...200), template: wide) { _, _ in .silent }
        #expect(fast.technique.mostInFlight == 50)
    }

    @Test("answers widen the window")
    func growing() throws {
        let run = try Run(Array(1...500)) { _, _ in .open(after: 5) }
        #expect(run.technique.mostInFlight > 50)
        #expect(run.technique.mostInFlight <= 300)
    }

    @Test("a host that runs out of time keeps what was found and loses what was not")
    func hostTimeout() throws {
        let run = try Run([1, 2, 3], timeLimit: .milliseconds(1150)) { address, _ in
            address.port == 3 ? .silent : .open
        }
        #expect(run.ended.map(\.ending) == [.timedOut])
        #expect(run.states() == [1: .open, 2: .open])
        #expect(run.ended[0].host.host.timedOut)
        #expect(run.seconds == 1.15)
    }

    @Test("the first answer that is wanted ends a host, and cancels what is in flight")
    func firstAnswer() throws {
        let run = try Run([1, 2, 3], endsWith: { $0.state == .open }) { address, _ in
            address.port == 3 ? .open(after: 10) : .silent
        }
        #expect(run.ended.map(\.ending) == [.decided(PortOutcome(.open, .synAck))])
        #expect(run.technique.cancelled == 2)
        #expect(run.technique.inFlight == 0)
        #expect(run.ended[0].host.host.ports.isEmpty)
    }

    @Test("a probe that ran into itself is sent again at once")
    func inconclusive() throws {
        let run = try Run([1, 2]) { address, attempt in
            attempt == 0 && address.port == 1 ? .init(reply: .inconclusive, delay: nil) : .closed
        }
        #expect(run.states() == [1: .closed, 2: .closed])
        #expect(run.technique.log.count == 3)
        #expect(run.seconds == 0)
    }

    @Test("probes that always run into themselves end")
    func alwaysInconclusive() throws {
        let run = try Run([1, 2]) { _, _ in .init(reply: .inconclusive, delay: nil) }
        #expect(run.states() == [1: .filtered, 2: .filtered])
    }

    @Test("a pause between probes is kept")
    func delay() throws {
        var template = TimingTemplate(level: 3)
        template.scanDelay = .milliseconds(100)
        let run = try Run([1, 2, 3], template: template) { _, _ in .closed }
        let times = run.technique.log.map { ($0.at - run.technique.log[0].at).seconds }
        #expect(times == [0, 0.1, 0.2])
    }

    @Test("the most packets per second are kept, and lost time is caught up")
    func maximumRate() throws {
        var template = TimingTemplate(level: 3)
        template.maximumRate = 100
        let run = try Run(Array(1...101), template: template) { _, _ in .closed }
        #expect(run.seconds >= 0.99 && run.seconds < 1.2)
    }

    @Test("a least rate overrides windows")
    func minimumRate() throws {
        var template = TimingTemplate(level: 3)
        template.minimumRate = 1000
        template.maximumRetries = 0
        let run = try Run(Array(1...500), template: template) { _, _ in .silent }
        #expect(run.technique.mostInFlight > 300)
        #expect(run.seconds < 3)
    }

    @Test("a denied host costs no second try")
    func denied() throws {
        let run = try Run([1, 2]) { _, _ in .init(reply: .denied, delay: nil) }
        #expect(run.technique.log.count == 2)
        #expect(run.states() == [1: .filtered, 2: .filtered])
    }

    @Test("a scan without ports reports its hosts at once")
    func noPorts() throws {
        let run = try Run([], hosts: 2) { _, _ in .closed }
        #expect(run.ended.map(\.ending) == [.complete, .complete])
    }

    @Test("the round trip of answers is kept")
    func roundTrip() throws {
        let run = try Run([1]) { _, _ in .open(after: 40) }
        #expect(run.ended[0].host.host.times?.smoothed == 40_000)
    }
}
