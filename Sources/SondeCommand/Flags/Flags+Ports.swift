// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

extension FlagDeclaration {
    static let connectScan = Self("-sT", "TCP connect scan")
    static let udpScan = Self("-sU", "UDP scan")
    static let synScan = Self("-sS", "TCP SYN scan")
    static let ackScan = Self("-sA", "TCP ACK scan")
    static let windowScan = Self("-sW", "TCP window scan")
    static let maimonScan = Self("-sM", "TCP Maimon scan")
    static let nullScan = Self("-sN", "TCP NULL scan")
    static let finScan = Self("-sF", "TCP FIN scan")
    static let xmasScan = Self("-sX", "TCP Xmas scan")
    static let sctpScan = Self("-sY", "SCTP INIT scan")
    static let sctpCookieScan = Self("-sZ", "SCTP COOKIE-ECHO scan")
    static let protocolScan = Self("-sO", "IP protocol scan")
    static let scanFlags = Self(
        "--scanflags",
        value: .required("FLAGS"),
        "the TCP flags of a scan"
    )
    static let idleScan = Self(
        "-sI",
        value: .required("HOST"),
        availability: .refused("idle scan makes a third party send the probes"),
        "idle scan"
    )
    static let bounceScan = Self(
        "-b",
        value: .required("URL"),
        availability: .refused("bounce scan makes a third party send the probes"),
        "FTP bounce scan"
    )
    static let portList = Self("-p", value: .required("PORTS"), "scan these ports: 22,80-90,U:53,http*,-")
    static let excludePorts = Self("--exclude-ports", value: .required("PORTS"), "leave out these ports")
    static let fast = Self("-F", "scan the 100 most common ports, not 1000")
    static let topPorts = Self("--top-ports", value: .required("NUMBER"), "scan the most common ports")
    static let portRatio = Self(
        "--port-ratio",
        value: .required("RATIO"),
        "scan ports at least this common, 0 to 1"
    )
    static let sequential = Self("-r", "scan ports in ascending order")

    /// The flags about techniques and ports.
    static let ports: [Self] = [
        .connectScan, .udpScan, .synScan, .ackScan, .windowScan, .maimonScan, .nullScan, .finScan,
        .xmasScan, .sctpScan, .sctpCookieScan, .protocolScan, .scanFlags, .idleScan, .bounceScan,
        .portList, .excludePorts, .fast, .topPorts, .portRatio, .sequential,
    ]
}

/// How ports are scanned, and which.
struct PortFlags: ParsableArguments {
    @Flag(.connectScan) var isConnectScan: Bool
    @Flag(.udpScan) var isUDPScan: Bool
    @Flag(.synScan) var isSYNScan: Bool
    @Flag(.ackScan) var isACKScan: Bool
    @Flag(.windowScan) var isWindowScan: Bool
    @Flag(.maimonScan) var isMaimonScan: Bool
    @Flag(.nullScan) var isNullScan: Bool
    @Flag(.finScan) var isFINScan: Bool
    @Flag(.xmasScan) var isXmasScan: Bool
    @Flag(.sctpScan) var isSCTPScan: Bool
    @Flag(.sctpCookieScan) var isSCTPCookieScan: Bool
    @Flag(.protocolScan) var isProtocolScan: Bool
    @Option(.scanFlags) var scanFlags: String?
    @Option(.portList) var portLists: [String]
    @Option(.excludePorts) var exclusions: [String]
    @Flag(.fast) var isFast: Bool
    @Option(.topPorts) var topPorts: String?
    @Option(.portRatio) var portRatio: String?
    @Flag(.sequential) var isSequential: Bool
}
