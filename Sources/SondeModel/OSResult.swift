// SPDX-License-Identifier: Apache-2.0

/// A known system that a host resembles.
public struct OSMatch: Hashable, Sendable {
    /// The system's name.
    public var name: String
    /// How much of what was observed fits, 0 to 1.
    public var accuracy: Double
    /// The line of the database that it comes from.
    public var line: Int
    /// What kinds of system it stands for.
    public var classes: [OSClass]

    /// Makes a match.
    public init(name: String, accuracy: Double, line: Int, classes: [OSClass]) {
        self.name = name
        self.accuracy = accuracy
        self.line = line
        self.classes = classes
    }

    /// The accuracy in whole percent, rounded down.
    public var percent: Int { Int(min(max(accuracy, 0), 1) * 100) }
}

/// The ports that OS detection probed, as far as their states are known.
public struct OSPorts: Hashable, Sendable {
    /// An open TCP port.
    public var openTCP: UInt16?
    /// A closed TCP port.
    public var closedTCP: UInt16?
    /// A closed UDP port.
    public var closedUDP: UInt16?

    /// Makes a record of ports.
    public init(openTCP: UInt16? = nil, closedTCP: UInt16? = nil, closedUDP: UInt16? = nil) {
        self.openTCP = openTCP
        self.closedTCP = closedTCP
        self.closedUDP = closedUDP
    }
}

/// How a host's sequence numbers, IP identifications and time stamps go on.
public struct OSSequence: Hashable, Sendable {
    /// How hard the next initial sequence number is to guess; nothing if too few were seen.
    public var difficulty: Int?
    /// The initial sequence numbers.
    public var numbers: [UInt32] = []
    /// How IP identifications go on, in words.
    public var identifierClass: String?
    /// The IP identifications.
    public var identifiers: [UInt16] = []
    /// How time stamps go on, in words.
    public var timestampClass: String?
    /// The time stamps; empty if there are none.
    public var timestamps: [UInt32] = []
    /// When the host's clock of time stamps was zero, seconds since 1970.
    public var lastBoot: Double?

    /// Makes a record of nothing.
    public init() {}

    /// The word for a difficulty.
    public static func word(forDifficulty difficulty: Int) -> String {
        switch difficulty {
        case ..<3: "Trivial joke"
        case ..<6: "Easy"
        case ..<11: "Medium"
        case ..<12: "Formidable"
        case ..<16: "Worthy challenge"
        default: "Good luck!"
        }
    }
}

/// How far away a host is, and how that is known.
public struct HostDistance: Hashable, Sendable {
    /// How the distance is known; the raw value is its letter in fingerprints.
    public enum Method: String, Hashable, Sendable {
        /// It is this machine.
        case local = "L"
        /// It is on our segment.
        case direct = "D"
        /// It quoted a packet and the packet's time to live.
        case quoted = "I"
        /// Its route was traced.
        case traced = "T"
    }

    /// The hops; may be nonsense where the host sends nonsense.
    public var hops: Int
    /// How they are known.
    public var method: Method

    /// Makes a distance.
    public init(_ hops: Int, _ method: Method) {
        self.hops = hops
        self.method = method
    }
}

/// What OS detection found out about a host.
public struct OSResult: Hashable, Sendable {
    /// Whether systems were found that the host resembles.
    public enum Verdict: Hashable, Sendable {
        /// Some were.
        case matches
        /// None was.
        case none
        /// So many fit in every point that naming them would tell nothing.
        case tooMany
    }

    /// The largest number of perfect matches that are named.
    public static let mostPerfectMatches = 8

    /// Whether systems were found.
    public var verdict = Verdict.none
    /// The systems, best first.
    public var matches: [OSMatch] = []
    /// The ports probed.
    public var ports = OSPorts()
    /// Whether an open and a closed port were not both there, so that much could not be probed.
    public var isUnreliable = false
    /// Why the fingerprint is not good enough for the database; nothing if it is.
    public var unsuitability: String?
    /// Whether systems that fit less than perfectly shall be named in any case.
    public var isGuessing = false
    /// The lines of the fingerprint, without its head.
    public var lines: [String] = []
    /// How numbers go on.
    public var sequence = OSSequence()
    /// The version of the program that took the fingerprint.
    public var version = ""
    /// When the fingerprint was taken, seconds since 1970.
    public var time: Double = 0

    /// Makes a result of a detection that found nothing.
    public init() {}

    /// The systems that fit in every point.
    public var perfectMatches: ArraySlice<OSMatch> { matches.prefix { $0.accuracy == 1 } }
}
