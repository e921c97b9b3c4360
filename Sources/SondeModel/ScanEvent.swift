// SPDX-License-Identifier: Apache-2.0

/// Which ports of one protocol a scan asked for, for the head of a report.
public struct ScanInfo: Hashable, Sendable {
    /// The technique in the words of Nmap's XML: `connect`, `udp`, ….
    public let technique: String
    /// The protocol.
    public let transport: TransportProtocol
    /// The ports, ascending and unique.
    public let ports: [UInt16]

    /// Makes an entry.
    public init(technique: String, transport: TransportProtocol, ports: [UInt16]) {
        self.technique = technique
        self.transport = transport
        self.ports = ports
    }
}

/// What is known when a scan begins.
public struct ScanHeader: Hashable, Sendable {
    /// The command line as typed, words quoted where needed.
    public var commandLine: String
    /// Our version.
    public var version: String
    /// When the scan began, seconds since 1970.
    public var started: Double
    /// What is scanned.
    public var scans: [ScanInfo]
    /// `-v` level.
    public var verbosity: Int
    /// `-d` level.
    public var debugging: Int
    /// What keeps scripts in their sandbox: `API`, `Landlock`, `seccomp`; nothing if no scripts run.
    public var sandbox: [String]?

    /// Makes a header.
    public init(
        commandLine: String,
        version: String,
        started: Double,
        scans: [ScanInfo],
        verbosity: Int,
        debugging: Int
    ) {
        self.commandLine = commandLine
        self.version = version
        self.started = started
        self.scans = scans
        self.verbosity = verbosity
        self.debugging = debugging
    }
}

/// What is known when a scan has ended.
public struct ScanSummary: Hashable, Sendable {
    /// When the scan ended, seconds since 1970.
    public var ended: Double
    /// How long it took, seconds.
    public var elapsed: Double
    /// Hosts that answered.
    public var hostsUp: Int
    /// Hosts that did not.
    public var hostsDown: Int
    /// All hosts.
    public var hostsTotal: Int
    /// Why the scan failed; nothing if it succeeded.
    public var failure: String?
    /// What the scanner sent and captured; nothing if it used no raw packets.
    public var traffic: PacketTraffic?

    /// Makes a summary.
    public init(
        ended: Double,
        elapsed: Double,
        hostsUp: Int,
        hostsDown: Int,
        hostsTotal: Int,
        failure: String? = nil,
        traffic: PacketTraffic? = nil
    ) {
        self.ended = ended
        self.elapsed = elapsed
        self.hostsUp = hostsUp
        self.hostsDown = hostsDown
        self.hostsTotal = hostsTotal
        self.failure = failure
        self.traffic = traffic
    }
}

/// How many raw packets went out and came in.
public struct PacketTraffic: Hashable, Sendable {
    /// Packets sent.
    public var packetsSent = 0
    /// Their octets, IP headers included.
    public var octetsSent = 0
    /// Packets that captures took in.
    public var packetsReceived = 0
    /// Their octets.
    public var octetsReceived = 0

    /// Starts from nothing.
    public init() {}
}

/// A message for the person at the terminal.
public struct Diagnostic: Hashable, Sendable {
    /// Where it goes.
    public enum Stream: Hashable, Sendable {
        /// Standard output only, as Nmap's `NSE: …` lines.
        case terminal
        /// Standard error.
        case standardError
        /// Standard output and the normal file.
        case report
    }

    /// Where it goes.
    public let stream: Stream
    /// The text, without a final newline.
    public let text: String

    /// Makes a message.
    public init(_ stream: Stream, _ text: String) {
        self.stream = stream
        self.text = text
    }
}

