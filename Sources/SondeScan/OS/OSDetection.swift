// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeDatabase
package import SondeIO
package import SondeModel
internal import SondeWire

/// Finds out which operating systems hosts run, many hosts at a time.
///
/// Belongs to one event loop. When which probe is sent is decided by ``OSProbeSchedule``, what answers mean by
/// ``OSRound`` and ``OSEvidence``; this opens the sockets, sends, and hands answers to their hosts.
package final class OSDetection {
    /// How hosts are probed, and what is reported.
    package struct Settings: Sendable {
        /// The timing template.
        package var timing: TimingTemplate
        /// Rounds for each host at most.
        package var mostRounds = 5
        /// Whether hosts without an open and a closed port are left out.
        package var onlyPromising = false
        /// Whether systems that fit less than perfectly shall be named in any case.
        package var isGuessing = false
        /// Whether UDP ports were scanned.
        package var hasScannedUDP = false
        /// The time to live of probes.
        package var timeToLive: UInt8?
        /// Whether checksums shall be wrong.
        package var spoilsChecksums = false
        /// The interface to send from.
        package var interface: String?
        /// The `-v` level.
        package var verbosity = 0
        /// The `-d` level.
        package var debugging = 0
        /// The program's version, for fingerprints.
        package var version = ""
        /// Where chance comes from.
        package var seed: UInt64 = 0

        /// Makes the settings of a plain detection.
        package init(timing: TimingTemplate) { self.timing = timing }
    }

    /// Hosts that are probed at a time; others wait.
    static let mostHosts = 512
    /// How far the beginnings of rounds are apart, so that the probes of many hosts do not leave at once.
    private static let startGap = TimeSpan.microseconds(300)
    /// Source ports for all rounds; rounds that follow each other take different ones.
    private static let roundsOfPorts: UInt16 = 12

    let network: Network
    let settings: Settings
    let firstPort: UInt16
    var random: OSRandom
    /// The database, read when the first host comes.
    private(set) lazy var database = makeDatabase()

    private let makeDatabase: () -> OSDatabaseFile
    private let onMessage: (Diagnostic) -> Void
    private var jobs: [IPAddress: any OSHostJob] = [:]
    private var waiting: [any OSHostJob] = []
    private var senders: [AddressFamily: RawSender] = [:]
    private var captures: [String: PacketCapture] = [:]
    private var nextStart = Instant(nanoseconds: 0)

    /// Makes a detection; nothing is opened or read before the first host.
    ///
    /// - Parameters:
    ///   - network: what packets pass through.
    ///   - settings: how hosts are probed.
    ///   - database: reads the database.
    ///   - onMessage: takes messages for people.
    package init(
        _ network: Network,
        _ settings: Settings,
        database: @escaping () -> OSDatabaseFile,
        onMessage: @escaping (Diagnostic) -> Void
    ) {
        self.network = network
        self.settings = settings
        makeDatabase = database
        self.onMessage = onMessage
        random = OSRandom(seed: settings.seed)
        firstPort = .random(in: 33000...60000, using: &random)
    }

    /// Hosts whose systems are being found out.
    package var hostsActive: Int { jobs.count + waiting.count }

    /// Finds out a host's system.
    ///
    /// - Parameters:
    ///   - active: the host; its ports are known.
    ///   - timeLimit: how long it may take; then the host has timed out.
    ///   - completion: called when the host's record has been filled in; may be called at once.
    package func add(_ active: ActiveHost, timeLimit: TimeSpan?, completion: @escaping () -> Void) {
        let ports = OSPortChoice(active.host.ports, using: &random)
        let title = active.host.title
        guard ports.isGood || !settings.onlyPromising else {
            tell("Skipping OS Scan against \(title) due to absence of open (or perhaps closed) ports")
            return completion()
        }
        do {
            let path = try network.paths.path(to: active.host.address)
            try open(path, active.host.address.family)
            let deadline = timeLimit.map { network.loop.now + $0 }
            if active.host.address.family == .inet {
                _ = database
                start(OSDetectionJob(self, active, path, ports, deadline: deadline, completion: completion))
            } else {
                start(OSV6Job(self, active, path, ports, deadline: deadline, completion: completion))
            }
        } catch let error as SystemError {
            warn("\(title): cannot find out the operating system: \(error.description)")
            completion()
        } catch {
            warn("\(title): cannot find out the operating system: \(error)")
            completion()
        }
    }

    /// Stops everything; no completion is called any more.
    package func cancel() {
        for job in jobs.values { job.cancel() }
        jobs = [:]
        waiting = []
        close()
    }

    // MARK: Hosts

    private func start(_ job: any OSHostJob) {
        let address = job.active.host.address.withoutZone
        guard jobs.count < Self.mostHosts, jobs[address] == nil else {
            waiting.append(job)
            return
        }
        jobs[address] = job
        job.start()
    }

    /// Takes a host out that is done, and lets the next one in.
    func finished(_ job: any OSHostJob) {
        jobs[job.active.host.address.withoutZone] = nil
        if let index = waiting.firstIndex(where: { jobs[$0.active.host.address.withoutZone] == nil }) {
            start(waiting.remove(at: index))
        }
        if hostsActive == 0 { close() }
        job.completion()
    }

    /// When the next round may begin, not before an instant.
    func startTime(after instant: Instant) -> Instant {
        let start = max(instant, nextStart)
        nextStart = start + Self.startGap
        return start
    }

    /// The first source port of a round.
    func basePort(ofRound number: Int) -> UInt16 {
        firstPort + UInt16(number % Int(Self.roundsOfPorts)) * OSProbeWriter.portCount
    }

    // MARK: Packets

    private func open(_ path: NetworkPath, _ family: AddressFamily) throws {
        if senders[family] == nil {
            senders[family] = try RawSender(network, family, interface: settings.interface)
        }
        let device = path.interface.shortName
        guard captures[device]?.isOpen != true else { return }
        let last = firstPort + Self.roundsOfPorts * OSProbeWriter.portCount - 1
        let request = CaptureRequest(
            device: device,
            snapLength: 2048,
            filter: "icmp or icmp6 or (tcp and dst portrange \(firstPort)-\(last))"
        )
        captures[device] = try network.capture(request) { [weak self] packet, octets in
            let octets = Span<UInt8>(_bytes: octets)
            guard let source = try? IPPacket(parsing: octets, at: packet.linkHeaderLength).source else {
                return
            }
            guard let job = self?.jobs[source] else { return }
            if packet.linkType == LinkType.ethernet.rawValue { job.learnLink(try? octets.macAddress(at: 6)) }
            job.received(octets, at: packet.linkHeaderLength, packet.instant)
        } onFailure: { [weak self] in
            self?.warn($0.description)
        }
    }

    private func close() {
        for capture in captures.values { capture.close() }
        captures = [:]
        senders = [:]
    }

    /// Sends a packet at once: whether that was possible.
    func send(_ packet: [UInt8], to destination: IPAddress) -> Bool {
        do throws(PacketError) {
            guard let sender = senders[destination.family] else { return false }
            try sender.send(packet, to: destination)
            return true
        } catch {
            return false
        }
    }

    // MARK: Messages

    /// Tells those who want to know.
    func tell(_ text: String) {
        if settings.verbosity > 0 { onMessage(Diagnostic(.terminal, text)) }
    }

    /// Seconds since 1970.
    static var timeOfDay: Double {
        var now = timespec()
        // The pointer is to a local variable and is not kept.
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    /// Tells what is wrong.
    func warn(_ text: String) { onMessage(Diagnostic(.standardError, text)) }
}

/// The detection of one host's system, as those see it who hold many.
protocol OSHostJob: AnyObject {
    /// The host.
    var active: ActiveHost { get }
    /// Called when all is done.
    var completion: () -> Void { get }

    /// The way to it.
    var path: NetworkPath { get }

    /// Begins.
    func start()
    /// Ends without a result.
    func cancel()
    /// Takes a packet from the host.
    func received(_ octets: Span<UInt8>, at start: Int, _ time: Instant)
}

extension OSHostJob {
    /// Takes the link-layer address that a packet of the host came from, if that can be the host's own.
    func learnLink(_ address: MACAddress?) {
        guard let address, address.value != 0, path.isDirect, !path.isLocal, active.host.macAddress == nil
        else { return }
        active.host.macAddress = address
    }
}

/// A repeatable source of chance (SplitMix64).
struct OSRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
