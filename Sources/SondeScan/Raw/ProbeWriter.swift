// SPDX-License-Identifier: Apache-2.0

internal import SondeModel
internal import SondeWire

/// Writes the packets of probes, into memory that is used again.
struct ProbeWriter {
    /// What packets look like.
    let settings: PacketSettings
    /// How tries are told apart.
    let stamp: ProbeStamp

    private(set) var writer = OctetWriter(capacity: 2048)
    private static let segmentSize: [UInt8] = [2, 4, 5, 0xB4]
    /// The window that segments offer.
    private static let window: UInt16 = 1024
    /// What identifies and hides packets is drawn from here.
    private var chance: UInt64

    init(_ settings: PacketSettings, _ stamp: ProbeStamp, seed: UInt64) {
        self.settings = settings
        self.stamp = stamp
        chance = seed
    }

    /// Draws a number (SplitMix64).
    mutating func draw() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (chance ^ chance >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Writes one packet.
    ///
    /// - Parameters:
    ///   - probe: what it asks.
    ///   - octet: the try.
    ///   - payload: what it carries.
    ///   - source: who seems to send it.
    ///   - destination: whom it is for.
    ///   - identification: the identification of its IPv4 header.
    ///   - hops: its time to live instead of the usual.
    /// - Returns: the packet; the memory is used again by the next call.
    mutating func write(
        _ probe: RawProbe,
        _ octet: UInt8,
        payload: [UInt8],
        from source: IPAddress,
        to destination: IPAddress,
        identification: UInt16,
        hops: UInt8? = nil
    ) -> [UInt8] {
        writer.clear()
        let start = startPacket(probe, source, destination, identification, hops)
        switch probe {
        case .tcp(let flags, let port): tcp(flags, port, octet, payload, source, destination)
        case .udp(let port): udp(port, octet, payload, source, destination)
        case .sctpInit(let port): sctp(.initiation(tag: tag(octet), sequence: 1), port, octet)
        case .sctpCookie(let port): sctp(SCTPChunk(.cookieEcho, value: cookie), port, octet)
        case .ipProtocol(let number): ipProtocol(number, octet, payload, source, destination)
        case .icmpEcho: echo(stamp.identifier(octet, kind: 0), payload, source, destination)
        case .icmpTimestamp: icmp(.timestampRequest, stamp.identifier(octet, kind: 1), 12, payload)
        case .icmpMask: icmp(.maskRequest, stamp.identifier(octet, kind: 2), 4, payload)
        }
        finishPacket(start, source.family)
        return writer.octets
    }

    // MARK: The IP header

    private mutating func startPacket(
        _ probe: RawProbe,
        _ source: IPAddress,
        _ destination: IPAddress,
        _ identification: UInt16,
        _ hops: UInt8?
    ) -> Int {
        let proto = probe.proto(source.family)
        guard source.family == .inet else {
            var header = IPv6Header(nextHeader: proto, source: source, destination: destination)
            header.hopLimit = hops ?? settings.timeToLive ?? 255
            header.write(to: &writer, payloadLength: 0)
            return writer.count
        }
        var header = IPv4Header(proto: proto, source: source, destination: destination)
        header.identification = identification
        header.timeToLive = hops ?? settings.timeToLive ?? UInt8(37 + draw() % 23)
        header.options = settings.ipOptions
        header.write(to: &writer, payloadLength: 0)
        return writer.count
    }

    /// Sets the lengths that are known only now.
    private mutating func finishPacket(_ start: Int, _ family: AddressFamily) {
        guard family == .inet else {
            writer.set(UInt16(clamping: writer.count - start), at: 4)
            return
        }
        writer.set(UInt16(clamping: writer.count), at: 2)
        writer.set(UInt16(0), at: 10)
        var sum = InternetChecksum()
        sum.add(writer.octets.span.extracting(first: start))
        writer.set(sum.value, at: 10)
    }

    // MARK: What it carries

    private mutating func tcp(
        _ flags: TCPFlags,
        _ port: UInt16,
        _ octet: UInt8,
        _ payload: [UInt8],
        _ source: IPAddress,
        _ destination: IPAddress
    ) {
        var header = TCPHeader(from: stamp.sourcePort(octet), to: port, flags)
        header.window = Self.window
        let number = stamp.sequence(octet)
        if flags.contains(.ack) {
            header.acknowledgement = number
            if flags.contains(.syn) { header.sequence = number }
        } else {
            header.sequence = number
        }
        if flags.contains(.syn) { header.options = Self.segmentSize }
        header.write(
            to: &writer,
            data: payload,
            source: source,
            destination: destination,
            spoilsChecksum: settings.spoilsChecksums
        )
    }

    private mutating func udp(
        _ port: UInt16,
        _ octet: UInt8,
        _ payload: [UInt8],
        _ source: IPAddress,
        _ destination: IPAddress
    ) {
        UDPHeader(from: stamp.sourcePort(octet), to: port).write(
            to: &writer,
            data: payload,
            source: source,
            destination: destination,
            spoilsChecksum: settings.spoilsChecksums
        )
    }

    private func tag(_ octet: UInt8) -> UInt32 { stamp.sequence(octet) | 1 }

    /// A cookie that nobody gave us.
    private var cookie: [UInt8] { [UInt8](repeating: 0x5A, count: 4) }

    private mutating func sctp(_ chunk: SCTPChunk, _ port: UInt16, _ octet: UInt8) {
        let verificationTag = chunk.kind == .initiation ? 0 : tag(octet)
        SCTPPacket(
            from: stamp.sourcePort(octet),
            to: port,
            verificationTag: verificationTag,
            chunks: [chunk]
        ).write(to: &writer, checksum: settings.sctpChecksum, spoilsChecksum: settings.spoilsChecksums)
    }

    private mutating func icmp(
        _ kind: ICMPv4Message.Kind,
        _ identifier: UInt16,
        _ fields: Int,
        _ payload: [UInt8]
    ) {
        ICMPv4Message(kind, identifier: identifier).write(
            to: &writer,
            data: [UInt8](repeating: 0, count: fields) + payload,
            spoilsChecksum: settings.spoilsChecksums
        )
    }

    private mutating func echo(
        _ identifier: UInt16,
        _ payload: [UInt8],
        _ source: IPAddress,
        _ destination: IPAddress
    ) {
        guard source.family == .inet6 else { return icmp(.echoRequest, identifier, 0, payload) }
        ICMPv6Message(.echoRequest, identifier: identifier).write(
            to: &writer,
            data: payload,
            source: source,
            destination: destination,
            spoilsChecksum: settings.spoilsChecksums
        )
    }

    /// Something that each of the better known protocols answers.
    private mutating func ipProtocol(
        _ number: UInt8,
        _ octet: UInt8,
        _ payload: [UInt8],
        _ source: IPAddress,
        _ destination: IPAddress
    ) {
        switch IPProtocol(rawValue: number) {
        case .tcp: tcp(.ack, 80, octet, payload, source, destination)
        case .udp: udp(40125, octet, payload, source, destination)
        case .sctp: sctp(.initiation(tag: tag(octet), sequence: 1), 80, octet)
        case .icmp where source.family == .inet:
            icmp(.echoRequest, stamp.identifier(octet, kind: 3), 0, payload)
        case .icmpv6 where source.family == .inet6:
            echo(stamp.identifier(octet, kind: 3), payload, source, destination)
        case .igmp:
            // A question for members, with its checksum.
            writer.write([0x11, 0, 0xEE, 0xFF, 0, 0, 0, 0])
        default: writer.write(payload)
        }
    }
}
