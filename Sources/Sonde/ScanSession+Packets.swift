// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeWire

/// Raw packets: whether they are needed, and what they look like.
extension ScanSession {
    /// Whether this run may send raw packets, found out once.
    var isPrivileged: Bool { Privileges.mayUseRawPackets(typed: plan.isPrivileged) }

    /// Whether anything that was asked for needs raw packets.
    var needsPackets: Bool {
        guard plan.extent != .list, isPrivileged else { return false }
        return plan.techniques.contains { $0 != .connect } || !plan.discovery.isSkipped || plan.tracesRoutes
    }

    /// Makes ready to send and capture raw packets; nothing if that is not needed.
    func makeChannel() throws(ScanError) -> RawChannel? {
        network.paths.options = PathOptions(
            interface: plan.packets.interface,
            source: plan.packets.sourceAddress
        )
        try checkInterface()
        guard needsPackets else { return nil }
        let seed = plan.seed ?? UInt64.random(in: .min ... .max)
        let channel = RawChannel(network, try packetSettings(seed), seed: seed)
        channel.onTrouble = { [weak self] in self?.warn($0) }
        self.channel = channel
        setPacketTrace(plan.tracesPackets)
        channel.protocolName = { [files] number in (try? files.protocols())?.name(of: number) }
        return channel
    }

    /// Starts or stops telling every raw packet.
    ///
    /// - Parameter isOn: whether packets are told.
    public func setPacketTrace(_ isOn: Bool) {
        channel?.onTrace = isOn ? { [unowned self] direction, text in tell(direction.rawValue, text) } : nil
    }

    /// Writes a line about a packet, with the time since the scan began.
    func tell(_ direction: String, _ text: String) {
        let elapsed = Double((network.loop.clockNow - startedAt).microseconds) / 1e6
        let time = "\(Int(elapsed)).\(String(10000 + Int(elapsed * 10000) % 10000).dropFirst())"
        onEvent(.diagnostic(Diagnostic(.report, "\(direction) (\(time)s) \(text)")))
    }

    private func checkInterface() throws(ScanError) {
        guard let name = plan.packets.interface, network.paths.interface(named: name) == nil else { return }
        let names = ((try? network.paths.interfaces()) ?? []).map(\.name).joined(separator: ", ")
        throw ScanError(.failure, "-e '\(name)': there is no such interface; there are \(names)")
    }

    private func packetSettings(_ seed: UInt64) throws(ScanError) -> PacketSettings {
        var random = SeededRandom(seed: seed ^ 0x5EED)
        let request = plan.packets
        var settings = PacketSettings()
        settings.timeToLive = request.timeToLive
        settings.sourcePort = request.sourcePort
        settings.ipOptions = request.ipOptions
        settings.spoilsChecksums = request.spoilsChecksums
        settings.sctpChecksum = request.usesAdler32 ? .adler32 : .crc32c
        settings.fragmentSize = request.fragmentSize
        settings.sendsFrames = request.sendsFrames
        settings.sendsPackets = request.sendsPackets
        switch request.payload {
        case .random(let length):
            settings.payload = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case .octets(let octets): settings.payload = octets
        case nil: break
        }
        if let text = request.spoofedAddress {
            settings.spoofedAddress = try spoofedAddress(text, &random)
        }
        addDecoys(to: &settings, &random)
        return settings
    }

    private func addDecoys(to settings: inout PacketSettings, _ random: inout SeededRandom) {
        let decoys = plan.packets.decoys
        guard !decoys.isEmpty else { return }
        for decoy in decoys {
            switch decoy {
            case .address(let address): settings.decoys.append(address)
            case .random: settings.decoys.append(Self.randomAddress(plan.targets.family, &random))
            case .own: settings.ownPlace = settings.decoys.count
            }
        }
        guard !decoys.contains(.own) else { return }
        settings.ownPlace = Int(random.next() % UInt64(settings.decoys.count + 1))
    }

    /// An address that could be anybody's.
    private static func randomAddress(_ family: AddressFamily, _ random: inout SeededRandom) -> IPAddress {
        guard family == .inet else {
            let low = UInt128(random.next()) << 64 | UInt128(random.next())
            return IPAddress(family: .inet6, value: 0x2 << 124 | low >> 4)
        }
        while true {
            let address = IPAddress(family: .inet, value: UInt128(random.next() & 0xFFFF_FFFF))
            if address.isPublic { return address }
        }
    }

    /// Reads `--spoof-mac`: `0` for chance, digits of a prefix or whole address, or a vendor's word.
    private func spoofedAddress(
        _ text: String,
        _ random: inout SeededRandom
    ) throws(ScanError) -> MACAddress {
        let chance = random.next() & 0xFFFF_FFFF_FFFF
        guard text != "0" else { return MACAddress(value: chance & ~(1 << 40)) }
        let digits = text.filter { $0 != ":" && $0 != "-" }
        if let number = UInt64(digits, radix: 16), digits.count <= 12, digits.count.isMultiple(of: 2) {
            let free = UInt64(48 - 4 * digits.count)
            return MACAddress(value: number << free | chance & ((1 << free) - 1))
        }
        guard let prefix = files.prefixes.prefix(ofVendor: text) else {
            throw ScanError(
                .failure,
                "--spoof-mac '\(text)': no vendor of that name; give 0, hexadecimal digits or a vendor's word"
            )
        }
        return MACAddress(value: prefix.value | chance & 0xFF_FFFF)
    }

    /// Says once for each host that a port was given up.
    func warnAboutCap(_ address: IPAddress, _ retries: Int) {
        warn("Warning: \(address) giving up on port because retransmission cap hit (\(retries)).")
    }
}

extension IPAddress {
    /// Whether an IPv4 address is in none of the reserved blocks (spec page `port-scanning`, section 6).
    fileprivate var isPublic: Bool {
        let reserved: [(UInt128, Int)] = [
            (0, 8), (10 << 24, 8), (127 << 24, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12), (0xC000_0200, 24),
            (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24),
        ]
        guard value < 0xE000_0000 else { return false }
        return reserved.allSatisfy { base, length in
            value >> UInt128(32 - length) != base >> UInt128(32 - length)
        }
    }
}
