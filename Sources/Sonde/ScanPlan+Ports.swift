// SPDX-License-Identifier: Apache-2.0

public import SondeModel

/// Which ports a scan is about.
///
/// ``specification`` and ``selection`` work together: with both, the most common ports are taken from
/// among those that the text names.
public struct PortRequest: Hashable, Sendable {
    /// How many of the known ports are taken.
    public enum Selection: Hashable, Sendable {
        /// The 1000 most common ones; all that ``PortRequest/specification`` names if there is one.
        case standard
        /// The 100 most common ones (`-F`).
        case fast
        /// This many of the most common ones (`--top-ports`), 1 to 65536.
        case top(Int)
        /// Those at least this common (`--port-ratio`), 0 to below 1.
        case ratio(Double)
    }

    /// How many ports.
    public var selection = Selection.standard
    /// The port list as typed (`-p`); nothing if none was.
    public var specification: String?
    /// The list of ports to leave out, as typed (`--exclude-ports`).
    public var exclusion: String?
    /// Whether ports are scanned in ascending order (`-r`).
    public var isSequential = false

    /// Makes the default request.
    public init() {}
}

/// What is asked about the services behind ports.
public struct VersionRequest: Hashable, Sendable {
    /// Whether services are asked at all (`-sV`).
    public var isWanted = false
    /// How many probes are tried, 0 to 9.
    public var intensity = 7
    /// Whether also ports are probed that the data file excludes (`--allports`).
    public var ignoresExclusions = false
    /// Whether each step is told (`--version-trace`).
    public var isTraced = false

    /// Makes a request for nothing.
    public init() {}
}

/// What packets and connections look like.
public struct PacketRequest: Hashable, Sendable {
    /// What is put into otherwise empty packets.
    public enum Payload: Hashable, Sendable {
        /// This many random octets, at most 65435.
        case random(length: Int)
        /// These octets, at most 65435.
        case octets([UInt8])

        /// How many octets they are.
        public var count: Int {
            switch self {
            case .random(let length): length
            case .octets(let octets): octets.count
            }
        }
    }

    /// The name of the interface to send from.
    public var interface: String?
    /// The address to send from.
    public var sourceAddress: IPAddress?
    /// The port to send from.
    public var sourcePort: UInt16?
    /// The time to live of packets.
    public var timeToLive: UInt8?
    /// What is put into otherwise empty packets.
    public var payload: Payload?
    /// The TCP flags of raw scans instead of the technique's: the flag octet (`--scanflags`).
    public var scanFlags: UInt8?
    /// The options of IPv4 headers, at most 40 octets.
    public var ipOptions: [UInt8] = []
    /// Whether checksums are wrong (`--badsum`).
    public var spoilsChecksums = false
    /// Most data octets in a fragment of IPv4, a multiple of 8 (`-f`, `--mtu`).
    public var fragmentSize: Int?
    /// Decoys in order; ``Decoy/own`` is our place among them (`-D`).
    public var decoys: [Decoy] = []
    /// Our link-layer address instead of the interface's: `0`, hexadecimal digits or a vendor's word (`--spoof-mac`).
    public var spoofedAddress: String?
    /// Whether frames are built by hand (`--send-eth`).
    public var sendsFrames = false
    /// Whether hosts on the own link are not asked by ARP or neighbour discovery (`--send-ip`).
    public var sendsPackets = false
    /// Whether SCTP packets have the older checksum (`--adler32`).
    public var usesAdler32 = false

    /// Who seems to send a probe.
    public enum Decoy: Hashable, Sendable {
        /// We ourselves.
        case own
        /// This address.
        case address(IPAddress)
        /// An address of chance.
        case random
    }

    /// Makes the default request.
    public init() {}
}

/// Where data files come from.
public struct DataFileRequest: Hashable, Sendable {
    /// Whether nothing installed is used, only what the program brings along.
    public var usesOnlyBuiltIn = false
    /// The first directory to look in (`--datadir`).
    public var directory: String?
    /// The file used as `nmap-services`.
    public var services: String?
    /// The file used as `nmap-service-probes`.
    public var serviceProbes: String?

    /// Makes the default request.
    public init() {}
}
