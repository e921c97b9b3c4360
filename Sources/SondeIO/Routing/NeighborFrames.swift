// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// Frames that ask who has an address, and what their answers say.
package enum NeighborFrames {
    private static let broadcast = [UInt8](repeating: 0xFF, count: 6)

    /// An ARP request (RFC 826), or a neighbour solicitation (RFC 4861, section 4.3).
    ///
    /// - Parameters:
    ///   - target: whose link-layer address is wanted.
    ///   - source: our address; an unspecified one is allowed.
    ///   - link: our link-layer address.
    /// - Returns: the frame, without padding.
    package static func question(for target: IPAddress, from source: IPAddress, _ link: MACAddress) -> [UInt8]
    {
        target.family == .inet ? request(target, source, link) : solicitation(target, source, link)
    }

    private static func request(_ target: IPAddress, _ source: IPAddress, _ link: MACAddress) -> [UInt8] {
        let start: [UInt8] = broadcast + link.octets + [8, 6]
        let kind: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1]
        return start + kind + link.octets + source.octets + [UInt8](repeating: 0, count: 6) + target.octets
    }

    private static func solicitation(_ target: IPAddress, _ source: IPAddress, _ link: MACAddress) -> [UInt8]
    {
        let octets = target.octets
        let low: [UInt8] = [0xFF] + octets.suffix(3)
        let group: [UInt8] = [0xFF, 2] + [UInt8](repeating: 0, count: 9) + [1] + low
        var message: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + octets + [1, 1] + link.octets
        let pseudoHeader = source.octets + group + [0, 0, 0, UInt8(message.count), 0, 0, 0, 58]
        let sum = checksum(pseudoHeader + message)
        message[2] = UInt8(sum >> 8)
        message[3] = UInt8(sum & 255)
        let header: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(message.count), 58, 255]
        return [0x33, 0x33] + low + link.octets + [0x86, 0xDD] + header + source.octets + group + message
    }

    /// The Internet checksum of an even number of octets.
    private static func checksum(_ octets: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: octets.count - 1, by: 2) {
            sum += UInt32(octets[index]) << 8 | UInt32(octets[index + 1])
        }
        while sum > 0xFFFF { sum = (sum >> 16) + (sum & 0xFFFF) }
        return ~UInt16(sum)
    }

    /// What a captured frame says of an address; nothing if it is no answer.
    package static func answer(in frame: RawSpan) -> (address: IPAddress, link: MACAddress)? {
        let octets = unsafe frame.withUnsafeBytes { unsafe Array($0.prefix(120)) }
        guard octets.count >= 42 else { return nil }
        if octets[12] == 8, octets[13] == 6 {
            // Requests tell their sender's address as well as replies.
            guard octets[18] == 6, octets[19] == 4, let link = MACAddress(octets: octets[22..<28]),
                let address = IPAddress(octets: octets[28..<32])
            else { return nil }
            return (address, link)
        }
        guard octets.count >= 78, octets[12] == 0x86, octets[13] == 0xDD, octets[20] == 58, octets[54] == 136
        else { return nil }
        guard let address = IPAddress(octets: octets[62..<78]) else { return nil }
        let hasOption = octets.count >= 86 && octets[78] == 2 && octets[79] == 1
        let link = MACAddress(octets: hasOption ? octets[80..<86] : octets[6..<12])
        return link.map { (address, $0) }
    }

    /// The capture filter that passes answers.
    package static func filter(_ family: AddressFamily) -> String {
        family == .inet ? "arp" : "icmp6 and ip6[40] == 136"
    }
}
