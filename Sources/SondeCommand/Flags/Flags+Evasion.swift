// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// What is said of flags that only raw packets can honour.
private let rawOnly = "it needs raw packets, which connect and UDP scan do not send"

extension FlagDeclaration {
    static let interface = Self("-e", value: .required("NAME"), "send from this interface")
    static let sourceAddress = Self("-S", value: .required("ADDRESS"), "send from this address")
    static let sourcePort = Self(
        "-g",
        value: .required("PORT"),
        aliases: ["--source-port"],
        "send from this port"
    )
    static let timeToLive = Self("--ttl", value: .required("NUMBER"), "time to live of packets, 0 to 255")
    static let dataLength = Self("--data-length", value: .required("NUMBER"), "add this many random octets")
    static let dataHex = Self("--data", value: .required("HEX"), "add these octets")
    static let dataString = Self("--data-string", value: .required("TEXT"), "add this text")
    static let privileged = Self("--privileged", "assume that raw packets may be sent")
    static let unprivileged = Self("--unprivileged", "assume that raw packets may not be sent")
    static let ipOptions = Self(
        "--ip-options",
        value: .required("OPTIONS"),
        availability: .withoutEffect(warning: rawOnly),
        "options of IP headers"
    )
    static let badSum = Self("--badsum", availability: .withoutEffect(warning: rawOnly), "wrong checksums")
    static let fragments = Self(
        "-f",
        aliases: ["--ff"],
        availability: .withoutEffect(warning: rawOnly),
        "small fragments"
    )
    static let mtu = Self(
        "--mtu",
        value: .required("NUMBER"),
        availability: .withoutEffect(warning: rawOnly),
        "fragments of this size"
    )
    static let decoys = Self(
        "-D",
        value: .required("LIST"),
        availability: .withoutEffect(warning: rawOnly),
        "decoys"
    )
    static let spoofMAC = Self(
        "--spoof-mac",
        value: .required("ADDRESS"),
        availability: .withoutEffect(warning: rawOnly),
        "another hardware address"
    )
    static let sendFrames = Self(
        "--send-eth",
        availability: .withoutEffect(warning: rawOnly),
        "send link frames"
    )
    static let sendPackets = Self("--send-ip", availability: .withoutEffect(), "send IP packets")
    static let adler32 = Self(
        "--adler32",
        availability: .withoutEffect(warning: rawOnly),
        "older SCTP checksum"
    )
    static let proxies = Self(
        "--proxies",
        value: .required("URLS"),
        aliases: ["--proxy"],
        availability: .later,
        "through proxies"
    )

    /// The flags about packets.
    static let evasion: [Self] = [
        .interface, .sourceAddress, .sourcePort, .timeToLive, .dataLength, .dataHex, .dataString,
        .privileged, .unprivileged, .ipOptions, .badSum, .fragments, .mtu, .decoys, .spoofMAC,
        .sendFrames, .sendPackets, .adler32, .proxies,
    ]
}

/// What packets and connections look like.
struct EvasionFlags: ParsableArguments {
    @Option(.interface) var interface: String?
    @Option(.sourceAddress) var sourceAddress: String?
    @Option(.sourcePort) var sourcePort: String?
    @Option(.timeToLive) var timeToLive: String?
    @Option(.dataLength) var dataLength: [String]
    @Option(.dataHex) var dataHex: [String]
    @Option(.dataString) var dataString: [String]
    @Flag(.privileged) var isPrivileged: Bool
    @Flag(.unprivileged) var isUnprivileged: Bool
}
