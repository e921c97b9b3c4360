// SPDX-License-Identifier: Apache-2.0

/// One station on the way to a host.
public struct Hop: Hashable, Sendable {
    /// How many stations away: 1 is the first router.
    public var timeToLive: Int
    /// Who is there; nothing if nobody answered.
    public var address: IPAddress?
    /// Its reverse-DNS name; nothing if it has none or was not asked for.
    public var name: String?
    /// The round-trip time in seconds; nothing if not measured.
    public var roundTrip: Double?
    /// The host whose trace this station was found in, if this one shares its way.
    public var sharedWith: IPAddress?

    /// Makes a station.
    public init(timeToLive: Int, address: IPAddress?, roundTrip: Double?) {
        self.timeToLive = timeToLive
        self.address = address
        self.roundTrip = roundTrip
    }
}

/// What a way was traced with.
public enum TraceProbe: Hashable, Sendable {
    /// Probes to a port.
    case port(Port)
    /// Packets of an IP protocol, by its number and name.
    case ipProtocol(UInt8, name: String)
    /// Nothing: the host is on our link.
    case none
}
