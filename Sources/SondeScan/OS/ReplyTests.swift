// SPDX-License-Identifier: Apache-2.0

package import SondeDatabase

/// The lines of a fingerprint that one answer gives (spec page `os-detection`, sections 5.4 to 5.6).
package enum ReplyTests {
    /// What was sent, as far as answers are compared with it.
    package struct Sent: Hashable, Sendable {
        /// The sequence number of the probe.
        package var sequence: UInt32
        /// Its acknowledgement number.
        package var acknowledgement: UInt32
        /// The time to live of the UDP probe.
        package var timeToLive: UInt8
        /// The UDP checksum of the UDP probe.
        package var udpChecksum: UInt16

        /// Makes a record.
        package init(
            sequence: UInt32,
            acknowledgement: UInt32,
            timeToLive: UInt8 = 0,
            udpChecksum: UInt16 = 0
        ) {
            self.sequence = sequence
            self.acknowledgement = acknowledgement
            self.timeToLive = timeToLive
            self.udpChecksum = udpChecksum
        }
    }

    /// The length of the UDP probe with its headers.
    static let udpLength = 328
    /// The IP identification of the UDP probe.
    static let udpIdentification: UInt16 = 0x1042
    /// The octet that the UDP probe is full of.
    static let udpFilling: UInt8 = 0x43

    /// The line of a TCP test.
    ///
    /// - Parameters:
    ///   - test: which test.
    ///   - reply: the answer.
    ///   - sent: what was sent.
    ///   - distance: how many hops the host is away; nothing if not known.
    /// - Returns: the line.
    package static func line(
        _ test: OSTest,
        _ reply: OSTCPReply,
        _ sent: Sent,
        distance: Int?
    ) -> OSTestLine {
        var line = answered(test, reply.timeToLive, reply.mustNotFragment, distance)
        line[.window] = hex(reply.window)
        line[.options] = OptionText.text(reply.options)
        line[.sequence] = compared(reply.sequence, sent.acknowledgement, letter: "A")
        line[.acknowledgement] = compared(reply.acknowledgement, sent.sequence, letter: "S")
        line[.flags] = flags(reply)
        line[.resetData] =
            reply.has(OSTCPReply.rst) && !reply.payload.isEmpty ? hex(checksum(reply.payload)) : "0"
        line[.congestion] = congestion(reply)
        line[.quirks] =
            (reply.reserved & 15 != 0 ? "R" : "")
            + (reply.urgentPointer != 0 && !reply.has(OSTCPReply.urg) ? "U" : "")
        return line
    }

    /// The beginning of each line that tells of an answer.
    private static func answered(
        _ test: OSTest,
        _ timeToLive: UInt8,
        _ mustNotFragment: Bool,
        _ distance: Int?
    ) -> OSTestLine {
        var line = OSTestLine(test)
        line[.responds] = "Y"
        line[.dontFragment] = mustNotFragment ? "Y" : "N"
        if let distance {
            line[.ttl] = hex(max(0, Int(timeToLive) + min(max(distance, -255), 255) - 1))
        } else {
            line[.ttlGuess] = hex(initialTimeToLive(timeToLive))
        }
        return line
    }

    /// The time to live that a packet most likely began with.
    package static func initialTimeToLive(_ received: UInt8) -> Int {
        [32, 64, 128].first { received <= $0 } ?? 255
    }

    private static func compared(_ number: UInt32, _ ours: UInt32, letter: String) -> String {
        if number == 0 { return "Z" }
        if number == ours { return letter }
        return number == ours &+ 1 ? letter + "+" : "O"
    }

    private static func flags(_ reply: OSTCPReply) -> String {
        let letters: [(UInt8, String)] = [
            (OSTCPReply.ece, "E"), (OSTCPReply.urg, "U"), (OSTCPReply.ack, "A"), (OSTCPReply.psh, "P"),
            (OSTCPReply.rst, "R"), (OSTCPReply.syn, "S"), (OSTCPReply.fin, "F"),
        ]
        return letters.filter { reply.has($0.0) }.map(\.1).joined()
    }

    private static func congestion(_ reply: OSTCPReply) -> String {
        switch (reply.has(OSTCPReply.ece), reply.has(OSTCPReply.cwr)) {
        case (true, true): "S"
        case (true, false): "Y"
        case (false, false): "N"
        case (false, true): "O"
        }
    }

    /// CRC-32 as Ethernet has it.
    static func checksum(_ octets: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for octet in octets {
            sum ^= UInt32(octet)
            for _ in 0..<8 {
                let isOdd = sum & 1 != 0
                sum >>= 1
                if isOdd { sum ^= 0xEDB8_8320 }
            }
        }
        return ~sum
    }

    // MARK: UDP and ICMP

    /// The line of the UDP test.
    package static func line(_ reply: OSUnreachableReply, _ sent: Sent, distance: Int?) -> OSTestLine {
        var line = answered(.unreachable, reply.timeToLive, reply.mustNotFragment, distance)
        line[.totalLength] = hex(reply.totalLength)
        line[.unused] = hex(reply.unused)
        line[.quotedLength] = same(reply.quoted(2), UInt16(udpLength))
        line[.quotedIdentifier] = same(reply.quoted(4), udpIdentification)
        line[.quotedChecksum] = quotedChecksum(reply)
        line[.quotedUDPChecksum] = same(reply.quotedUDPChecksum, sent.udpChecksum)
        line[.quotedData] = reply.quotedData.allSatisfy { $0 == udpFilling } ? "G" : "I"
        return line
    }

    /// How many hops away the host is that quotes the UDP probe; may be nonsense.
    package static func distance(_ reply: OSUnreachableReply, _ sent: Sent) -> Int {
        Int(sent.timeToLive) - Int(reply.quotedTimeToLive) + 1
    }

    private static func same(_ number: UInt16, _ ours: UInt16) -> String {
        number == ours ? "G" : hex(number)
    }

    private static func quotedChecksum(_ reply: OSUnreachableReply) -> String {
        if reply.quoted(10) == 0 { return "Z" }
        var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) { $0 + UInt32(reply.quoted($1)) }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return sum == 0xFFFF ? "G" : "I"
    }

    /// The line of the echo test.
    ///
    /// - Parameters:
    ///   - first: the answer to the first request, which had code 9 and must not be split.
    ///   - second: the answer to the second request, which had code 0 and might be split.
    ///   - timeToLive: that of the answer that came last.
    ///   - distance: how many hops the host is away; nothing if not known.
    /// - Returns: the line.
    package static func line(
        _ first: OSEchoReply,
        _ second: OSEchoReply,
        timeToLive: UInt8,
        distance: Int?
    ) -> OSTestLine {
        var line = answered(.echo, timeToLive, false, distance)
        line[.echoDontFragment] =
            switch (first.mustNotFragment, second.mustNotFragment) {
            case (true, true): "Y"
            case (true, false): "S"
            case (false, false): "N"
            case (false, true): "O"
            }
        line[.code] =
            switch (first.code, second.code) {
            case (0, 0): "Z"
            case (9, 0): "S"
            case (let one, let other) where one == other: hex(one)
            default: "O"
            }
        return line
    }
}
