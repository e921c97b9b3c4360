// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let versionScan = Self(
        "-sV",
        aliases: ["-sR"],
        "find out services and versions"
    )
    static let versionIntensity = Self(
        "--version-intensity",
        value: .required("LEVEL"),
        "how many probes are tried, 0 to 9"
    )
    static let versionLight = Self(
        "--version-light",
        availability: .standsFor("--version-intensity=2"),
        "intensity 2"
    )
    static let versionAll = Self(
        "--version-all",
        availability: .standsFor("--version-intensity=9"),
        "intensity 9"
    )
    static let versionTrace = Self("--version-trace", "tell each step of version detection")
    static let allPorts = Self("--allports", "probe also ports that the data file excludes")
    static let osScan = Self("-O", "find out the operating system")
    static let aggressive = Self("-A", "-sV and -sC; with privileges -O and --traceroute too")
    static let osLimit = Self("--osscan-limit", "operating systems only of hosts with open and closed ports")
    static let osGuess = Self("--osscan-guess", aliases: ["--fuzzy"], "name systems that fit nearly")
    static let osTries = Self(
        "--max-os-tries",
        value: .required("NUMBER"),
        "rounds of probes for each host, 1 to 50"
    )

    /// The flags about services and operating systems.
    static let services: [Self] = [
        .versionScan, .versionIntensity, .versionLight, .versionAll, .versionTrace, .allPorts, .osScan,
        .aggressive, .osLimit, .osGuess, .osTries,
    ]
}

/// What is asked about services.
struct ServiceFlags: ParsableArguments {
    @Flag(.versionScan) var detectsVersions: Bool
    @Flag(.aggressive) var isAggressive: Bool
    @Option(.versionIntensity) var versionIntensity: String?
    @Flag(.versionTrace) var tracesVersions: Bool
    @Flag(.allPorts) var allPorts: Bool
    @Flag(.osScan) var findsSystems: Bool
    @Flag(.osLimit) var limitsSystems: Bool
    @Flag(.osGuess) var guessesSystems: Bool
    @Option(.osTries) var systemTries: String?
}
