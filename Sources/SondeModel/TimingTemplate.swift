// SPDX-License-Identifier: Apache-2.0

/// A set of timing values, `-T0` to `-T5` (spec `port-scanning`, section 5, table of templates).
public struct TimingTemplate: Hashable, Sendable {
    /// 0 (paranoid) to 5 (insane).
    public let level: Int
    /// Timeout of the first probe.
    public var initialRTTTimeout: TimeSpan
    /// Least timeout of a probe.
    public var minimumRTTTimeout: TimeSpan
    /// Longest timeout of a probe.
    public var maximumRTTTimeout: TimeSpan
    /// How often a probe may be sent again.
    public var maximumRetries: Int
    /// Pause between probes to one host.
    public var scanDelay: TimeSpan
    /// Most probes in flight; nothing if not limited.
    public var maximumParallelism: Int?
    /// Least probes in flight; nothing if not given.
    public var minimumParallelism: Int?
    /// Longest time for one host; nothing if not limited.
    public var hostTimeout: TimeSpan?
    /// Longest time for one script; nothing if not limited.
    public var scriptTimeout: TimeSpan?
    /// Least probes per second; nothing if not given.
    public var minimumRate: Double?
    /// Most probes per second; nothing if not limited.
    public var maximumRate: Double?

    /// The names of the templates, from level 0.
    public static let names = ["paranoid", "sneaky", "polite", "normal", "aggressive", "insane"]

    /// Makes a template from its level; levels outside 0 to 5 are clamped.
    public init(level: Int) {
        let index = min(max(level, 0), 5)
        self.level = index
        initialRTTTimeout = .milliseconds([300_000, 15000, 1000, 1000, 500, 250][index])
        minimumRTTTimeout = .milliseconds(index == 5 ? 50 : 100)
        maximumRTTTimeout = .milliseconds([300_000, 15000, 10000, 10000, 1250, 300][index])
        maximumRetries = [10, 10, 10, 10, 6, 2][index]
        scanDelay = .milliseconds([300_000, 15000, 400, 0, 0, 0][index])
        maximumParallelism = index < 3 ? 1 : nil
        hostTimeout = index == 5 ? .seconds(900) : nil
        scriptTimeout = index == 5 ? .seconds(600) : nil
    }
}
