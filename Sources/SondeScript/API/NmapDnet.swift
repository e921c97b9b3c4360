// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeIO
internal import SondeLua
internal import SondeModel
internal import SondeWire

/// The object that scripts send raw packets and frames with (spec `nse-api`, section 10).
final class NmapDnet {
    /// The interface that frames leave through, if one is open.
    var link: LinkSender?
    /// The interface that packets in frames of our own leave through.
    var framed: LinkSender?
    /// Whether `ip_open` was called.
    var isIPOpen = false
    /// The raw sockets that were needed so far.
    var raw: [AddressFamily: RawSender] = [:]
}

/// Raw sending from scripts; none of these calls waits, but for names that must be resolved.
extension ScriptEngine {
    /// Adds `new_dnet` and the `dnet` table to the `nmap` table on top.
    func installRawSending(_ frame: borrowing CallFrame) {
        let nmap = frame.count
        add(frame, "new_dnet") { [self] frame in
            frame.push(NmapDnet(), as: types.dnet)
            return .results(1)
        }
        frame.pushTable(fields: 2)
        frame.pushField("new_dnet", of: nmap)
        frame.setField("new")
        frame.pushField("get_interface_info", of: nmap)
        frame.setField("get_interface_info")
        frame.setField("dnet")
        frame.pushMethods(of: types.dnet)
        installFrameMethods(frame)
        installPacketMethods(frame)
        frame.pop()
    }

    private func dnetArgument(_ frame: borrowing CallFrame) throws(HostError) -> NmapDnet {
        try frame.object(at: 1, as: types.dnet)
    }

    func success(_ frame: borrowing CallFrame) -> HostReturn {
        frame.push(true)
        return .results(1)
    }

    /// Shows a line of `--script-trace`.
    func traceLine(_ text: @autoclosure () -> String) {
        guard settings.traces else { return }
        emit(.diagnostic(Diagnostic(.terminal, "NSE: \(text())")))
    }

    // MARK: Frames

    private func installFrameMethods(_ frame: borrowing CallFrame) {
        add(frame, "ethernet_open") { [self] (frame) throws(HostError) in
            let dnet = try dnetArgument(frame)
            dnet.link = try linkSender(try frame.text(at: 2))
            traceLine("Ethernet open \(dnet.link?.interface ?? "")")
            return success(frame)
        }
        add(frame, "ethernet_send") { [self] (frame) throws(HostError) in
            let dnet = try dnetArgument(frame)
            guard let link = dnet.link else { throw .message("dnet ethernet interface is not open") }
            let octets = try frame.string(at: 2)
            traceLine("Ethernet frame (\(octets.count) bytes) > \(link.interface)")
            do throws(PacketError) {
                link.client = current?.account
                try link.send(octets)
                return success(frame)
            } catch .denied {
                return eventFailure(frame, .denied)
            } catch .system {
                return softFailure(frame, "eth_send error: -1")
            } catch {
                return softFailure(frame, "eth_send error: \(error)")
            }
        }
        add(frame, "ethernet_close") { [self] (frame) throws(HostError) in
            let dnet = try dnetArgument(frame)
            closeLink(of: dnet)
            return success(frame)
        }
    }

    private func closeLink(of dnet: NmapDnet) {
        if let link = dnet.link { traceLine("Ethernet close \(link.interface)") }
        dnet.link = nil
    }

    /// The sender of an interface, which all scripts share.
    func linkSender(_ name: String) throws(HostError) -> LinkSender {
        guard name.utf8.count < 32 else { throw .argument(2, "device name too long") }
        if let open = linkSenders[name]?.sender { return open }
        guard let interface = (try? InterfaceList.current())?.first(where: { $0.name == name }),
            interface.linkKind == .ethernet
        else { throw .argument(2, "device is not valid ethernet interface") }
        do throws(SystemError) {
            let sender = try LinkSender(network, on: interface)
            linkSenders[name] = WeakLinkSender(sender: sender)
            return sender
        } catch {
            throw .message("unable to open dnet on ethernet interface \(name)")
        }
    }

    // MARK: IP packets

