// SPDX-License-Identifier: Apache-2.0

package import SondeModel

/// A question for, or a tell of, the link-layer address of an IPv6 neighbour (RFC 4861).
package struct NeighborMessage: Hashable, Sendable {
    /// The two kinds.
    package enum Kind: Hashable, Sendable {
        /// Asks who has the target.
        case solicitation
        /// I have it; whether a router says so, whether it was asked for, whether it replaces what was known.
        case advertisement(isRouter: Bool, isSolicited: Bool, overrides: Bool)
    }

    /// Question or tell.
    package var kind: Kind
    /// The address that the message is about.
    package var target: IPAddress
    /// The link-layer address of the asker, or of the target.
    package var hardware: MACAddress?

    /// Makes a message.
    package init(_ kind: Kind, target: IPAddress, hardware: MACAddress?) {
        self.kind = kind
        self.target = target
        self.hardware = hardware
    }

    /// Reads the message out of an ICMPv6 message; other kinds are an error.
    package init(_ message: ICMPv6Message, parsing octets: Span<UInt8>) throws(WireError) {
        let body = message.body
        switch message.kind {
        case .neighborSolicitation: kind = .solicitation
        case .neighborAdvertisement:
            kind = .advertisement(
                isRouter: message.rest >> 31 & 1 == 1,
                isSolicited: message.rest >> 30 & 1 == 1,
                overrides: message.rest >> 29 & 1 == 1
            )
        default: throw WireError(.unexpected, at: body.lowerBound)
        }
        target = try octets.ipv6Address(at: body.lowerBound)
        let wanted: UInt8 = kind == .solicitation ? 1 : 2
        var place = body.lowerBound + 16
        while place + 8 <= body.upperBound {
            let length = Int(try octets.octet(at: place + 1)) * 8
            guard length > 0, place + length <= body.upperBound else { return }
            if try octets.octet(at: place) == wanted {
                hardware = try octets.macAddress(at: place + 2)
            }
            place += length
        }
    }

    /// Writes the ICMPv6 message with its checksum.
    package func write(to writer: inout OctetWriter, source: IPAddress, destination: IPAddress) {
        var message: ICMPv6Message
        switch kind {
        case .solicitation: message = ICMPv6Message(.neighborSolicitation)
        case .advertisement(let isRouter, let isSolicited, let overrides):
            message = ICMPv6Message(.neighborAdvertisement)
            message.rest = (isRouter ? 1 << 31 : 0) | (isSolicited ? 1 << 30 : 0) | (overrides ? 1 << 29 : 0)
        }
        var data = target.octets
        if let hardware { data += [kind == .solicitation ? 1 : 2, 1] + hardware.octets }
        message.write(to: &writer, data: data, source: source, destination: destination)
    }

    /// The group that every owner of an address with the same last 24 bits listens to.
    package static func solicitedNode(of address: IPAddress) -> IPAddress {
        IPAddress(family: .inet6, value: 0xFF02 << 112 | 0x1_FF00_0000 | address.value & 0xFF_FFFF)
    }
}

extension MACAddress {
    /// The interface address that Ethernet gives an IP multicast group (RFC 1112, RFC 2464).
    package init(multicast group: IPAddress) {
        if group.family == .inet {
            self.init(value: 0x0100_5E00_0000 | UInt64(truncatingIfNeeded: group.value & 0x7F_FFFF))
        } else {
            self.init(value: 0x3333 << 32 | UInt64(truncatingIfNeeded: group.value & 0xFFFF_FFFF))
        }
    }
}
