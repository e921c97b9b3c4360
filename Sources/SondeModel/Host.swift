// SPDX-License-Identifier: Apache-2.0

/// Whether a host answers.
public enum HostState: String, Hashable, Sendable {
    /// It answered, or the user said so.
    case up
    /// It did not answer.
    case down
    /// It was not asked (`-sL`).
    case unknown
}

/// A host's round-trip estimate.
public struct RoundTripTimes: Hashable, Sendable {
    /// Smoothed round-trip time, microseconds; -1 if not measured.
    public var smoothed: Int
    /// Its variance, microseconds; -1 if not measured.
    public var variance: Int
    /// The timeout that follows from them, microseconds.
    public var timeout: Int

    /// Makes an estimate.
    public init(smoothed: Int, variance: Int, timeout: Int) {
        self.smoothed = smoothed
        self.variance = variance
        self.timeout = timeout
    }
}

/// One address being scanned, and all that is known of it.
public struct Host: Hashable, Sendable {
    /// The address.
    public let address: IPAddress
    /// What the user typed, if that was a name.
    public var targetName: String?
    /// Further addresses that the typed name has and that are not scanned.
    public var otherAddresses: [IPAddress] = []
    /// Its reverse-DNS name; nothing if it has none or was not asked for.
    public var name: String?
    /// Whether it answers.
    public var state = HostState.unknown
    /// Why it is believed to be in that state.
    public var reason = Reason.noResponse
    /// Time to live of the deciding answer; 0 if not known.
    public var reasonTTL: UInt8 = 0
    /// The round-trip estimate; nothing if never measured.
    public var times: RoundTripTimes?
    /// Name of the interface that packets to it leave through.
    public var interface: String?
    /// That interface's largest packet, octets; 0 if not known.
    public var interfaceMTU = 0
    /// Our own address towards it.
    public var sourceAddress: IPAddress?
    /// Whether no router lies between; nothing if not determined.
    public var isDirectlyConnected: Bool?
    /// Its link-layer address, if it is on our segment.
    public var macAddress: MACAddress?
    /// Who made its interface, if known.
    public var macVendor: String?
    /// The link-layer address that frames to it go to, where frames are built by hand.
    public var nextHopMACAddress: MACAddress?
    /// The routers on the way to it, and itself at the end; empty if the way was not traced.
    public var hops: [Hop] = []
    /// What the way was traced with.
    public var traceProbe: TraceProbe?
    /// Our own link-layer address towards it.
    public var sourceMACAddress: MACAddress?
    /// The ports scanned.
    public var ports = PortTable()
    /// What host scripts said, in order of their ids.
    public var scripts: [ScriptResult] = []
    /// How far away it is; nothing if not known.
    public var distance: HostDistance?
    /// What was found out about its operating system; nothing if that was not looked for.
    public var os: OSResult?
    /// When work on it began, seconds since 1970.
    public var started: Double?
    /// When work on it ended, seconds since 1970.
    public var ended: Double?
    /// Whether its time limit ran out.
    public var timedOut = false

    /// Makes a host of which only the address is known.
    public init(address: IPAddress, targetName: String? = nil) {
        self.address = address
        self.targetName = targetName
    }

    /// The host as reports name it: `typed name (address)`, `reverse name (address)` or `address`.
    public var title: String {
        if let shown = targetName ?? name, !shown.isEmpty { return "\(shown) (\(address))" }
        return address.description
    }
}
