// SPDX-License-Identifier: Apache-2.0

package import SondeIO
package import SondeModel
internal import SondeWire

/// A host as the sender of raw packets sees it.
package final class RawTarget {
    /// Its address, with its zone if it has one.
    package let address: IPAddress
    /// The way to it.
    package let path: NetworkPath
    /// Its address as it stands in packets.
    let plainAddress: IPAddress
    /// Our own address towards it, as it stands in packets.
    let source: IPAddress
    /// All who seem to send to it.
    let sources: [IPAddress]
    /// The link-layer address of the next hop, where frames are built by hand.
    var linkDestination: MACAddress?

    init(_ address: IPAddress, _ path: NetworkPath, _ settings: PacketSettings) {
        self.address = address
        self.path = path
        plainAddress = address.withoutZone
        source = path.source.withoutZone
        sources = settings.sources(own: source)
    }
}

/// Where raw packets of all scans of a session leave and replies arrive.
///
/// Sockets and captures are opened when first needed, one capture for each interface. A packet is read once,
/// whoever listens.
package final class RawChannel {
    /// Takes a reply, when it passed the interface, and the link-layer address it came from.
    package typealias Listener = (_ reply: RawReply, _ at: Instant, _ link: MACAddress?) -> Void
    /// Which way a packet went.
    package enum Direction: String, Hashable, Sendable {
        /// Out.
        case sent = "SENT"
        /// In.
        case received = "RCVD"
    }

    /// The loop that all belongs to.
    package var loop: EventLoop { network.loop }
    /// What packets look like.
    package let settings: PacketSettings
    /// Told of each packet while it is set (`--packet-trace`).
    package var onTrace: ((Direction, String) -> Void)?
    /// What went out and came in so far.
    package var traffic = PacketTraffic()
    /// Told of what prevents sending or capturing, each once.
    package var onTrouble: (String) -> Void = { _ in }
    /// Names of IP protocols, for traces.
    package var protocolName: (UInt8) -> String? = { _ in nil }

    let network: Network
    private let firstPort: UInt16
    private var usedPorts: UInt16 = 0
    private var chance: UInt64
    private var senders: [AddressFamily: RawSender] = [:]
    private var links: [String: LinkSender] = [:]
    private var captures: [String: PacketCapture] = [:]
    private var listeners: [(id: Int, take: Listener)] = []
    private var nextListener = 0
    private var told: Set<String> = []
    private var pending: [IPAddress: [[UInt8]]] = [:]
    private var searches: [IPAddress: Operation] = [:]

    /// Above the ports that the system gives to sockets (`ip_local_port_range`, up to 60999 by default).
    ///
    /// A probe with the addresses and ports of a connection that was just closed is answered as a part of that one,
    /// and the port is known only after another try.
    static let lowestPort: UInt16 = 61000
    /// Ports that all scans of a session share.
    private static let portCount: UInt16 = 512

    /// Makes a channel; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - network: what all passes through.
    ///   - settings: what packets look like.
    ///   - seed: where chance comes from.
    package init(_ network: Network, _ settings: PacketSettings, seed: UInt64) {
        self.network = network
        self.settings = settings
        chance = seed
        firstPort = Self.lowestPort + UInt16(seed % 8) * Self.portCount
    }

    /// Ends all captures and searches.
    package func close() {
        for operation in searches.values { operation.cancel() }
        searches = [:]
        for capture in captures.values { capture.close() }
        captures = [:]
        listeners = []
    }

    /// A stamp for the tries of one scan.
    func makeStamp() -> ProbeStamp {
        defer { usedPorts = (usedPorts + UInt16(ProbeStamp.portCount)) % Self.portCount }
        return ProbeStamp(
            basePort: firstPort + usedPorts,
            fixedPort: settings.sourcePort,
            mask: UInt32(truncatingIfNeeded: makeSeed()),
            baseIdentifier: UInt16(truncatingIfNeeded: makeSeed())
        )
    }

    /// A seed for one user of chance.
    func makeSeed() -> UInt64 {
        chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return chance ^ chance >> 29
    }

    // MARK: Hosts

    /// How to send to an address; nothing if there is no way to it.
    package func target(_ address: IPAddress) -> RawTarget? {
        do throws(SystemError) {
            return RawTarget(address, try network.paths.path(to: address), settings)
        } catch {
            tell("no route to \(address): \(error.description)")
            return nil
        }
    }

    /// Makes ready to send to a host: whether that is possible.
    func open(_ target: RawTarget) -> Bool {
        do {
            try openSender(target)
            try openCapture(target)
            return true
        } catch let error as CaptureError {
            tell(error.description)
        } catch let error as SystemError {
            tell("cannot send raw packets: \(error.description); run as root or use -sT")
        } catch {
            tell("\(error)")
        }
        return false
    }

    private func openSender(_ target: RawTarget) throws(SystemError) {
        if buildsFrames(for: target) {
            _ = try link(on: target.path.interface)
            return
        }
        let family = target.address.family
        guard senders[family] == nil else { return }
        let sender = try RawSender(network, family)
        sender.onFailure = { [weak self] error in self?.tell("cannot send: \(error.description)") }
        senders[family] = sender
    }

    /// The sender of frames on an interface.
    func link(on interface: Interface) throws(SystemError) -> LinkSender {
        if let open = links[interface.name] { return open }
        let sender = try LinkSender(network, on: interface)
        links[interface.name] = sender
        return sender
    }

    private func openCapture(_ target: RawTarget) throws(CaptureError) {
        let device = target.path.interface.name
        // The capture library itself leaves out what leaves through the loopback. It cannot filter by direction
        // everywhere: its own copy of the filter drops what the kernel alone can tell.
        let addressee = target.path.isLocal ? "" : "dst host \(target.source) and "
        let key = device + addressee
        if captures[key]?.isOpen == true { return }
        let ports =
            settings.sourcePort.map { "dst port \($0)" }
            ?? "dst portrange \(firstPort)-\(firstPort + Self.portCount - 1)"
        // Errors and other protocols come without ports of ours.
        let filter = "(ip or ip6) and \(addressee)(\(ports) or not (tcp or udp or sctp))"
        var request = CaptureRequest(device: device, snapLength: 256, filter: filter)
        request.isInboundOnly = true
        captures[key] = try network.capture(
            request,
            onPacket: { [unowned self] in received($0, $1) },
            onFailure: { [unowned self] in tell($0.description) }
        )
    }

    /// Says what is wrong, once.
    func tell(_ text: String) {
        if told.insert(text).inserted { onTrouble(text) }
    }

    // MARK: Sending

    /// Whether frames are built by hand: on demand, and where the next hop is known, as that costs the system less.
    private func buildsFrames(for target: RawTarget) -> Bool {
        guard target.path.needsFrames else { return false }
        if settings.sendsFrames || settings.spoofedAddress != nil { return true }
        return target.linkDestination != nil && !settings.sendsPackets
    }

    /// Sends a packet of ours to a host.
    func send(_ packet: [UInt8], to target: RawTarget) {
        if let onTrace {
            onTrace(.sent, PacketDescription(of: packet.span, name: protocolName).description)
        }
        guard let size = settings.fragmentSize, target.address.family == .inet else {
            return pass(packet, to: target)
        }
        for fragment in IPv4Fragments.split(packet, size: size) { pass(fragment, to: target) }
    }

    private func pass(_ packet: [UInt8], to target: RawTarget) {
        traffic.packetsSent += 1
        traffic.octetsSent += packet.count
        if buildsFrames(for: target) { return passFrame(packet, to: target) }
        try? senders[target.address.family]?.queue(packet, to: target.address)
    }

    private func passFrame(_ packet: [UInt8], to target: RawTarget) {
        guard let destination = target.linkDestination else { return search(target, packet) }
        let source = settings.spoofedAddress ?? target.path.sourceMAC ?? .zero
        let type = target.address.family == .inet ? EtherType.ipv4 : .ipv6
        var writer = OctetWriter(capacity: packet.count + EthernetHeader.octetCount)
        EthernetHeader(destination: destination, source: source, type: type).write(to: &writer)
        writer.write(packet)
        try? links[target.path.interface.name]?.queue(writer.octets)
    }

    /// Finds the next hop's link-layer address; packets wait meanwhile, and are lost without one.
    private func search(_ target: RawTarget, _ packet: [UInt8]) {
        let hop = target.path.nextHop(to: target.address)
        pending[target.address, default: []].append(packet)
        guard searches[target.address] == nil else { return }
        let attempt = network.neighbors.resolve(hop, on: target.path.interface, from: target.path.source) {
            [weak self] in self?.found($0, target)
        }
        switch attempt {
        case .done(let result): found(result, target)
        case .pending(let operation): searches[target.address] = operation
        }
    }

    private func found(_ result: Result<MACAddress, StreamError>, _ target: RawTarget) {
        searches[target.address] = nil
        let packets = pending.removeValue(forKey: target.address) ?? []
        guard case .success(let address) = result else { return }
        target.linkDestination = address
        for packet in packets { pass(packet, to: target) }
    }

    // MARK: Receiving

    /// Adds one who wants all replies.
    func listen(_ take: @escaping Listener) -> Int {
        defer { nextListener += 1 }
        listeners.append((nextListener, take))
        return nextListener
    }

    /// Ends it.
    func stopListening(_ id: Int) { listeners.removeAll { $0.id == id } }

    private func received(_ packet: CapturedPacket, _ octets: RawSpan) {
        let octets = Span<UInt8>(_bytes: octets)
        let start = packet.linkHeaderLength
        traffic.packetsReceived += 1
        traffic.octetsReceived += max(0, octets.count - start)
        if let onTrace {
            onTrace(.received, PacketDescription(of: octets, at: start, name: protocolName).description)
        }
        guard let reply = try? RawReply(parsing: octets, at: start) else { return }
        let link = packet.linkType == LinkType.ethernet.rawValue ? try? octets.macAddress(at: 6) : nil
        for listener in listeners { listener.take(reply, packet.instant, link) }
    }
}
