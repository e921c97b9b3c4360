// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

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
        "options of IP headers: R, T, U, S or L with hops, or \\x octets"
    )
    static let badSum = Self("--badsum", "send wrong checksums")
    static let fragments = Self(
        "-f",
        aliases: ["--ff"],
        "split packets into fragments of 8 octets, with -f -f of 16"
    )
    static let mtu = Self(
        "--mtu",
        value: .required("NUMBER"),
        "split packets into fragments of this size"
    )
    static let decoys = Self(
        "-D",
        value: .required("LIST"),
        "seem to scan from these addresses too: ADDRESS,ME,RND:5"
    )
    static let spoofMAC = Self(
        "--spoof-mac",
        value: .required("ADDRESS"),
        "send from this link-layer address: 0, digits or a vendor"
    )
    static let sendFrames = Self(
        "--send-eth",
        "build link frames by hand"
    )
    static let sendPackets = Self("--send-ip", "let the system build link frames")
    static let adler32 = Self(
        "--adler32",
        "use the older checksum of SCTP"
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
    @Option(.ipOptions) var ipOptions: String?
    @Flag(.badSum) var spoilsChecksums: Bool
    @Flag(.fragments) var fragmentCount: Int
    @Option(.mtu) var mtu: String?
    @Option(.decoys) var decoys: String?
    @Option(.spoofMAC) var spoofedAddress: String?
    @Flag(.sendFrames) var sendsFrames: Bool
    @Flag(.sendPackets) var sendsPackets: Bool
    @Flag(.adler32) var usesAdler32: Bool
    @Flag(.privileged) var isPrivileged: Bool
    @Flag(.unprivileged) var isUnprivileged: Bool
}
