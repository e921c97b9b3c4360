// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let inputFile = Self(
        "-iL",
        value: .required("FILE"),
        "read targets from a file, - for standard input"
    )
    static let from = Self(
        "--from",
        value: .required("FILE"),
        exactOnly: true,
        "take hosts and open ports from a file or stored scan; scan no ports"
    )
    static let exclude = Self("--exclude", value: .required("LIST"), "leave out these hosts and networks")
    static let excludeFile = Self("--excludefile", value: .required("FILE"), "leave out what this file lists")
    static let resolveAll = Self("--resolve-all", "scan every address of a name")
    static let unique = Self("--unique", "scan each address once")
    static let randomizeHosts = Self("--randomize-hosts", aliases: ["-rH", "--rH"], "scan in random order")
    static let ipv4 = Self("-4", "scan IPv4 addresses, as is the default")
    static let ipv6 = Self("-6", "scan IPv6 addresses")
    static let randomTargets = Self(
        "-iR",
        value: .required("NUMBER"),
        availability: .refused("addresses that nobody named are not scanned; give targets or -iL FILE"),
        "random targets"
    )

    /// The flags about targets.
    static let targets: [Self] = [
        .inputFile, .from, .exclude, .excludeFile, .resolveAll, .unique, .randomizeHosts, .ipv4, .ipv6,
        .randomTargets,
    ]
}

/// Which addresses are scanned.
struct TargetFlags: ParsableArguments {
    @Option(.inputFile) var inputFiles: [String]
    @Option(.from) var from: [String]
    @Option(.exclude) var exclude: [String]
    @Option(.excludeFile) var excludeFiles: [String]
    @Flag(.resolveAll) var resolvesAll: Bool
    @Flag(.unique) var isUnique: Bool
    @Flag(.randomizeHosts) var randomizesHosts: Bool
    @Flag(.ipv4) var usesIPv4: Bool
    @Flag(.ipv6) var usesIPv6: Bool
}
