// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let template = Self(
        "-T",
        value: .required("LEVEL"),
        aliases: ["--timing"],
        "template 0 to 5, or its name"
    )
    static let minimumHostGroup = Self("--min-hostgroup", value: .required("NUMBER"), "least hosts at once")
    static let maximumHostGroup = Self("--max-hostgroup", value: .required("NUMBER"), "most hosts at once")
    static let minimumParallelism = Self(
        "--min-parallelism",
        value: .required("NUMBER"),
        "least probes at once"
    )
    static let maximumParallelism = Self(
        "--max-parallelism",
        value: .required("NUMBER"),
        aliases: ["-M"],
        "most probes at once"
    )
    static let minimumRTT = Self("--min-rtt-timeout", value: .required("TIME"), "shortest wait for an answer")
    static let maximumRTT = Self("--max-rtt-timeout", value: .required("TIME"), "longest wait for an answer")
    static let initialRTT = Self(
        "--initial-rtt-timeout",
        value: .required("TIME"),
        "first wait for an answer"
    )
    static let maximumRetries = Self(
        "--max-retries",
        value: .required("NUMBER"),
        "how often a probe is repeated"
    )
    static let hostTimeout = Self(
        "--host-timeout",
        value: .required("TIME"),
        "give a host up after this time"
    )
    static let scanDelay = Self("--scan-delay", value: .required("TIME"), "pause between probes to a host")
    static let maximumScanDelay = Self(
        "--max-scan-delay",
        value: .required("TIME"),
        "longest pause that may grow"
    )
    static let minimumRate = Self("--min-rate", value: .required("RATE"), "least probes per second")
    static let maximumRate = Self("--max-rate", value: .required("RATE"), "most probes per second")
    static let statusInterval = Self(
        "--stats-every",
        value: .required("TIME"),
        "tell the progress this often"
    )
    static let defeatResetLimit = Self(
        "--defeat-rst-ratelimit",
        "do not slow down for late resets"
    )
    static let defeatICMPLimit = Self(
        "--defeat-icmp-ratelimit",
        "do not slow down for late ICMP errors"
    )
    static let noGroupControl = Self(
        "--nogcc",
        availability: .withoutEffect(),
        "no congestion control for groups"
    )
    static let socketEngine = Self(
        "--nsock-engine",
        value: .required("NAME"),
        availability: .withoutEffect(),
        "kind of event loop"
    )

    /// The flags about timing.
    static let timing: [Self] = [
        .template, .minimumHostGroup, .maximumHostGroup, .minimumParallelism, .maximumParallelism,
        .minimumRTT, .maximumRTT, .initialRTT, .maximumRetries, .hostTimeout, .scanDelay,
        .maximumScanDelay, .minimumRate, .maximumRate, .statusInterval, .defeatResetLimit,
        .defeatICMPLimit, .noGroupControl, .socketEngine,
    ]
}

/// How fast the scan goes.
struct TimingFlags: ParsableArguments {
    @Option(.template) var template: String?
    @Option(.minimumHostGroup) var minimumHostGroup: String?
    @Option(.maximumHostGroup) var maximumHostGroup: String?
    @Option(.minimumParallelism) var minimumParallelism: String?
    @Option(.maximumParallelism) var maximumParallelism: String?
    @Option(.minimumRTT) var minimumRTT: String?
    @Option(.maximumRTT) var maximumRTT: String?
    @Option(.initialRTT) var initialRTT: String?
    @Option(.maximumRetries) var maximumRetries: String?
    @Option(.hostTimeout) var hostTimeout: String?
    @Option(.scanDelay) var scanDelay: String?
    @Option(.maximumScanDelay) var maximumScanDelay: String?
    @Option(.minimumRate) var minimumRate: String?
    @Option(.maximumRate) var maximumRate: String?
    @Flag(.defeatResetLimit) var ignoresResetLimits: Bool
    @Flag(.defeatICMPLimit) var ignoresErrorLimits: Bool
    @Option(.statusInterval) var statusInterval: String?
}
