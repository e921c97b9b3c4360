// SPDX-License-Identifier: Apache-2.0

/// One test of an operating system's fingerprint, in the order in which fingerprints list them.
package enum OSTest: Int, CaseIterable, Hashable, Sendable {
    /// How initial sequence numbers, IP identifiers and timestamps go on.
    case sequence
    /// The TCP options of the answers to six SYN probes.
    case options
    /// Their windows.
    case windows
    /// The answer to a SYN that offers explicit congestion notification.
    case congestion
    /// The first SYN probe.
    case t1
    /// No flags, to an open port.
    case t2
    /// SYN, FIN, URG and PSH, to an open port.
    case t3
    /// ACK, to an open port.
    case t4
    /// SYN, to a closed port.
    case t5
    /// ACK, to a closed port.
    case t6
    /// FIN, PSH and URG, to a closed port.
    case t7
    /// A datagram to a closed UDP port.
    case unreachable
    /// Two ICMP echo requests.
    case echo

    /// The name in fingerprints.
    package var name: String { Self.names[rawValue] }

    /// What a line of the test may tell, in the order in which it is written.
    package var attributes: [OSAttribute] { Self.attributes[rawValue] }

    /// The place of an attribute in ``attributes``; nothing if the test has no such attribute.
    package func place(of attribute: OSAttribute) -> Int? { attributes.firstIndex(of: attribute) }

    /// The test with a name; nothing if there is none.
    package init?(name: some Sequence<UInt8>) {
        guard let index = Self.names.firstIndex(where: { $0.utf8.elementsEqual(name) }) else { return nil }
        self = Self.allCases[index]
    }

    private static let names = [
        "SEQ", "OPS", "WIN", "ECN", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "U1", "IE",
    ]

    private static let attributes: [[OSAttribute]] = {
        let reply: [OSAttribute] = [
            .responds, .dontFragment, .ttl, .ttlGuess, .window, .sequence, .acknowledgement, .flags, .options,
            .resetData, .quirks,
        ]
        return [
            [
                .predictability, .commonDivisor, .rate, .tcpIdentifiers, .closedIdentifiers,
                .icmpIdentifiers, .sharedIdentifiers, .timestamps,
            ],
            [.options1, .options2, .options3, .options4, .options5, .options6],
            [.window1, .window2, .window3, .window4, .window5, .window6],
            [.responds, .dontFragment, .ttl, .ttlGuess, .window, .options, .congestion, .quirks],
            [
                .responds, .dontFragment, .ttl, .ttlGuess, .sequence, .acknowledgement, .flags, .resetData,
                .quirks,
            ],
            reply, reply, reply, reply, reply, reply,
            [
                .responds, .dontFragment, .ttl, .ttlGuess, .totalLength, .unused, .quotedLength,
                .quotedIdentifier, .quotedChecksum, .quotedUDPChecksum, .quotedData,
            ],
            [.responds, .echoDontFragment, .ttl, .ttlGuess, .code],
        ]
    }()
}

/// One thing that a test tells; the raw value is its name in fingerprints.
package enum OSAttribute: String, CaseIterable, Hashable, Sendable {
    /// How hard the next initial sequence number is to guess.
    case predictability = "SP"
    /// What all steps between initial sequence numbers are multiples of.
    case commonDivisor = "GCD"
    /// How fast initial sequence numbers grow.
    case rate = "ISR"
    /// How the IP identifications of TCP segments from the open port go on.
    case tcpIdentifiers = "TI"
    /// Those from the closed port.
    case closedIdentifiers = "CI"
    /// Those of echo replies.
    case icmpIdentifiers = "II"
    /// Whether TCP and ICMP count together.
    case sharedIdentifiers = "SS"
    /// How fast the clock of time stamps runs.
    case timestamps = "TS"
    /// The options of the first answer.
    case options1 = "O1"
    /// The options of the second answer.
    case options2 = "O2"
    /// The options of the third answer.
    case options3 = "O3"
    /// The options of the fourth answer.
    case options4 = "O4"
    /// The options of the fifth answer.
    case options5 = "O5"
    /// The options of the sixth answer.
    case options6 = "O6"
    /// The window of the first answer.
    case window1 = "W1"
    /// The window of the second answer.
    case window2 = "W2"
    /// The window of the third answer.
    case window3 = "W3"
    /// The window of the fourth answer.
    case window4 = "W4"
    /// The window of the fifth answer.
    case window5 = "W5"
    /// The window of the sixth answer.
    case window6 = "W6"
    /// Whether there was an answer.
    case responds = "R"
    /// Whether routers must not split it.
    case dontFragment = "DF"
    /// The time to live that it began with.
    case ttl = "T"
    /// The time to live that it most likely began with.
    case ttlGuess = "TG"
    /// The window.
    case window = "W"
    /// The sequence number, compared with ours.
    case sequence = "S"
    /// The acknowledgement number, compared with ours.
    case acknowledgement = "A"
    /// The flags.
    case flags = "F"
    /// The TCP options.
    case options = "O"
    /// The checksum of data behind a reset.
    case resetData = "RD"
    /// What is set and should not be.
    case quirks = "Q"
    /// The answer to the offer of congestion notification.
    case congestion = "CC"
    /// The length of the error.
    case totalLength = "IPL"
    /// The octets of its header that have no use.
    case unused = "UN"
    /// The length of the packet quoted.
    case quotedLength = "RIPL"
    /// The IP identification quoted.
    case quotedIdentifier = "RID"
    /// The IP checksum quoted.
    case quotedChecksum = "RIPCK"
    /// The UDP checksum quoted.
    case quotedUDPChecksum = "RUCK"
    /// The data quoted.
    case quotedData = "RUD"
    /// Whether routers must not split the echo replies.
    case echoDontFragment = "DFI"
    /// The ICMP codes of the echo replies.
    case code = "CD"
}
