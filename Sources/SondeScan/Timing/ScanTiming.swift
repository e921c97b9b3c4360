// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// The timing values of one scan: a template with what the user changed, and what follows from both.
///
/// See spec page `port-scanning`, section 5.
package struct ScanTiming: Hashable, Sendable {
    /// The template, with what the user changed.
    package let template: TimingTemplate
    /// The most that a pause between probes may grow to by itself.
    package let maximumScanDelay: TimeSpan

    /// Whether also the only probe of a host is held back before its next try.
    let holdsBackSingleProbes: Bool
    /// Probes in flight at the beginning, as far as they are allowed.
    let initialWindow: Double

    /// Derives the values.
    ///
    /// - Parameters:
    ///   - template: the template, with what the user changed.
    ///   - transport: the protocol that is scanned.
    ///   - maximumScanDelay: `--max-scan-delay`, or nothing.
    package init(
        _ template: TimingTemplate,
        transport: TransportProtocol,
        maximumScanDelay: TimeSpan? = nil
    ) {
        self.template = template
        holdsBackSingleProbes = false
        initialWindow = 10
        let isTCP = transport != .udp
        let usual = TimeSpan.milliseconds(isTCP ? [1000, 1000, 1000, 1000, 10, 5][template.level] : 1000)
        self.maximumScanDelay = maximumScanDelay ?? usual
    }

    /// The values for questions on the own link, which are answered soon.
    var onLink: ScanTiming {
        var copy = template
        let least = copy.minimumRTTTimeout
        copy.initialRTTTimeout = min(max(.milliseconds(200), least), max(least, copy.initialRTTTimeout))
        return ScanTiming(copy, maximumScanDelay: maximumScanDelay)
    }

    private init(_ template: TimingTemplate, maximumScanDelay: TimeSpan) {
        self.template = template
        holdsBackSingleProbes = true
        // Where most addresses are nobody's, silence says nothing of the link, and no answer lets the window grow.
        initialWindow = 75
        self.maximumScanDelay = maximumScanDelay
    }

    /// Least probes in flight.
    package var lowWindow: Int { max(1, template.minimumParallelism ?? 1) }
    /// Most probes in flight.
    package var highWindow: Int { max(lowWindow, template.maximumParallelism ?? 300) }
    /// How fast the window grows once it is above its threshold.
    package var avoidanceIncrement: Double { template.level >= 4 ? 2 : 1 }
    /// What the number of probes in flight is divided by for the next threshold.
    package var thresholdDivisor: Double { [1.5, 1.5, 1.5, 1.5, 4.0 / 3, 1.25][template.level] }
    /// The share of drops from which the pause grows.
    package var dropRatioLimit: Double { template.level >= 4 ? 0.4 : 0.3 }
    /// The try that may be the highest to have had an answer before the pause grows.
    package var successfulTryLimit: Int { template.level >= 4 ? 4 : 3 }
}
