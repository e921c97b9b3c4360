// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeModel

/// How fast the clock runs that a host stamps TCP segments with (spec page `os-detection`, section 5.1).
package enum TimestampSequence: Hashable, Sendable {
    /// There are no stamps.
    case unsupported
    /// The stamps are zero.
    case zero
    /// So many ticks a second.
    case ticking(Double)
    /// The stamps do not change.
    case standing

    /// Judges answers in the order in which their probes were sent.
    ///
    /// - Parameter samples: the answers; without any, nothing is known.
    init?(of samples: [SequenceSample]) {
        guard let last = samples.last(where: { ($0.timestamp ?? 0) == 0 }) else {
            guard samples.count >= 2 else { return nil }
            let rates = zip(samples, samples.dropFirst()).map { one, other in
                let ticks = SequenceTest.distance(one.timestamp ?? 0, other.timestamp ?? 0)
                return Double(ticks) / SequenceTest.seconds(from: one.sent, to: other.sent)
            }
            let rate = rates.reduce(0, +) / Double(rates.count)
            self = rate > 0 ? .ticking(rate) : .standing
            return
        }
        self = last.timestamp == nil ? .unsupported : .zero
    }

    /// The value in fingerprints; nothing if it has none.
    package var attribute: String? {
        switch self {
        case .unsupported: "U"
        case .zero: "0"
        case .standing: nil
        case .ticking(let rate) where rate <= 5.66: "1"
        case .ticking(let rate) where rate > 70 && rate <= 150: "7"
        case .ticking(let rate) where rate > 150 && rate <= 350: "8"
        case .ticking(let rate): hex(UInt64(max(0, 0.5 + log2(rate))))
        }
    }

    /// The words of reports.
    package var text: String {
        switch self {
        case .unsupported: "none returned (unsupported)"
        case .zero: "zero timestamp"
        case .standing: "unknown class"
        case .ticking(let rate) where rate < 5.66: "2HZ"
        case .ticking(let rate) where rate > 70 && rate < 150: "100HZ"
        case .ticking(let rate) where rate > 724 && rate < 1448: "1000HZ"
        case .ticking: "other"
        }
    }

    /// How long ago the clock was zero, seconds; nothing if that cannot be told.
    ///
    /// More than two years are not believed and count as zero.
    package func age(at stamp: UInt32) -> Int? {
        guard case .ticking(let rate) = self else { return nil }
        let ticks =
            switch text {
            case "2HZ": 2.0
            case "100HZ": 100.0
            case "1000HZ": 1000.0
            default: max(1, (0.5 + rate).rounded(.down))
            }
        let seconds = Int(Double(stamp) / ticks)
        return seconds > 63_072_000 ? 0 : seconds
    }
}
