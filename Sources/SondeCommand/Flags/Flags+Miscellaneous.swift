// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let help = Self("-h", aliases: ["--help"], "show this text")
    static let version = Self("-V", aliases: ["--version"], "show the version")
    static let dataDirectory = Self(
        "--datadir",
        value: .required("DIRECTORY"),
        "look here for data files first"
    )
    static let serviceDatabase = Self(
        "--servicedb",
        value: .required("FILE"),
        "use as nmap-services; implies -F"
    )
    static let versionDatabase = Self("--versiondb", value: .required("FILE"), "use as nmap-service-probes")
    static let config = Self(
        "--config",
        value: .required("FILE"),
        exactOnly: true,
        "read options from this file (sonde help config)"
    )
    static let noConfig = Self("--no-config", exactOnly: true, "read no file of options")
    static let profile = Self(
        "--profile",
        value: .required("NAME"),
        exactOnly: true,
        "add the options of this profile (sonde help config)"
    )
    static let worlds = Self(
        "--worlds",
        value: .required("NUMBER"),
        exactOnly: true,
        "threads for scripts, 1 to 64"
    )
    static let seed = Self(
        "--seed",
        value: .required("NUMBER"),
        exactOnly: true,
        "repeat the random choices of a run"
    )
    static let manual = Self(
        "--generate-manual",
        availability: .hidden,
        exactOnly: true,
        "print the manual page"
    )
    static let completionScript = Self(
        "--generate-completion-script",
        value: .required("SHELL"),
        exactOnly: true,
        "print completions for bash, zsh or fish"
    )
    static let releaseMemory = Self(
        "--release-memory",
        availability: .withoutEffect(),
        "free memory before the end"
    )
    static let quash = Self("-q", availability: .withoutEffect(), "hide the command line")
    static let route = Self(
        "--route-dst",
        value: .required("ADDRESS"),
        availability: .later,
        "show the route to an address"
    )
    static let ident = Self(
        "-I",
        availability: .refused("ident scan: use --script auth-owners"),
        "ident scan"
    )
    static let plainInput = Self(
        "-i",
        value: .required("FILE"),
        availability: .refused("write -iL FILE, with a blank"),
        "input"
    )
    static let hackers = Self("--thc", availability: .withoutEffect(), "greetings")

    /// All other flags.
    static let miscellaneous: [Self] = [
        .help, .version, .dataDirectory, .serviceDatabase, .versionDatabase, .config, .noConfig, .profile,
        .worlds, .seed, .manual,
        .completionScript, .releaseMemory, .quash, .route, .ident, .plainInput, .hackers,
    ]
}

/// Everything else; the parser brings `--generate-completion-script` itself.
struct MiscellaneousFlags: ParsableArguments {
    @Flag(.help) var wantsHelp: Bool
    @Flag(.version) var wantsVersion: Bool
    @Option(.dataDirectory) var dataDirectory: String?
    @Option(.serviceDatabase) var serviceDatabase: String?
    @Option(.versionDatabase) var versionDatabase: String?
    @Option(.config) var config: String?
    @Flag(.noConfig) var hasNoConfig: Bool
    @Option(.profile) var profile: String?
    @Option(.worlds) var worlds: String?
    @Option(.seed) var seed: String?
    @Flag(.manual) var wantsManual: Bool
}
