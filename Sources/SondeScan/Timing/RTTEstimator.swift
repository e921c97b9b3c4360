// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The smoothed round-trip estimate of one host, or of all hosts of a scan.
///
/// The gains 1/8 and 1/4 are those of RFC 6298, section 2.3. The first variance, and which samples are
/// left out, follow Nmap's observed behaviour (spec page `port-scanning`, section 5).
package struct RTTEstimator: Hashable, Sendable {
    /// Smoothed round-trip time, microseconds; -1 before the first answer.
    package private(set) var smoothed = -1
    /// Its variance, microseconds; -1 before the first answer.
    package private(set) var variance = -1
    /// How long to wait for an answer, microseconds.
    package private(set) var timeout: Int

    private let minimum: Int
    private let maximum: Int

    /// Starts without samples.
    package init(_ template: TimingTemplate) {
        minimum = template.minimumRTTTimeout.microseconds
        maximum = max(minimum, template.maximumRTTTimeout.microseconds)
        timeout = min(max(template.initialRTTTimeout.microseconds, minimum), maximum)
    }

    /// Goes on from what an earlier phase measured.
    ///
    /// - Parameters:
    ///   - template: the bounds.
    ///   - times: the earlier estimate; nothing if there is none.
    package init(_ template: TimingTemplate, from times: RoundTripTimes?) {
        self.init(template)
        guard let times, times.smoothed >= 0 else { return }
        smoothed = times.smoothed
        variance = max(times.variance, 0)
        timeout = min(max(smoothed + 4 * variance, minimum), maximum)
    }

    /// Takes one measured round trip into account.
    ///
    /// - Parameter sample: time from sending the probe to its answer; may be slightly negative, for two clocks can
    ///   disagree.
    package mutating func record(_ sample: TimeSpan) {
        var delta = sample.microseconds
        if delta < 0, delta > -50_000 { delta = 10_000 }
        if smoothed < 0 {
            guard delta >= 0 else { return }
            smoothed = min(delta, 1_000_000_000)
            variance = min(max(delta, 5000), 2_000_000)
        } else {
            guard (0..<8_000_000).contains(delta) else { return }
            let difference = delta - smoothed
            if difference > 1_500_000, difference > 3 * smoothed + 2 * variance { return }
            smoothed += difference >> 3
            variance += (abs(difference) - variance) >> 2
        }
        if variance > 2_300_000 { variance = 2_000_000 }
        timeout = min(max(smoothed + 4 * variance, minimum), maximum)
    }

    /// The estimate as reports show it; nothing before the first answer.
    package var times: RoundTripTimes? {
        smoothed < 0 ? nil : RoundTripTimes(smoothed: smoothed, variance: variance, timeout: timeout)
    }
}
