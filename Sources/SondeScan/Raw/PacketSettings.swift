// SPDX-License-Identifier: Apache-2.0

package import SondeModel
package import SondeWire

/// What the packets of probes look like.
package struct PacketSettings: Hashable, Sendable {
    /// The time to live of IPv4, or hop limit; nothing for one of chance in each packet, 255 for IPv6.
    package var timeToLive: UInt8?
    /// The port that probes come from; nothing for ports of chance that tell tries apart.
    package var sourcePort: UInt16?
    /// What stands in packets that would be empty; replaces payloads of UDP probes.
    package var payload: [UInt8] = []
    /// The options of IPv4 headers.
    package var ipOptions: [UInt8] = []
    /// Whether checksums are wrong (`--badsum`).
    package var spoilsChecksums = false
    /// The TCP flags instead of those of the technique (`--scanflags`).
    package var flags: TCPFlags?
    /// Which checksum SCTP packets have.
    package var sctpChecksum = SCTPPacket.Checksum.crc32c
    /// Most data octets in a fragment of IPv4; nothing for whole packets.
    package var fragmentSize: Int?
    /// Who else seems to send each probe, in order (`-D`).
    package var decoys: [IPAddress] = []
    /// Before which decoy our own packet goes.
    package var ownPlace = 0
    /// Whether frames are built by hand (`--send-eth`).
    package var sendsFrames = false
    /// Whether the system builds all frames (`--send-ip`).
    package var sendsPackets = false
    /// Our link-layer address instead of the interface's (`--spoof-mac`).
    package var spoofedAddress: MACAddress?

    /// Makes the settings of plain packets.
    package init() {}

    /// Who a probe seems to come from, one packet each; our own address is among them.
    func sources(own: IPAddress) -> [IPAddress] {
        guard !decoys.isEmpty else { return [own] }
        var sources = decoys.filter { $0.family == own.family }
        sources.insert(own, at: min(max(ownPlace, 0), sources.count))
        return sources
    }
}
