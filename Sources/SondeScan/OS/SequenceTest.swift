// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SondeDatabase
package import SondeModel

/// One answer to the six probes that are sent in even steps.
package struct SequenceSample: Hashable, Sendable {
    /// When its probe was sent.
    package var sent: Instant
    /// The initial sequence number.
    package var number: UInt32
    /// The IP identification.
    package var identification: UInt16
    /// The host's time stamp; nothing if there is none.
    package var timestamp: UInt32?

    /// Makes an answer.
    package init(sent: Instant, number: UInt32, identification: UInt16, timestamp: UInt32?) {
        self.sent = sent
        self.number = number
        self.identification = identification
        self.timestamp = timestamp
    }
}

/// How a host's initial sequence numbers, IP identifications and time stamps go on: the first line of a
/// fingerprint (spec page `os-detection`, section 5.1).
package struct SequenceTest: Hashable, Sendable {
    /// The answers to the six probes, in their order.
    package var samples: [SequenceSample] = []
    /// The IP identifications of the answers from a closed port.
    package var closedIdentifiers: [UInt16] = []
    /// Those of the two echo replies; empty unless both came at the first try.
    package var echoIdentifiers: [UInt16] = []
    /// Whether the host is this machine.
    package var isLocal = false
    /// Whether probes are so far apart that rates tell nothing.
    package var isTooSlow = false

    /// Makes a test without answers.
    package init() {}

    /// How initial sequence numbers grow.
    package struct Growth: Hashable, Sendable {
        /// How hard the next number is to guess, in eighths of bits.
        package let predictability: Int
        /// What all steps are multiples of; 0 if the number never changes.
        package let commonDivisor: UInt32
        /// How fast the numbers grow, in eighths of bits a second.
        package let rate: Int
    }

    /// How initial sequence numbers grow; nothing with fewer than four answers.
    package var growth: Growth? {
        guard samples.count >= 4, !isTooSlow else { return nil }
        let pairs = zip(samples, samples.dropFirst())
        let steps = pairs.map { Self.distance($0.number, $1.number) }
        let divisor = steps.reduce(0, Self.commonDivisor)
        guard divisor > 0 else { return Growth(predictability: 0, commonDivisor: 0, rate: 0) }
        let rates = zip(steps, pairs).map { step, pair in
            Double(step) / Self.seconds(from: pair.0.sent, to: pair.1.sent)
        }
        let average = rates.reduce(0, +) / Double(rates.count)
        let unit = divisor > 9 ? Double(divisor) : 1
        let squares = rates.reduce(0) { $0 + (($1 - average) / unit) * (($1 - average) / unit) }
        let deviation = (squares / Double(samples.count - 2)).squareRoot()
        return Growth(
            predictability: deviation <= 1 ? 0 : Self.eighths(deviation),
            commonDivisor: divisor,
            rate: Self.eighths(average)
        )
    }

    /// How the IP identifications of TCP segments go on; nothing with fewer than three answers.
    package var identifiers: IdentifierSequence? {
        guard samples.count >= 3 else { return nil }
        return IdentifierSequence(of: samples.map(\.identification), isLocal: isLocal)
    }

    /// How time stamps go on.
    package var timestamps: TimestampSequence? { TimestampSequence(of: samples) }

    /// The line of the fingerprint; it may be empty.
    package var line: OSTestLine {
        var line = OSTestLine(.sequence)
        if let growth {
            line[.predictability] = hex(growth.predictability)
            line[.commonDivisor] = hex(growth.commonDivisor)
            line[.rate] = hex(growth.rate)
        }
        line[.tcpIdentifiers] = identifiers?.attribute
        line[.closedIdentifiers] = IdentifierSequence(of: closedIdentifiers, isLocal: isLocal)?.attribute
        line[.icmpIdentifiers] = IdentifierSequence(of: echoIdentifiers, isLocal: isLocal)?.attribute
        line[.sharedIdentifiers] = IdentifierSequence.sharing(
            tcp: samples.map(\.identification),
            icmp: echoIdentifiers,
            isLocal: isLocal
        )
        line[.timestamps] = timestamps?.attribute
        return line
    }

    // MARK: Numbers

    /// The shorter way between two numbers on the circle of 32 bits.
    static func distance(_ one: UInt32, _ other: UInt32) -> UInt32 { min(other &- one, one &- other) }

    /// A length of time in seconds; no time at all counts as a microsecond.
    static func seconds(from one: Instant, to other: Instant) -> Double {
        let microseconds = (other - one).microseconds
        return microseconds == 0 ? 1e-6 : abs(Double(microseconds)) / 1e6
    }

    /// Eight times the binary logarithm, rounded; 0 where there is none.
    private static func eighths(_ number: Double) -> Int {
        guard number > 0, number.isFinite else { return 0 }
        return max(0, Int((8 * log2(number) + 0.5).rounded(.down)))
    }

    private static func commonDivisor(_ one: UInt32, _ other: UInt32) -> UInt32 {
        var (one, other) = (one, other)
        while other != 0 { (one, other) = (other, one % other) }
        return one
    }
}

/// A number as fingerprints write it: hexadecimal, capital letters, no leading zeros.
func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16, uppercase: true) }