/// The parts of a scan that a person waits for.
public enum Phase: String, Hashable, Sendable {
    /// Scripts that run before any host.
    case preScan = "Script Pre-scan"
    /// Finding which hosts are up.
    case discovery = "Ping Scan"
    /// ARP questions on the own link.
    case arpDiscovery = "ARP Ping Scan"
    /// Neighbour discovery on the own link.
    case neighborDiscovery = "ND Ping Scan"
    /// Connect scan.
    case connectScan = "Connect Scan"
    /// SYN scan.
    case synScan = "SYN Stealth Scan"
    /// ACK scan.
    case ackScan = "ACK Scan"
    /// Window scan.
    case windowScan = "Window Scan"
    /// FIN scan.
    case finScan = "FIN Scan"
    /// Xmas scan.
    case xmasScan = "XMAS Scan"
    /// NULL scan.
    case nullScan = "NULL Scan"
    /// Maimon scan.
    case maimonScan = "Maimon Scan"
    /// SCTP INIT scan.
    case sctpInitScan = "SCTP INIT Scan"
    /// SCTP COOKIE-ECHO scan.
    case sctpCookieScan = "SCTP COOKIE-ECHO Scan"
    /// IP protocol scan.
    case protocolScan = "IPProto Scan"
    /// Finding the routers on the way.
    case traceroute = "Traceroute"
    /// UDP scan.
    case udpScan = "UDP Scan"
    /// Finding out services.
    case services = "Service scan"
    /// Scripts.
    case scripts = "NSE"
    /// Scripts that run after all hosts.
    case postScan = "Script Post-scan"
}

/// A snapshot of what is going on.
public struct Progress: Hashable, Sendable {
    /// Seconds since the scan began.
    public var elapsed: Double
    /// Hosts done so far.
    public var hostsCompleted: Int
    /// Hosts that were up so far.
    public var hostsUp: Int
    /// Hosts being worked on.
    public var hostsActive: Int
    /// What is running.
    public var phase: Phase
    /// Work done in that phase, in probes or scripts.
    public var done: Int
    /// Work known in that phase.
    public var total: Int
    /// Ids of running scripts with the number of instances, longest-running first.
    public var runningScripts: [String]
    /// How many instances of each script run or wait, as far as that is known.
    public var pendingScripts: [String: Int]
    /// Whether a person asked for it, by a key or with `--stats-every`, so that it is told in lines that stay.
    public var isAskedFor = false

    /// Makes a snapshot.
    public init(
        elapsed: Double,
        hostsCompleted: Int,
        hostsUp: Int,
        hostsActive: Int,
        phase: Phase,
        done: Int,
        total: Int,
        runningScripts: [String],
        pendingScripts: [String: Int] = [:]
    ) {
        self.elapsed = elapsed
        self.hostsCompleted = hostsCompleted
        self.hostsUp = hostsUp
        self.hostsActive = hostsActive
        self.phase = phase
        self.done = done
        self.total = total
        self.runningScripts = runningScripts
        self.pendingScripts = pendingScripts
    }
}

/// What a scan tells those who report it, in order.
public enum ScanEvent: Sendable {
    /// The scan begins; always the first.
    case started(ScanHeader)
    /// A phase begins, with the time in seconds since 1970 (`-v`).
    case phaseStarted(Phase, at: Double)
    /// A phase ended, with the time in seconds since 1970, how long it took, seconds, and how much was done (`-v`).
    case phaseEnded(Phase, at: Double, elapsed: Double, extent: String? = nil)
    /// What scripts said before any host.
    case preScripts([ScriptResult])
    /// A script is done with one host or port; comes before the host's own event.
    case script(ScriptRecord)
    /// A host is up, and its ports are scanned next: what is known of it so far.
    case hostFound(Host)
    /// A host's ports are known and its scripts come next; what of it is lost if the scan stops now is the scripts.
    case portsKnown(Host)
    /// A host is done.
    case host(Host)
    /// What scripts said after all hosts.
    case postScripts([ScriptResult])
    /// A message.
    case diagnostic(Diagnostic)
    /// How far the scan is.
    case progress(Progress)
    /// The scan ended; always the last.
    case finished(ScanSummary)
}