    private func installPacketMethods(_ frame: borrowing CallFrame) {
        add(frame, "ip_open") { [self] (frame) throws(HostError) in
            let dnet = try dnetArgument(frame)
            do throws(SystemError) {
                if dnet.raw[.inet] == nil { dnet.raw[.inet] = try rawSender(.inet) }
            } catch {
                throw .message("failed to open raw socket: \(error.reason) (errno \(error.number))")
            }
            dnet.isIPOpen = true
            traceLine("raw IP socket open")
            return success(frame)
        }
        add(frame, "ip_close") { [self] (frame) throws(HostError) in
            let dnet = try dnetArgument(frame)
            guard dnet.isIPOpen else { return softFailure(frame, "raw socket already closed") }
            dnet.isIPOpen = false
            dnet.raw = [:]
            dnet.framed = nil
            closeLink(of: dnet)
            traceLine("raw IP socket close")
            return success(frame)
        }
        add(frame, "ip_send") { [self] (frame) throws(HostError) in try sendPacket(frame) }
    }

    private func rawSender(_ family: AddressFamily) throws(SystemError) -> RawSender {
        try RawSender(network, family, interface: settings.interface)
    }

    /// `dnet:ip_send(packet, host)`.
    private func sendPacket(_ frame: borrowing CallFrame) throws(HostError) -> HostReturn {
        let dnet = try dnetArgument(frame)
        let octets = try frame.string(at: 2)
        guard dnet.isIPOpen else { throw .message("raw socket not open to send") }
        let header = PacketDestinations(packet: octets)
        guard let destination = header.addresses.first else { throw .message("can't parse ip packet") }
        guard !frame.isNil(at: 3) else { return try send(frame, octets, to: destination, dnet) }
        guard frame.type(at: 3) == .table || frame.convertedOctets(at: 3) != nil else {
            throw .type(3, "string")
        }
        guard let name = try destinationName(frame) else {
            throw .argument(3, "host table lacks 'ip' or 'targetname' fields")
        }
        if let address = NumericAddress.parse(name) { return try send(frame, octets, to: address, dnet) }
        return try wait(frame) { [network] then in
            network.resolver.attempt(name, family: nil, then: then)
        } deliver: { [unowned self] (result: Result<[IPAddress], StreamError>, frame) throws(HostError) in
            switch result {
            case .failure(let error): return softFailure(frame, error.detail ?? error.description)
            case .success(let addresses):
                guard let first = addresses.first else {
                    return softFailure(frame, "getaddrinfo returned success but no addresses")
                }
                return try send(frame, octets, to: first, dnet)
            }
        }
    }

    private func destinationName(_ frame: borrowing CallFrame) throws(HostError) -> String? {
        guard frame.type(at: 3) == .table else { return try frame.text(at: 3) }
        return frame.textField("ip", of: 3) ?? frame.textField("targetname", of: 3)
    }

    private func send(
        _ frame: borrowing CallFrame,
        _ octets: [UInt8],
        to destination: IPAddress,
        _ dnet: NmapDnet
    ) throws(HostError) -> HostReturn {
        if settings.sendsFrames, let path = try? network.paths.path(to: zoned(destination)), path.needsFrames,
            !path.isLocal, destination.isUnicast(on: path.interface)
        {
            return try sendFramed(frame, octets, to: zoned(destination), by: path, dnet)
        }
        traceLine("RAW SEND \(PacketDescription(of: octets.span))")
        let failure = { (number: Int32, reason: String) in "error while sending: \(reason) (errno \(number))"
        }
        let isVersion6 = octets.first.map { $0 >> 4 == 6 } ?? false
        guard destination.family == (isVersion6 ? .inet6 : .inet) else {
            return softFailure(frame, failure(EAFNOSUPPORT, "Address family not supported by protocol"))
        }
        do {
            let sender = try dnet.raw[destination.family] ?? rawSender(destination.family)
            dnet.raw[destination.family] = sender
            sender.client = current?.account
            try sender.send(octets, to: zoned(destination))
            return success(frame)
        } catch PacketError.denied {
            return eventFailure(frame, .denied)
        } catch PacketError.system(let error) {
            return softFailure(frame, failure(error.number, error.reason))
        } catch let error as SystemError {
            return softFailure(frame, failure(error.number, error.reason))
        } catch {
            return softFailure(frame, "error while sending: \(error)")
        }
    }

    /// Gives a link-local destination the zone of the host in work, or that of the chosen interface.
    func zoned(_ address: IPAddress) -> IPAddress {
        let isLinkLocal = address.family == .inet6 && (address.value >> 118 == 0x3FA || address.isMulticast)
        guard isLinkLocal, address.zone == 0 else { return address }
        let hosts = current?.run.host?.host.address.zone ?? 0
        let chosen = settings.interface.flatMap { network.paths.interface(named: $0)?.index } ?? 0
        return IPAddress(family: .inet6, value: address.value, zone: hosts != 0 ? hosts : chosen)
    }
}

/// Refers to a sender that scripts keep.
struct WeakLinkSender {
    weak var sender: LinkSender?
}
