// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// Everything that a scan needs to know before it begins.
///
/// A plan holds what was asked for, as typed: no file is opened, no name looked up and no port list expanded
/// before a session takes it. A plan without changes is a connect scan of the default ports of no target.
public struct ScanPlan: Hashable, Sendable {
    /// The command line for the head of reports, words quoted where needed.
    public var commandLine = ""
    /// Which addresses.
    public var targets = TargetRequest()
    /// How it is found out which hosts are up.
    public var discovery = DiscoveryRequest()
    /// How far the scan goes.
    public var extent = ScanExtent.ports
    /// The techniques of the port scan, each once; empty if ports are not scanned.
    public var techniques: [ScanTechnique] = [.connect]
    /// Which ports.
    public var ports = PortRequest()
    /// Which names are looked up, and where.
    public var names = NameRequest()
    /// How fast.
    public var timing = TimingRequest()
    /// Which scripts.
    public var scripts = ScriptRequest()
    /// What scripts may reach, touch and use.
    public var containment = ContainmentRequest()
    /// What is asked about services.
    public var versions = VersionRequest()
    /// What is asked about operating systems.
    public var system = SystemRequest()
    /// What packets and connections look like.
    public var packets = PacketRequest()
    /// Where data files come from.
    public var files = DataFileRequest()
    /// The `-v` level, 0 to 10; `-d` has raised it already.
    public var verbosity = 0
    /// The `-d` level, 0 to 10.
    public var debugging = 0
    /// Whether reports give the reason for each state.
    public var showsReasons = false
    /// Whether reports leave out ports, and hosts without ports, that are surely not open.
    public var showsOnlyOpen = false
    /// Whether every connection and packet is told; scripts and service probes are traced too.
    public var tracesPackets = false
    /// Whether the way to each host is traced (`--traceroute`).
    public var tracesRoutes = false
    /// Whether raw sending may be tried; nothing means that the engine finds out.
    public var isPrivileged: Bool?
    /// How many script worlds, each with a thread of its own, share scripts that compute for long; nothing for as many as there
    /// are processors.
    public var worldCount: Int?
    /// The seed of every random choice; nothing means that one is drawn.
    public var seed: UInt64?

    /// Hosts whose ports are known already: nothing is discovered and no port is scanned.
    public var given: GivenHosts?
    /// What an earlier run of this plan got done.
    public var resumption: Resumption?

    /// Makes a plan of a connect scan without targets.
    public init() {}
}

/// How far a scan goes.
public enum ScanExtent: Hashable, Sendable {
    /// Targets are listed, nothing is sent to them (`-sL`).
    case list
    /// Hosts are discovered, ports are not scanned (`-sn`).
    case hosts
    /// Ports are scanned.
    case ports
}

/// The ways to scan ports.
public enum ScanTechnique: String, Hashable, Sendable, CaseIterable {
    /// SYN scan, `-sS`.
    case syn
    /// Connect scan, `-sT`.
    case connect
    /// ACK scan, `-sA`.
    case ack
    /// Window scan, `-sW`.
    case window
    /// FIN scan, `-sF`.
    case fin
    /// Xmas scan, `-sX`.
    case xmas
    /// NULL scan, `-sN`.
    case null
    /// Maimon scan, `-sM`.
    case maimon
    /// UDP scan, `-sU`.
    case udp
    /// SCTP INIT scan, `-sY`.
    case sctpInit = "sctpinit"
    /// SCTP COOKIE-ECHO scan, `-sZ`.
    case sctpCookieEcho = "sctpcookieecho"
    /// IP protocol scan, `-sO`.
    case ipProtocol = "ipproto"

    /// The protocol whose ports the technique scans.
    public var transport: TransportProtocol {
        switch self {
        case .udp: .udp
        case .sctpInit, .sctpCookieEcho: .sctp
        case .ipProtocol: .ip
        case .syn, .connect, .ack, .window, .fin, .xmas, .null, .maimon: .tcp
        }
    }
}
