// SPDX-License-Identifier: Apache-2.0

/// What OS detection reads in a TCP segment that answers one of its probes.
package struct OSTCPReply: Hashable, Sendable {
    /// Time to live as received.
    package var timeToLive: UInt8 = 64
    /// Whether routers must not split the packet.
    package var mustNotFragment = false
    /// The packet's IP identification.
    package var identification: UInt16 = 0
    /// Number of the first octet of data.
    package var sequence: UInt32 = 0
    /// Number of the octet expected next.
    package var acknowledgement: UInt32 = 0
    /// The flag octet.
    package var flags: UInt8 = 0
    /// The four bits before the flag octet.
    package var reserved: UInt8 = 0
    /// The window, not scaled.
    package var window: UInt16 = 0
    /// Where urgent data ends.
    package var urgentPointer: UInt16 = 0
    /// The options with their padding.
    package var options: [UInt8] = []
    /// The data.
    package var payload: [UInt8] = []

    /// Makes an empty segment.
    package init() {}

    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let rst: UInt8 = 4
    static let psh: UInt8 = 8
    static let ack: UInt8 = 16
    static let urg: UInt8 = 32
    static let ece: UInt8 = 64
    static let cwr: UInt8 = 128

    /// Whether all of some flags are set.
    func has(_ wanted: UInt8) -> Bool { flags & wanted == wanted }
}

/// What OS detection reads in the ICMP error that answers its UDP probe.
package struct OSUnreachableReply: Hashable, Sendable {
    /// Time to live as received.
    package var timeToLive: UInt8 = 64
    /// Whether routers must not split the packet.
    package var mustNotFragment = false
    /// Octets of the whole packet as its header says.
    package var totalLength = 0
    /// The four octets of the ICMP header that have no use.
    package var unused: UInt32 = 0
    /// The header of the packet that is quoted, 20 octets.
    package var quotedHeader: [UInt8] = []
    /// The checksum of the UDP datagram that is quoted.
    package var quotedUDPChecksum: UInt16 = 0
    /// The data that is quoted behind the UDP header.
    package var quotedData: [UInt8] = []

    /// Makes an empty message.
    package init() {}

    func quoted(_ offset: Int) -> UInt16 {
        guard offset + 1 < quotedHeader.count else { return 0 }
        return UInt16(quotedHeader[offset]) << 8 | UInt16(quotedHeader[offset + 1])
    }

    var quotedTimeToLive: UInt8 { quotedHeader.count > 8 ? quotedHeader[8] : 0 }
}

/// What OS detection reads in an ICMP echo reply.
package struct OSEchoReply: Hashable, Sendable {
    /// Time to live as received.
    package var timeToLive: UInt8 = 64
    /// Whether routers must not split the packet.
    package var mustNotFragment = false
    /// The packet's IP identification.
    package var identification: UInt16 = 0
    /// The ICMP code.
    package var code: UInt8 = 0

    /// Makes an empty message.
    package init() {}
}
