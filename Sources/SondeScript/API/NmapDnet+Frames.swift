// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua
internal import SondeModel
internal import SondeWire

/// Packets of scripts in frames that we build ourselves (`--send-eth`).
extension ScriptEngine {
    /// Sends a packet to the next hop, once its link-layer address is known.
    func sendFramed(
        _ frame: borrowing CallFrame,
        _ octets: [UInt8],
        to destination: IPAddress,
        by path: NetworkPath,
        _ dnet: NmapDnet
    ) throws(HostError) -> HostReturn {
        try wait(frame) { [network] then in
            network.neighbors.resolve(nextHopTo: destination, on: path, then: then)
        } deliver: { [unowned self] (result: Result<MACAddress, StreamError>, frame) throws(HostError) in
            guard case .success(let hop) = result, let source = path.sourceMAC else {
                throw .message("failed to determine next hop MAC address")
            }
            traceLine("RAW SEND \(PacketDescription(of: octets.span))")
            let header = EthernetHeader(
                destination: hop,
                source: source,
                type: destination.family == .inet ? .ipv4 : .ipv6
            )
            var writer = OctetWriter(capacity: octets.count + EthernetHeader.octetCount)
            header.write(to: &writer)
            writer.write(octets)
            let link = try linkSender(path.interface.name)
            // Kept open as long as the object: many packets follow.
            dnet.framed = link
            link.client = current?.account
            do throws(PacketError) {
                try link.send(writer.octets)
                return success(frame)
            } catch .system(let error) {
                return softFailure(frame, "error while sending: \(error.reason) (errno \(error.number))")
            } catch {
                return softFailure(frame, "error while sending: \(error)")
            }
        }
    }
}

extension IPAddress {
    /// Whether one interface answers for the address, so that it can be asked for.
    func isUnicast(on interface: Interface) -> Bool {
        !isMulticast && self != .broadcast
            && !interface.addresses.contains { $0.broadcast == withoutZone }
    }

    private static let broadcast = IPAddress(family: .inet, value: 0xFFFF_FFFF)
}
